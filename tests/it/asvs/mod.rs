//! docs/asvs.csv: what OWASP's ASVS asks is answered once for each requirement. The tests that it and
//! docs/THREATS.md name exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Ids and levels of the standard.
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// A line of the table.
#[derive(serde::Deserialize)]
struct Row {
    id: String,
    level: String,
    requirement: String,
    verdict: String,
    #[serde(rename = "where")]
    place: String,
    tests: String,
    note: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rows() -> Vec<Row> {
    csv::Reader::from_path(root().join("docs/asvs.csv")).unwrap().deserialize().map(Result::unwrap).collect()
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}

#[test]
fn each_requirement_is_answered_once_at_its_level() {
    let asked: BTreeMap<&str, &str> =
        REQUIREMENTS.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once(' ')).collect();
    let rows = rows();
    let mut answered = BTreeMap::new();
    for row in &rows {
        assert!(answered.insert(row.id.as_str(), row.level.as_str()).is_none(), "{} stands there twice", row.id);
    }
    // 253 of the standard's levels 1 and 2, without the seven of V17 (WebRTC).
    assert_eq!(asked.len(), 246);
    assert_eq!(answered, asked);
}

#[test]
fn an_answer_has_its_reason() {
    for Row { id, requirement, verdict, place, tests, note, .. } in rows() {
        assert!(!requirement.is_empty(), "{id}");
        match verdict.as_str() {
            "met" => {
                assert!(!tests.is_empty() && !place.is_empty(), "{id} is met: where, and which test says so?")
            }
            "decided" => assert!(!place.is_empty() && !note.is_empty(), "{id}: what was decided, and where?"),
            "gap" => assert!(!note.is_empty(), "{id}: what is missing?"),
            "n/a" => assert!(!note.is_empty() && tests.is_empty(), "{id}: why does it not apply?"),
            other => panic!("{id}: {other} is no verdict"),
        }
        for path in list(&place).filter(|p| p.contains('/') || p.ends_with(".md") || p.ends_with(".toml")) {
            let path = path.split(' ').next().unwrap();
            assert!(root().join(path).exists(), "{id}: there is no {path}");
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let known = tests();
    assert!(known.len() > 500, "only {} tests were found", known.len());
    for row in rows() {
        for name in list(&row.tests) {
            assert!(known.contains(name), "{}: there is no test {name}", row.id);
        }
    }
    for (file, at_least) in [("docs/THREATS.md", 40), ("docs/REQUIREMENTS.md", 60), ("docs/COMPARISON.md", 30)] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let quoted: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
        let names: Vec<&str> = quoted.iter().filter(|q| !q.contains(['.', '/', '\n'])).copied().collect();
        let functions = names.iter().filter(|n| n.matches('_').count() > 2).map(|n| (*n).to_owned());
        let titles = names.iter().filter(|n| n.matches(' ').count() > 3).map(|n| format!("e2e: {n}"));
        let named: Vec<String> = functions.chain(titles).collect();
        assert!(named.len() > at_least, "{file}: {named:?}");
        for name in named {
            assert!(known.contains(&name), "{file}: there is no test {name}");
        }
    }
}

/// Names of all tests: functions in Rust, `e2e: ` and the title in the browser.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders: Vec<PathBuf> = ["src", "tests", "crates", "end2end/tests"].map(|f| root().join(f)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
                continue;
            }
            match path.extension().and_then(|e| e.to_str()) {
                Some("rs") => found.extend(functions(&fs::read_to_string(&path).unwrap())),
                Some("ts") => found.extend(titles(&fs::read_to_string(&path).unwrap())),
                _ => {}
            }
        }
    }
    found
}

/// Functions below `#[test]` or `#[tokio::test…]`, with other attributes between.
fn functions(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if line == "#[test]" || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if is_test && !line.starts_with("#[") && !line.starts_with("//") {
            let name = line.split_once("fn ").and_then(|(_, rest)| rest.split_once('('));
            found.extend(name.map(|(name, _)| name.to_owned()));
            is_test = false;
        }
    }
    found
}

/// Titles of Playwright's tests, if they are plain text.
fn titles(source: &str) -> Vec<String> {
    let title = |line: &str| Some(line.trim().strip_prefix("test('")?.split_once("',")?.0.to_owned());
    source.lines().filter_map(title).map(|title| format!("e2e: {title}")).collect()
}

#[test]
fn tests_are_found_by_what_they_are() {
    let source = "#[test]\n#[ignore]\nfn one() {}\nfn two() {}\n  #[tokio::test(start_paused = true)]\n  async fn three() {}";
    assert_eq!(functions(source), ["one", "three"]);
    assert_eq!(titles("test('a b', async () => {\n  test.skip('c', x);\n"), ["e2e: a b"]);
}
