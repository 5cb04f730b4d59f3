//! Builds the site and checks it: `cargo xtask help`.
//!
//! `site` does what `cargo leptos build --release --frontend-only` does, from the same table in the
//! root Cargo.toml, but compiles in two minutes where cargo-leptos and wasm-bindgen-cli need fifteen.
//! `same-site` proves that both give the same bytes.
// A command-line tool talks on stdout.
#![allow(clippy::print_stdout)]

mod bindgen;
mod compress;
mod front;
mod fsx;
mod lto;
mod minify;
mod options;
mod same_site;
mod sbom;
mod site;
mod sizes;
mod style;

use options::{Mode, Options};
use std::process::ExitCode;

/// Errors are sentences for the person at the terminal.
type Result<T> = std::result::Result<T, String>;

const HELP: &str = "\
cargo xtask <command>

  site [--dev] [--precompress]   build WASM, glue, CSS and assets into the site root
                                 (--precompress: a .br and a .gz next to each file)
  sizes                          table of sizes; fails over the budget
  lto                            fail unless the front crate is linked with LTO
  same-site                      fail unless cargo-leptos builds the same site
  sbom                           what is shipped, as CycloneDX, into target/sbom
  wasm-bindgen ARGS...           stand-in for the wasm-bindgen command (for cargo-leptos)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", args),
    };
    match command {
        "site" => {
            let (mut mode, mut precompress) = (Mode::Release, false);
            for flag in rest {
                match flag.as_str() {
                    "--dev" => mode = Mode::Dev,
                    "--precompress" => precompress = true,
                    other => return Err(format!("site: unknown argument {other}\n\n{HELP}")),
                }
            }
            site::run(&Options::load()?, mode, precompress)
        }
        "wasm-bindgen" => bindgen::cli(rest),
        "sizes" | "lto" | "same-site" | "sbom" if !rest.is_empty() => {
            Err(format!("{command} takes no arguments\n\n{HELP}"))
        }
        "sizes" => sizes::run(&Options::load()?),
        "lto" => lto::run(&Options::load()?),
        "same-site" => same_site::run(&Options::load()?),
        "sbom" => sbom::run(&Options::load()?),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("unknown command {other}\n\n{HELP}")),
    }
}
