use super::*;

fn bom() -> Value {
    make(&Options::load().unwrap()).unwrap()
}

fn find<'a>(bom: &'a Value, name: &str) -> &'a Value {
    bom["components"].as_array().unwrap().iter().find(|c| c["name"] == name).unwrap_or(&Value::Null)
}

fn parts(component: &Value) -> Vec<&str> {
    component["properties"].as_array().unwrap().iter().filter_map(|p| p["value"].as_str()).collect()
}

#[test]
fn the_bill_of_materials_says_what_is_shipped_where() {
    let bom = bom();
    assert_eq!(parts(find(&bom, "axum")), ["server"]);
    assert_eq!(parts(find(&bom, "talc")), ["browser"]);
    assert_eq!(parts(find(&bom, "connect-wire")), ["browser", "server"]);
    assert_eq!(find(&bom, "axum")["scope"], "required");
    // Runs in the compiler, in the xtask, in Node.
    for tool in ["serde_derive", "lightningcss", "esbuild"] {
        assert_eq!(find(&bom, tool)["scope"], "excluded", "{tool}");
    }
    // Cargo.lock names it for features that nobody turns on.
    assert!(find(&bom, "ring").is_null());
    // Tests have crates of their own.
    assert!(find(&bom, "insta").is_null());
}

#[test]
fn each_component_can_be_looked_up_and_checked() {
    let bom = bom();
    let components = bom["components"].as_array().unwrap();
    for component in components {
        let name = component["name"].as_str().unwrap();
        assert!(component["licenses"][0]["expression"].is_string(), "{name} has no licence");
        let ours = name.starts_with("connect") || ["greenbutton", "xtask"].contains(&name);
        assert_eq!(component["purl"].is_null(), ours, "{name}: only ours are on no registry");
        let bundled = ["sqlite", "aws-lc"].contains(&name);
        assert_eq!(component["hashes"].is_null(), ours || bundled, "{name}");
    }
    let sqlite = find(&bom, "sqlite");
    assert!(sqlite["version"].as_str().unwrap().starts_with("3."));
    assert!(sqlite["cpe"].as_str().unwrap().starts_with("cpe:2.3:a:sqlite:sqlite:3."));
    assert!(find(&bom, "aws-lc")["version"].is_string());
}

#[test]
fn the_bill_of_materials_is_whole_and_the_same_each_time() {
    let bom = bom();
    let mut known: Vec<_> = bom["components"].as_array().unwrap().iter().map(|c| &c["bom-ref"]).collect();
    known.push(&bom["metadata"]["component"]["bom-ref"]);
    let mut once = known.clone();
    once.sort_by_key(|id| id.as_str());
    once.dedup();
    assert_eq!(once.len(), known.len(), "a reference names one component");
    for edge in bom["dependencies"].as_array().unwrap() {
        for id in edge["dependsOn"].as_array().unwrap().iter().chain([&edge["ref"]]) {
            assert!(known.contains(&id), "{id} is needed and not listed");
        }
    }
    assert_eq!(bom, make(&Options::load().unwrap()).unwrap());
}

#[test]
fn a_tree_gives_who_needs_whom() {
    let edges = crates::parse("0|a v1.0.0 (/a)\n1|b v2.0.0\n2|c v3.0.0 (proc-macro)\n1|c v3.0.0 (*)\n").unwrap();
    let needs = |id: &str| edges[id].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(needs("a@1.0.0"), ["b@2.0.0", "c@3.0.0"]);
    assert_eq!(needs("b@2.0.0"), ["c@3.0.0"]);
    assert!(needs("c@3.0.0").is_empty());
    for bad in ["a v1", "0|a", "x|a v1", "0|a 1", "2|a v1"] {
        assert!(crates::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_version_stands_in_quotation_marks() {
    let header = "#define SQLITE_VERSION_NUMBER 1\n#define SQLITE_VERSION        \"3.51.0\"\n";
    assert_eq!(others::version(header, "#define SQLITE_VERSION "), Some("3.51.0"));
    assert_eq!(others::version(header, "#define OTHER "), None);
}
