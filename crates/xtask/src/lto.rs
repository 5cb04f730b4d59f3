//! Is the WASM really linked with LTO?
//!
//! Cargo drops `-C lto` without a word when the crate is an rlib as well (rust-lang/cargo#9672), which
//! nearly doubles the WASM. Only rustc's command line tells.

use crate::options::{Mode, Options};
use crate::{Result, fsx};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::SystemTime;

/// `cargo xtask lto`
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.lib_crate_types != ["cdylib"] {
        return Err(format!(
            "{} must be a cdylib and nothing else, not {:?}: cargo would drop LTO",
            options.lib_package, options.lib_crate_types
        ));
    }
    // Linking takes long, so the outcome is kept for the WASM that it was seen on.
    let stamp = options.cache_dir().join("lto");
    let seen = fs::read_to_string(&stamp).unwrap_or_default();
    let mut line = build(options)?;
    if line.is_none() && wasm_fingerprint(options)? != seen {
        // Cargo had nothing to do and shows no command line then.
        let touched = File::options().append(true).open(&options.lib_source);
        touched
            .and_then(|file| file.set_modified(SystemTime::now()))
            .map_err(|e| format!("cannot touch {}: {e}", options.lib_source.display()))?;
        line = build(options)?;
        if line.is_none() {
            return Err(format!("cargo did not rebuild {}", options.lib_package));
        }
    }
    match line {
        None => println!("lto: seen before for this WASM"),
        Some(line) => {
            check(&line).map_err(|e| format!("{e}: {line}"))?;
            fsx::write(&stamp, wasm_fingerprint(options)?.as_bytes())?;
            println!("lto: rustc got -C lto and --crate-type cdylib alone");
        }
    }
    Ok(())
}

/// Builds; returns the front crate's rustc command line if rustc had to run.
fn build(options: &Options) -> Result<Option<String>> {
    let mut child = options
        .front_cargo(Mode::Release)
        .arg("-v")
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    let name = format!("--crate-name {} ", options.lib_crate);
    let mut found = None;
    for line in child.stderr.take().into_iter().flat_map(|pipe| BufReader::new(pipe).lines()) {
        let line = line.map_err(|e| format!("cannot read cargo's output: {e}"))?;
        let start = line.trim_start();
        if start.starts_with("Running `") {
            if line.contains(&name) {
                found = Some(line);
            }
        } else if !["Fresh ", "Dirty "].iter().any(|w| start.starts_with(w)) {
            eprintln!("{line}");
        }
    }
    let status = child.wait().map_err(|e| e.to_string())?;
    if !status.success() {
        return Err(format!("{} did not build", options.lib_package));
    }
    Ok(found)
}

fn check(rustc: &str) -> Result<()> {
    let words: Vec<&str> = rustc.split_whitespace().collect();
    let types: Vec<&str> = words.windows(2).filter(|pair| pair[0] == "--crate-type").map(|pair| pair[1]).collect();
    if types != ["cdylib"] {
        return Err(format!("crate types {types:?}, not cdylib alone"));
    }
    let lto = words
        .windows(2)
        .any(|pair| pair[0] == "-C" && ["lto", "lto=fat", "lto=thin"].contains(&pair[1].trim_end_matches('`')));
    if lto { Ok(()) } else { Err("no -C lto".into()) }
}

fn wasm_fingerprint(options: &Options) -> Result<String> {
    Ok(fsx::fingerprint(fsx::read(&options.front_wasm(Mode::Release))?))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn reads_the_command_line() {
        let with =
            "Running `rustc --crate-name a --crate-type cdylib --emit=link -C opt-level=z -C lto -C strip=none`";
        assert_eq!(check(with), Ok(()));
        let both = "Running `rustc --crate-name a --crate-type cdylib --crate-type rlib -C opt-level=z`";
        assert!(check(both).is_err());
        let without = "Running `rustc --crate-name a --crate-type cdylib -C embed-bitcode=no -C lto=off`";
        assert!(check(without).is_err());
    }
}
