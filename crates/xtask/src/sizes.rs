//! What a browser downloads, and the budget for it.

use crate::options::{Mode, Options};
use crate::{Result, site};

/// Brotli bytes of what the first open downloads for the frame: WASM, glue, bridge and CSS.
const BUDGET: usize = 100_000;

/// `cargo xtask sizes`
pub(crate) fn run(options: &Options) -> Result<()> {
    let (pkg, name) = (&options.pkg_dir, &options.output_name);
    // The last column: part of the budget? The loader belongs to the host page, and is shown beside.
    let rows = [
        ("WASM", format!("{pkg}/{name}.wasm"), true),
        ("glue", format!("{pkg}/{name}.js"), true),
        ("CSS", format!("{pkg}/{name}.css"), true),
        ("bridge", "frame.js".to_owned(), true),
        ("start", "start.js".to_owned(), true),
        ("loader", "initialize.js".to_owned(), false),
    ];
    let tree = site::served(options, Mode::Release)?;
    let mut cache = site::cache(options);
    let (mut raw_sum, mut brotli_sum, mut budgeted) = (0, 0, 0);
    println!("{:<8} {:<20} {:>9} {:>9}", "what", "file", "raw", "brotli-11");
    for (what, file, in_budget) in &rows {
        // A renamed file must not leave the budget unnoticed.
        let bytes = tree.get(file).ok_or(format!("{file} is not in the site: change sizes.rs, too"))?;
        let brotli = cache.brotli(bytes)?.len();
        println!("{what:<8} {file:<20} {:>9} {brotli:>9}", bytes.len());
        raw_sum += bytes.len();
        brotli_sum += brotli;
        if *in_budget {
            budgeted += brotli;
        }
    }
    println!("{:<29} {raw_sum:>9} {brotli_sum:>9}", "all");
    println!("{:<29} {:>9} {budgeted:>9}", format!("budget, of {BUDGET} at most"), "");
    if budgeted > BUDGET {
        return Err(format!("{} bytes over the budget", budgeted - BUDGET));
    }
    Ok(())
}
