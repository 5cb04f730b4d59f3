//! wasm-bindgen as a library, and a command line over it for cargo-leptos.

use crate::Result;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// The version in Cargo.toml; a test there compares them.
pub(crate) const VERSION: &str = "0.2.130";

/// The arguments that cargo-leptos gives to `wasm-bindgen` (`bindgen()` in its front.rs).
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Args {
    pub(crate) input: PathBuf,
    pub(crate) out_dir: PathBuf,
    pub(crate) out_name: String,
    pub(crate) debug: bool,
    pub(crate) keep_debug: bool,
    pub(crate) keep_lld_exports: bool,
    pub(crate) no_demangle: bool,
}

/// Runs wasm-bindgen with the defaults of its command, which are not those of its library.
pub(crate) fn run(args: &Args) -> Result<()> {
    let generate = || {
        Bindgen::new()
            .input_path(&args.input)
            .web(true)?
            .out_name(&args.out_name)
            .debug(args.debug)
            .keep_debug(args.keep_debug)
            .keep_lld_exports(args.keep_lld_exports)
            .demangle(!args.no_demangle)
            .typescript(true)
            .omit_default_module_path(false)
            .generate(&args.out_dir)
    };
    generate().map_err(|e| format!("wasm-bindgen: {e:#}"))
}

/// `cargo xtask wasm-bindgen …`
pub(crate) fn cli(args: &[String]) -> Result<()> {
    if args == ["--version"] || args == ["-V"] {
        println!("wasm-bindgen {VERSION}");
        return Ok(());
    }
    run(&parse(args)?)
}

fn parse(args: &[String]) -> Result<Args> {
    let mut parsed = Args::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let (name, inline) = match arg.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (arg.as_str(), None),
        };
        let mut value = || {
            inline.clone().or_else(|| rest.next().cloned()).ok_or(format!("wasm-bindgen: {name} needs a value"))
        };
        match name {
            "--target" => {
                let target = value()?;
                if target != "web" {
                    return Err(format!("wasm-bindgen: only --target=web, not {target}"));
                }
            }
            "--out-name" => parsed.out_name = value()?,
            "--out-dir" => parsed.out_dir = value()?.into(),
            "--debug" => parsed.debug = true,
            "--keep-debug" => parsed.keep_debug = true,
            "--keep-lld-exports" => parsed.keep_lld_exports = true,
            "--no-demangle" => parsed.no_demangle = true,
            _ if !name.starts_with('-') && parsed.input == Path::new("") => {
                parsed.input = arg.into();
            }
            _ => {
                return Err(format!(
                    "wasm-bindgen: this stand-in does not know {arg}; \
                     install wasm-bindgen-cli {VERSION} for that"
                ));
            }
        }
    }
    for (missing, what) in [
        (parsed.input == Path::new(""), "an input file"),
        (parsed.out_dir == Path::new(""), "--out-dir"),
        (parsed.out_name.is_empty(), "--out-name"),
    ] {
        if missing {
            return Err(format!("wasm-bindgen: {what} is missing"));
        }
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(args: &[&str]) -> Vec<String> {
        args.iter().map(|a| (*a).to_owned()).collect()
    }

    #[test]
    fn takes_what_cargo_leptos_gives() {
        let args = strings(&[
            "--target=web",
            "--debug",
            "--keep-debug",
            "--out-name=shop",
            "--out-dir=target/site/pkg",
            "target/a=b/shop.wasm",
        ]);
        let expected = Args {
            input: "target/a=b/shop.wasm".into(),
            out_dir: "target/site/pkg".into(),
            out_name: "shop".into(),
            debug: true,
            keep_debug: true,
            ..Args::default()
        };
        assert_eq!(parse(&args), Ok(expected));
    }

    #[test]
    fn refuses_what_it_would_ignore() {
        for args in [
            &["--target=bundler"][..],
            &["--split-linked-modules", "--out-name=a", "--out-dir=b", "c.wasm"],
            &["--out-name=a", "--out-dir=b"],
            &["--out-name=a", "--out-dir=b", "c.wasm", "d.wasm"],
        ] {
            assert!(parse(&strings(args)).is_err(), "{args:?}");
        }
    }

    #[test]
    fn version_is_the_one_in_the_manifest() {
        let manifest = include_str!("../Cargo.toml");
        let line = format!("wasm-bindgen-cli-support = \"={VERSION}\"");
        assert!(manifest.contains(&line), "{line}");
    }
}
