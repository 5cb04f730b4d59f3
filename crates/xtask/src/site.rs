//! The site: everything that the server hands out as files.

use crate::fsx::{self, Tree};
use crate::options::{Mode, Options};
use crate::{Result, compress, front, minify, style};
use std::time::Instant;

/// `cargo xtask site`
pub(crate) fn run(options: &Options, mode: Mode, precompress: bool) -> Result<()> {
    let mut tree = served(options, mode)?;
    let start = Instant::now();
    if precompress {
        let mut cache = cache(options);
        tree = cache.add_to(&tree)?;
        cache.prune();
    }
    // Also removes a .br whose original changed: the server would prefer the old content.
    let done = fsx::mirror(&tree, &options.site_dir())?;
    println!(
        "site: {} files in {}, {} written, {} removed ({:.1} s)",
        tree.len(),
        options.site_root,
        done.written,
        done.removed,
        start.elapsed().as_secs_f32()
    );
    Ok(())
}

/// The site as it is served: with minified scripts in release mode.
pub(crate) fn served(options: &Options, mode: Mode) -> Result<Tree> {
    let mut tree = build(options, mode)?;
    if matches!(mode, Mode::Release) {
        minify::scripts(options, &mut tree)?;
    }
    Ok(tree)
}

/// All files of the site as cargo-leptos would build them, by their path below the site root.
pub(crate) fn build(options: &Options, mode: Mode) -> Result<Tree> {
    let css = style::build(options, mode)?;
    let mut tree = assets(options)?;
    let pkg = &options.pkg_dir;
    for (name, bytes) in front::build(options, mode)? {
        tree.insert(format!("{pkg}/{name}"), bytes);
    }
    tree.insert(format!("{pkg}/{}.css", options.output_name), css);
    Ok(tree)
}

/// Compressed files, kept between runs.
pub(crate) fn cache(options: &Options) -> compress::Cache {
    compress::Cache::new(options.cache_dir().join("compressed"))
}

fn assets(options: &Options) -> Result<Tree> {
    let Some(folder) = &options.assets_dir else {
        return Ok(Tree::new());
    };
    let tree = fsx::read_tree(folder)?;
    let pkg = format!("{}/", options.pkg_dir);
    match tree.keys().find(|name| *name == "index.html" || name.starts_with(&pkg)) {
        Some(name) => Err(format!("{}: cargo-leptos keeps this name for itself", folder.join(name).display())),
        None => Ok(tree),
    }
}
