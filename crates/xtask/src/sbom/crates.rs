//! Crates, as cargo resolves them for what is shipped: `cargo tree` says which and who needs whom,
//! `cargo metadata` their licences, Cargo.lock their checksums.

use super::{BROWSER, BUILD, Component, Components, Edges, SERVER, TARGET, others};
use crate::options::Options;
use crate::{Result, fsx};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

const WASM: &str = "wasm32-unknown-unknown";

/// Adds all of them and returns the root package's `bom-ref`.
pub(super) fn add(options: &Options, components: &mut Components, edges: &mut Edges) -> Result<String> {
    let front = options.lib_package.as_str();
    let code = "normal,no-proc-macro";
    let all = "normal,build";
    let trees = [
        (SERVER, tree(&options.root, &["-p", "connect", "--features", "ssr"], TARGET, code)?),
        (BROWSER, tree(&options.root, &["-p", front], WASM, code)?),
        // Last: what is not in the others only runs to build them.
        (BUILD, tree(&options.root, &["-p", "connect", "--features", "ssr"], TARGET, all)?),
        (BUILD, tree(&options.root, &["-p", front], WASM, all)?),
        (BUILD, tree(&options.root, &["-p", "xtask"], TARGET, all)?),
    ];
    let mut parts: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (part, tree) in &trees {
        for (id, needs) in tree {
            let of = parts.entry(id.clone()).or_default();
            if *part != BUILD || of.is_empty() {
                of.insert(part);
            }
            edges.entry(id.clone()).or_default().extend(needs.iter().cloned());
        }
    }

    let known = packages(&options.root)?;
    let checksums = checksums(&options.root)?;
    for (id, parts) in parts {
        let package = known.get(&id).ok_or(format!("cargo metadata does not know {id}"))?;
        let text = |key: &str| package[key].as_str().map(str::to_owned);
        let (name, version) = split(&id)?;
        // Ours have a path instead, and the same name elsewhere would be somebody else's.
        let from_registry = package["source"].is_string();
        let checksum = checksums.get(&id).cloned();
        if from_registry && checksum.is_none() {
            return Err(format!("Cargo.lock has no checksum of {id}"));
        }
        if let Some(folder) = text("manifest_path").as_deref().map(Path::new).and_then(Path::parent) {
            others::add_bundled(&id, name, folder, &parts, components, edges)?;
        }
        let component = Component {
            kind: if name == "connect" { "application" } else { "library" },
            name: name.to_owned(),
            version: version.to_owned(),
            // The older way to write "or".
            licence: text("license").map(|l| l.replace('/', " OR ")),
            hash: checksum.map(|digits| ("SHA-256", digits)),
            purl: from_registry.then(|| format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))),
            cpe: None,
            source: if from_registry { text("repository") } else { None },
            parts,
        };
        components.insert(id, component);
    }
    let root = components.keys().find(|id| id.starts_with("connect@"));
    root.cloned().ok_or("the package connect is not in its own tree".into())
}

/// Who needs whom in one build.
fn tree(root: &Path, packages: &[&str], target: &str, edges: &str) -> Result<Edges> {
    let arguments = ["tree", "--locked", "--prefix", "depth", "--format", "|{p}", "--target", target, "-e", edges];
    parse(&cargo(root, arguments.iter().chain(packages))?)
}

/// Reads lines such as `2|futures v0.3.34 (*)`: depth, name, version, and what is of no interest here.
pub(super) fn parse(text: &str) -> Result<Edges> {
    let mut edges = Edges::new();
    let mut above: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let fault = || format!("cargo tree: a line that is not understood: {line}");
        let (depth, package) = line.split_once('|').ok_or_else(fault)?;
        let depth: usize = depth.parse().map_err(|_| fault())?;
        let mut words = package.split_whitespace();
        let (Some(name), Some(version)) = (words.next(), words.next()) else { return Err(fault()) };
        let id = format!("{name}@{}", version.strip_prefix('v').ok_or_else(fault)?);
        if depth > above.len() {
            return Err(fault());
        }
        above.truncate(depth);
        edges.entry(id.clone()).or_default();
        if let Some(parent) = above.last() {
            edges.entry(parent.clone()).or_default().insert(id.clone());
        }
        above.push(id);
    }
    Ok(edges)
}

/// What `cargo metadata` says of each package.
fn packages(root: &Path) -> Result<BTreeMap<String, Value>> {
    let text = cargo(root, &["metadata", "--locked", "--all-features", "--format-version=1"])?;
    let metadata: Value = serde_json::from_str(&text).map_err(|e| format!("cargo metadata is not JSON: {e}"))?;
    let all = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(all
        .iter()
        .filter_map(|p| Some((format!("{}@{}", p["name"].as_str()?, p["version"].as_str()?), p.clone())))
        .collect())
}

/// SHA-256 of each crate's archive.
fn checksums(root: &Path) -> Result<BTreeMap<String, String>> {
    let path: PathBuf = root.join("Cargo.lock");
    let text = String::from_utf8(fsx::read(&path)?).map_err(|_| "Cargo.lock is not text")?;
    let lock: toml::Table = text.parse().map_err(|e| format!("Cargo.lock: {e}"))?;
    let all = lock.get("package").and_then(toml::Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |p: &toml::Value, key: &str| p.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    Ok(all
        .iter()
        .filter_map(|p| Some((format!("{}@{}", text(p, "name")?, text(p, "version")?), text(p, "checksum")?)))
        .collect())
}

fn cargo<'a>(root: &Path, arguments: impl IntoIterator<Item = &'a &'a str>) -> Result<String> {
    let output = Command::new("cargo")
        .current_dir(root)
        .args(arguments)
        .output()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    if !output.status.success() {
        return Err(format!("cargo failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|_| "cargo's answer is not text".into())
}

fn split(id: &str) -> Result<(&str, &str)> {
    id.split_once('@').ok_or(format!("{id} is no name and version"))
}
