//! What is shipped, and what it is built with: a bill of materials in CycloneDX 1.6
//! (<https://cyclonedx.org/docs/1.6/json/>), from what cargo resolves and not from all that Cargo.lock names.
//!
//! The same sources give the same bytes: no time, no random number, sorted. Scope `required` is code in the
//! server's binary or in the WASM; `excluded` only ran to build them.

mod crates;
mod others;
#[cfg(test)]
mod tests;

use crate::options::Options;
use crate::{Result, fsx};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where a component ends up, in the property `connect:part`.
const SERVER: &str = "server";
const BROWSER: &str = "browser";
const BUILD: &str = "build";

/// What servers mostly are. The crates differ little elsewhere, and one list can be compared with the next.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// One entry of the list.
struct Component {
    kind: &'static str,
    name: String,
    version: String,
    /// SPDX expression.
    licence: Option<String>,
    /// Algorithm and hexadecimal digits.
    hash: Option<(&'static str, String)>,
    /// Package URL; none for our own crates, which no registry has.
    purl: Option<String>,
    /// Name for NVD's look-ups, where vulnerabilities are filed under it.
    cpe: Option<String>,
    source: Option<String>,
    parts: BTreeSet<&'static str>,
}

/// Components by their `bom-ref`.
type Components = BTreeMap<String, Component>;
/// Who needs whom, by `bom-ref`.
type Edges = BTreeMap<String, BTreeSet<String>>;

/// `cargo xtask sbom`
pub(crate) fn run(options: &Options) -> Result<()> {
    let bom = make(options)?;
    let path = options.target.join("sbom/connect.cdx.json");
    let text = serde_json::to_string_pretty(&bom).map_err(|e| format!("the list is no JSON: {e}"))?;
    fsx::write(&path, format!("{text}\n").as_bytes())?;
    let components = bom["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let shipped = components.iter().filter(|c| c["scope"] == "required").count();
    println!("sbom: {shipped} shipped, {} to build with: {}", components.len() - shipped, path.display());
    Ok(())
}

fn make(options: &Options) -> Result<Value> {
    let (mut components, mut edges) = (Components::new(), Edges::new());
    let root = crates::add(options, &mut components, &mut edges)?;
    others::add_npm(&options.root.join("tools/package-lock.json"), &mut components)?;
    let root_component = components.remove(&root).ok_or(format!("cargo does not know the root package {root}"))?;
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            // Of manifests and lock files, not of a finished binary.
            "lifecycles": [{ "phase": "pre-build" }],
            "component": root_component.to_json(&root),
            "properties": [{ "name": "connect:target", "value": TARGET }],
        },
        "components": components.iter().map(|(id, c)| c.to_json(id)).collect::<Vec<_>>(),
        "dependencies": edges
            .iter()
            .map(|(id, needs)| json!({ "ref": id, "dependsOn": needs }))
            .collect::<Vec<_>>(),
    }))
}

impl Component {
    fn is_shipped(&self) -> bool {
        self.parts.contains(SERVER) || self.parts.contains(BROWSER)
    }

    fn to_json(&self, id: &str) -> Value {
        let mut value = json!({
            "type": self.kind,
            "bom-ref": id,
            "name": self.name,
            "version": self.version,
            "scope": if self.is_shipped() { "required" } else { "excluded" },
            "properties": self
                .parts
                .iter()
                .map(|part| json!({ "name": "connect:part", "value": part }))
                .collect::<Vec<_>>(),
        });
        if let Some(licence) = &self.licence {
            value["licenses"] = json!([{ "expression": licence }]);
        }
        if let Some((algorithm, digits)) = &self.hash {
            value["hashes"] = json!([{ "alg": algorithm, "content": digits }]);
        }
        if let Some(purl) = &self.purl {
            value["purl"] = json!(purl);
        }
        if let Some(cpe) = &self.cpe {
            value["cpe"] = json!(cpe);
        }
        if let Some(source) = &self.source {
            value["externalReferences"] = json!([{ "type": "vcs", "url": source }]);
        }
        value
    }
}
