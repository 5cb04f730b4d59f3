//! The front crate: cargo, wasm-bindgen, wasm-opt.

use crate::fsx::{self, Tree};
use crate::options::{Mode, Options};
use crate::{Result, bindgen};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The files of the site's package folder that come from the front crate.
pub(crate) fn build(options: &Options, mode: Mode) -> Result<Tree> {
    let status = options.front_cargo(mode).status().map_err(|e| format!("cannot run cargo: {e}"))?;
    if !status.success() {
        return Err(format!("{} did not build", options.lib_package));
    }
    let source = options.front_wasm(mode);
    let raw = fsx::read(&source)?;

    let wasm_opt = match mode {
        Mode::Release => Some(find_wasm_opt(&options.root)?),
        Mode::Dev => None,
    };
    let name = match mode {
        Mode::Release => "front-release",
        Mode::Dev => "front-dev",
    };
    let folder = options.cache_dir().join(name);
    let (out, stamp) = (folder.join("out"), folder.join("stamp"));
    let this = std::env::current_exe().map_err(|e| e.to_string())?;
    let key = fsx::fingerprint((
        &raw,
        &options.output_name,
        &options.wasm_opt,
        fsx::file_identity(&this)?,
        wasm_opt.as_deref().map(fsx::file_identity).transpose()?,
    ));
    if fs::read_to_string(&stamp).ok().as_ref() == Some(&key) {
        println!("front: unchanged");
        return fsx::read_tree(&out);
    }

    let start = Instant::now();
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|e| format!("cannot clear {}: {e}", folder.display()))?;
    }
    bindgen::run(&bindgen::Args {
        input: source,
        out_dir: out.clone(),
        out_name: options.output_name.clone(),
        ..bindgen::Args::default()
    })?;
    // The name that Leptos' <HydrationScripts/> asks for; cargo-leptos renames as well.
    let bound = out.join(format!("{}_bg.wasm", options.output_name));
    let wasm = out.join(format!("{}.wasm", options.output_name));
    fs::rename(&bound, &wasm).map_err(|e| format!("cannot rename {}: {e}", bound.display()))?;
    let bound_len = fsx::read(&wasm)?.len();
    if let Some(wasm_opt) = &wasm_opt {
        optimize(options, wasm_opt, &wasm)?;
    }
    let tree = fsx::read_tree(&out)?;
    // Last, so that an interrupted run starts over.
    fsx::write(&stamp, key.as_bytes())?;
    let opt_len = fsx::read(&wasm)?.len();
    println!(
        "front: {} bytes from cargo, {bound_len} after wasm-bindgen, {opt_len} in the end ({:.1} s)",
        raw.len(),
        start.elapsed().as_secs_f32()
    );
    Ok(tree)
}

fn optimize(options: &Options, wasm_opt: &Path, wasm: &Path) -> Result<()> {
    let status = Command::new(wasm_opt)
        .args(&options.wasm_opt)
        .arg(wasm)
        .arg("-o")
        .arg(wasm)
        .env("PATH", tool_path(&options.root)?)
        .status()
        .map_err(|e| format!("cannot run {}: {e}", wasm_opt.display()))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed: {status}", wasm_opt.display())) }
}

/// The one that tools/package-lock.json pins first: a distribution's own may be years old.
fn find_wasm_opt(root: &Path) -> Result<PathBuf> {
    let path = tool_path(root)?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("wasm-opt"))
        .find(|file| file.is_file())
        .ok_or("wasm-opt is missing: scripts/setup.sh run".into())
}

/// PATH with the project's own tools in front, for those who did not source .tools/env.sh.
pub(crate) fn tool_path(root: &Path) -> Result<OsString> {
    let own = ["tools/bin", ".tools/bin", "tools/node_modules/.bin"].map(|p| root.join(p));
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path)))
        .map_err(|e| format!("the project's own path cannot be part of PATH: {e}"))
}
