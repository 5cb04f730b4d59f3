//! Scanners find every secret that we make (docs/secret-scanning/gitleaks.toml), and this repository has none.

use std::fs;
use std::path::{Path, PathBuf};

use connect_core::keys::Keys;
use connect_core::token::{Environment, Handle, Token, TokenKind};
use connect_core::vault::Keyring;
use regex::bytes::Regex;
use toml::Table;

const KINDS: [(TokenKind, &str); 5] = [
    (TokenKind::ClientSecret, "connect-client-secret"),
    (TokenKind::Connect, "connect-connect-token"),
    (TokenKind::AuthorizationCode, "connect-authorization-code"),
    (TokenKind::Access, "connect-access-token"),
    (TokenKind::Refresh, "connect-refresh-token"),
];

/// Not of the repository (.gitignore), or not ours.
const OTHERS: [&str; 7] =
    ["target", "node_modules", ".git", ".tools", "test-results", "playwright-report", ".env"];

/// One rule of the file.
struct Rule {
    id: String,
    expression: Regex,
    keywords: Vec<String>,
}

impl Rule {
    /// As gitleaks does it: text without one of the keywords is not looked at further.
    fn finds(&self, text: &[u8]) -> bool {
        let lower = text.to_ascii_lowercase();
        let has = |word: &String| lower.windows(word.len()).any(|w| w == word.to_ascii_lowercase().as_bytes());
        self.keywords.iter().any(has) && self.expression.is_match(text)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn rules() -> Vec<Rule> {
    let file = root().join("docs/secret-scanning/gitleaks.toml");
    let table: Table = fs::read_to_string(file).unwrap().parse().unwrap();
    let text = |rule: &toml::Value, key: &str| rule[key].as_str().unwrap().to_owned();
    table["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| Rule {
            id: text(rule, "id"),
            expression: Regex::new(&text(rule, "regex")).unwrap(),
            keywords: rule["keywords"].as_array().unwrap().iter().map(|w| w.as_str().unwrap().into()).collect(),
        })
        .collect()
}

/// Which rules find something in `text`.
fn found<'a>(rules: &'a [Rule], text: &str) -> Vec<&'a str> {
    rules.iter().filter(|r| r.finds(text.as_bytes())).map(|r| r.id.as_str()).collect()
}

#[test]
fn each_new_token_is_found_by_the_rule_of_its_kind_alone() {
    let rules = rules();
    for (kind, rule) in KINDS {
        for env in [Environment::Sandbox, Environment::Production] {
            for _ in 0..100 {
                let token = Token::generate(kind, env).unwrap();
                let token = token.expose();
                for around in
                    ["TOKEN", "{\"secret\":\"TOKEN\"}", "PELM_SECRET=TOKEN\n", "Bearer TOKEN, then", "?t=TOKEN&"]
                {
                    let text = around.replace("TOKEN", token);
                    assert_eq!(found(&rules, &text), [rule], "{around}");
                }
                // A part of it is of no use to anybody.
                assert!(found(&rules, &token[..token.len() - 1]).is_empty());
            }
        }
    }
}

#[test]
fn the_key_of_a_run_is_found() {
    let handle = Handle::parse(&"a".repeat(22)).unwrap();
    let rules = rules();
    for env in [Environment::Sandbox, Environment::Production] {
        for id in 0..100 {
            let key = Keys::new(&[7; 32]).run_key(uuid::Uuid::from_u128(id), &handle, env);
            let text = format!("<input name=\"key\" value=\"{}\">", key.expose());
            assert_eq!(found(&rules, &text), ["connect-run-key"]);
        }
    }
}

#[test]
fn a_new_master_key_is_found_in_its_file_and_in_the_environment() {
    let rules = rules();
    for _ in 0..100 {
        let file = Keyring::generate().unwrap().text();
        assert_eq!(found(&rules, file.expose()), ["connect-master-key"]);
        let line = file.expose().lines().last().unwrap();
        for set in ["CONNECT_MASTER_KEY=…", "export CONNECT_MASTER_KEY='…'", "CONNECT_MASTER_KEY: \"…\""] {
            assert_eq!(found(&rules, &set.replace('…', line)), ["connect-master-key"], "{set}");
        }
    }
}

#[test]
fn nothing_in_the_repository_is_a_secret() {
    let rules = rules();
    let key = Regex::new("-----BEGIN [A-Z ]*PRIVATE KEY-----\\s+[0-9A-Za-z+/=]{16}").unwrap();
    let mut seen = 0;
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name();
            if OTHERS.iter().any(|n| name == *n) || (name == "data" && folder == root()) {
                continue;
            }
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = fs::read(&path) else { continue };
            seen += 1;
            for rule in &rules {
                assert!(!rule.expression.is_match(&text), "{}: {}", path.display(), rule.id);
            }
            assert!(!key.is_match(&text), "{}: a private key", path.display());
        }
    }
    assert!(seen > 500, "only {seen} files were looked at");
}
