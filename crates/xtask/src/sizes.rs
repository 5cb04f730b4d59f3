//! What a browser downloads, and the budget for it.

use crate::options::{Mode, Options};
use crate::{Result, site};

/// Brotli bytes of the WASM, glue and CSS of the first open.
const BUDGET: usize = 100_000;

/// `cargo xtask sizes`
pub(crate) fn run(options: &Options) -> Result<()> {
    let (pkg, name) = (&options.pkg_dir, &options.output_name);
    // The last column: part of the budget? It is for WASM, glue and CSS; the two small scripts are shown beside.
    let rows = [
        ("WASM", format!("{pkg}/{name}.wasm"), true),
        ("glue", format!("{pkg}/{name}.js"), true),
        ("CSS", format!("{pkg}/{name}.css"), true),
        ("frame", "frame.js".to_owned(), false),
        ("loader", "initialize.js".to_owned(), false),
    ];
    let tree = site::served(options, Mode::Release)?;
    let mut cache = site::cache(options);
    let (mut raw_sum, mut brotli_sum, mut frame_sum) = (0, 0, 0);
    println!("{:<8} {:<20} {:>9} {:>9}", "what", "file", "raw", "brotli-11");
    for (what, file, in_budget) in &rows {
        // A renamed file must not leave the budget unnoticed.
        let bytes = tree.get(file).ok_or(format!("{file} is not in the site: change sizes.rs, too"))?;
        let brotli = cache.brotli(bytes)?.len();
        println!("{what:<8} {file:<20} {:>9} {brotli:>9}", bytes.len());
        raw_sum += bytes.len();
        brotli_sum += brotli;
        if *in_budget {
            frame_sum += brotli;
        }
    }
    println!("{:<29} {raw_sum:>9} {brotli_sum:>9}", "all");
    println!("{:<29} {:>9} {frame_sum:>9}", format!("budget, of {BUDGET} at most"), "");
    if frame_sum > BUDGET {
        return Err(format!("{} bytes over the budget", frame_sum - BUDGET));
    }
    Ok(())
}
