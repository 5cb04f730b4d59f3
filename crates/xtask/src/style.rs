//! The style sheet, through Lightning CSS as in cargo-leptos (its compile/style.rs).

use crate::Result;
use crate::options::{Mode, Options};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions, StyleSheet};
use lightningcss::targets::{Browsers, Targets};
use std::path::Path;

/// The CSS as it is served; empty without a style file, like cargo-leptos' one.
pub(crate) fn build(options: &Options, mode: Mode) -> Result<Vec<u8>> {
    let css = match &options.style_file {
        None => String::new(),
        Some(file) if file.extension().is_none_or(|ext| ext != "css") => {
            return Err(format!("{}: only plain CSS, no preprocessor", file.display()));
        }
        Some(file) if options.style_bundle => bundle(file)?,
        Some(file) => std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?,
    };
    // The line end is where cargo-leptos would append Tailwind's output.
    process(&format!("{css}\n"), &options.browserquery, mode).map(String::into_bytes)
}

/// The file and what it imports.
fn bundle(file: &Path) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let sheet = bundler.bundle(file).map_err(|e| format!("CSS: {e}"))?;
    let printed = sheet.to_css(PrinterOptions::default()).map_err(|e| format!("CSS: {e}"))?;
    Ok(printed.code)
}

fn process(css: &str, query: &str, mode: Mode) -> Result<String> {
    let browsers = Browsers::from_browserslist([query]).map_err(|e| format!("browserquery {query}: {e}"))?;
    let targets = Targets::from(browsers);
    // cargo-leptos passes a sheet that does not parse on as it is; here it is an error.
    let mut sheet = StyleSheet::parse(css, ParserOptions::default()).map_err(|e| format!("CSS: {e}"))?;
    sheet.minify(MinifyOptions { targets, ..Default::default() }).map_err(|e| format!("CSS: {e}"))?;
    let printed = sheet
        .to_css(PrinterOptions { targets, minify: mode == Mode::Release, ..Default::default() })
        .map_err(|e| format!("CSS: {e}"))?;
    Ok(printed.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_minifies_and_dev_does_not() {
        let css = "a {\n  color: #ff0000;\n}\n";
        assert_eq!(process(css, "defaults", Mode::Release), Ok("a{color:red}".into()));
        assert_eq!(process(css, "defaults", Mode::Dev), Ok("a {\n  color: red;\n}\n".into()));
        assert!(process("a { color: ", "no-such-browser 1", Mode::Dev).is_err());
    }
}
