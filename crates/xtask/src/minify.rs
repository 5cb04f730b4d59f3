//! Scripts without comments and long names, as they are served.
//!
//! Done on the finished site, beside the build proper: cargo-leptos has a minifier of its own that
//! would give other bytes, so `same-site` compares what both are before it.

use crate::fsx::Tree;
use crate::options::Options;
use crate::{Result, front};
use std::io::Write;
use std::process::{Command, Stdio};

/// Minifies every script of the site.
pub(crate) fn scripts(options: &Options, tree: &mut Tree) -> Result<()> {
    let module = format!("{}/{}.js", options.pkg_dir, options.output_name);
    for (name, bytes) in tree.iter_mut().filter(|(name, _)| name.ends_with(".js")) {
        *bytes =
            script(options, bytes, *name == module).map_err(|e| format!("{name} could not be minified: {e}"))?;
    }
    Ok(())
}

fn script(options: &Options, source: &[u8], module: bool) -> Result<Vec<u8>> {
    let mut command = Command::new("esbuild");
    command
        .args(["--minify", "--loader=js", "--log-level=warning", "--target=es2019"])
        .env("PATH", front::tool_path(&options.root)?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    if module {
        // The glue uses import.meta and top-level features of modules.
        command.args(["--format=esm", "--target=es2022"]);
    }
    let mut child = command.spawn().map_err(|e| format!("cannot run esbuild: {e} (scripts/setup.sh run)"))?;
    let mut stdin = child.stdin.take().ok_or("esbuild has no input")?;
    stdin.write_all(source).map_err(|e| e.to_string())?;
    drop(stdin);
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    if output.status.success() { Ok(output.stdout) } else { Err(format!("esbuild ended with {}", output.status)) }
}
