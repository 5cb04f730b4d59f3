//! What is no crate: C libraries that crates bring along, and npm packages that build the site.

use super::{BUILD, Component, Components, Edges};
use crate::{Result, fsx};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// A C library inside a crate: where it says its version, and under which names others know it.
struct Bundled {
    krate: &'static str,
    name: &'static str,
    licence: &'static str,
    header: &'static str,
    /// The line's beginning; the version follows in quotation marks.
    line: &'static str,
    cpe: Option<&'static str>,
}

/// Vulnerabilities of these are filed under their own names.
const BUNDLED: [Bundled; 2] = [
    Bundled {
        krate: "libsqlite3-sys",
        name: "sqlite",
        licence: "blessing",
        header: "sqlite3/sqlite3.h",
        line: "#define SQLITE_VERSION ",
        cpe: Some("sqlite:sqlite"),
    },
    Bundled {
        krate: "aws-lc-sys",
        name: "aws-lc",
        licence: "Apache-2.0 AND ISC AND BSD-3-Clause AND MIT",
        header: "aws-lc/include/openssl/base.h",
        line: "#define AWSLC_VERSION_NUMBER_STRING ",
        cpe: None,
    },
];

/// Adds the C library in the crate `id`, if it is one that has one. `folder` holds the crate's source.
pub(super) fn add_bundled(
    id: &str,
    krate: &str,
    folder: &Path,
    parts: &BTreeSet<&'static str>,
    components: &mut Components,
    edges: &mut Edges,
) -> Result<()> {
    let Some(bundled) = BUNDLED.iter().find(|b| b.krate == krate) else { return Ok(()) };
    let header = fsx::read(&folder.join(bundled.header))?;
    let header = String::from_utf8_lossy(&header);
    let version = version(&header, bundled.line)
        .ok_or(format!("{id}: no version of {} in {}", bundled.name, bundled.header))?;
    let own = format!("{}@{version}", bundled.name);
    edges.entry(id.to_owned()).or_default().insert(own.clone());
    edges.entry(own.clone()).or_default();
    let component = Component {
        kind: "library",
        name: bundled.name.to_owned(),
        version: version.to_owned(),
        licence: Some(bundled.licence.to_owned()),
        hash: None,
        purl: Some(format!("pkg:generic/{}@{version}", bundled.name)),
        cpe: bundled.cpe.map(|of| format!("cpe:2.3:a:{of}:{version}:*:*:*:*:*:*:*")),
        source: None,
        parts: parts.clone(),
    };
    components.insert(own, component);
    Ok(())
}

/// The text in quotation marks on the line that begins so.
pub(super) fn version<'a>(header: &'a str, line: &str) -> Option<&'a str> {
    header.lines().find_map(|l| l.strip_prefix(line))?.trim().strip_prefix('"')?.strip_suffix('"')
}

/// Adds the npm packages of a lock file. None of them is shipped.
pub(super) fn add_npm(lock: &Path, components: &mut Components) -> Result<()> {
    let text = fsx::read(lock)?;
    let lock: Value = serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", lock.display()))?;
    for (path, package) in lock["packages"].as_object().into_iter().flatten() {
        // The entry without a name is the folder itself.
        let Some(name) = path.strip_prefix("node_modules/") else { continue };
        let text = |key: &str| package[key].as_str().ok_or(format!("{name} has no {key} in the lock file"));
        let version = text("version")?;
        let digest = text("integrity")?.strip_prefix("sha512-").and_then(|d| BASE64_STANDARD.decode(d).ok());
        let digest = digest.ok_or(format!("{name}: its integrity is no SHA-512"))?;
        let component = Component {
            kind: "library",
            name: name.to_owned(),
            version: version.to_owned(),
            licence: package["license"].as_str().map(str::to_owned),
            hash: Some(("SHA-512", digest.iter().map(|b| format!("{b:02x}")).collect())),
            purl: Some(format!("pkg:npm/{}@{version}", name.replace('@', "%40"))),
            cpe: None,
            source: None,
            parts: BTreeSet::from([BUILD]),
        };
        components.insert(format!("npm:{name}@{version}"), component);
    }
    Ok(())
}
