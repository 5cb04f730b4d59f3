//! The table of logins in the documentation is the list that is played.

use std::collections::HashSet;

use connect_sandbox::LOGINS;

const DOCS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SANDBOX.md"));

#[test]
fn the_documented_logins_are_the_logins() {
    let section = DOCS.split("\n## ").find(|s| s.starts_with("Logins\n")).expect("a section of logins");
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with('|')).skip(2).map(str::to_owned).collect();
    let played = LOGINS.iter().map(|row| {
        let code = row.code.map_or("–".to_owned(), |code| format!("`{code}`"));
        format!("| `{}` | `{}` | {code} | {} |", row.username, row.password, row.what)
    });
    assert_eq!(rows, played.collect::<Vec<_>>());
}

#[test]
fn user_names_are_unique_and_lower_case() {
    let names: HashSet<_> = LOGINS.iter().map(|row| row.username).collect();
    assert_eq!(names.len(), LOGINS.len());
    assert!(names.iter().all(|name| *name == name.trim().to_lowercase()));
    assert!(LOGINS.iter().all(|row| !row.what.is_empty() && !row.what.contains(['|', '\n'])));
}
