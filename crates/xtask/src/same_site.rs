//! cargo-leptos must build the same site.

use crate::fsx::{self, Tree};
use crate::options::{Mode, Options};
use crate::{Result, front, site};
use std::process::Command;

/// `cargo xtask same-site`
pub(crate) fn run(options: &Options) -> Result<()> {
    let ours = site::build(options, Mode::Release)?;
    let other_root = options.target.join("site-of-cargo-leptos");
    let status = Command::new("cargo-leptos")
        .current_dir(&options.root)
        .args(["leptos", "build", "--release", "--frontend-only"])
        // 0.3.11 minifies if the key or the flag says so, and the flag is on by default.
        .arg("--js-minify=false")
        .env("LEPTOS_SITE_ROOT", &other_root)
        .env("PATH", front::tool_path(&options.root)?)
        .status()
        .map_err(|e| format!("cannot run cargo-leptos: {e} (scripts/setup.sh test)"))?;
    if !status.success() {
        return Err(format!("cargo-leptos failed: {status}"));
    }
    let differences = compare(&ours, &fsx::read_tree(&other_root)?);
    if differences.is_empty() {
        println!("same-site: cargo-leptos builds the same {} files", ours.len());
        Ok(())
    } else {
        Err(format!("cargo-leptos builds another site:\n  {}", differences.join("\n  ")))
    }
}

fn compare(ours: &Tree, theirs: &Tree) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, bytes) in ours {
        match theirs.get(name) {
            None => differences.push(format!("{name}: only from cargo xtask site")),
            Some(other) if other != bytes => differences.push(format!(
                "{name}: {} bytes from cargo xtask site, {} from cargo-leptos, first difference at {}",
                bytes.len(),
                other.len(),
                bytes.iter().zip(other).take_while(|(a, b)| a == b).count()
            )),
            Some(_) => {}
        }
    }
    for name in theirs.keys().filter(|name| !ours.contains_key(*name)) {
        differences.push(format!("{name}: only from cargo-leptos"));
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_differs() {
        let tree = |files: &[(&str, &str)]| -> Tree {
            files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
        };
        let ours = tree(&[("a", "1"), ("b", "12"), ("c", "3")]);
        assert!(compare(&ours, &ours).is_empty());
        let differences = compare(&ours, &tree(&[("a", "1"), ("b", "13"), ("d", "4")]));
        assert_eq!(differences.len(), 3, "{differences:?}");
        assert!(differences[0].contains("first difference at 1"));
    }
}
