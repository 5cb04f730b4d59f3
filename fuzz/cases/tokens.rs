//! Small texts that strangers send or operators write: tokens, origins, proof keys, cursors, keyrings, heads,
//! request ids, the configuration.

use connect_core::audit::{Head, RequestId};
use connect_core::keys::Keys;
use connect_core::language::Language;
use connect_core::origin::{Origin, may_embed};
use connect_core::pkce;
use connect_core::secret::{Secret, same};
use connect_core::token::{Environment, Handle, Token, TokenKind};
use connect_core::usage::Window;
use connect_core::usage::page::Cursor;
use connect_core::vault::{Keyring, version_of};
use connect_server::config::ConnectOptions;

use super::choice;

const KINDS: [TokenKind; 5] = [
    TokenKind::ClientSecret,
    TokenKind::Connect,
    TokenKind::AuthorizationCode,
    TokenKind::Access,
    TokenKind::Refresh,
];

/// Reads the text as each of them. What was read has one spelling, and nothing secret shows.
pub(crate) fn run(data: &[u8]) {
    let (which, data) = choice(data);
    if which % 8 == 0 {
        return keyring(data);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    match which % 8 {
        1 => token(text),
        2 | 3 => origin(text),
        4 => proof_key(text),
        5 => cursor(which >> 3, text),
        6 => log(text),
        _ => {
            if let Ok(options) = ConnectOptions::parse(text, |_| None) {
                assert!((1..=600).contains(&options.settings().authorization_code_seconds));
            }
        }
    }
}

fn token(text: &str) {
    let keys = Keys::new(&[1; 32]);
    let mut kinds = 0;
    for kind in KINDS {
        let Some(token) = Token::parse(kind, text) else { continue };
        kinds += 1;
        assert_eq!((token.kind(), token.expose()), (kind, text));
        assert_eq!(token.handle().is_some(), kind == TokenKind::Connect);
        assert!(!format!("{token:?}").contains(text), "a token shows");
        assert_eq!(keys.token_digest(&token), keys.secret_digest(&Secret::new(text)), "one text, one digest");
    }
    assert!(kinds <= 1, "a token of two kinds");
    // The same characters under a right checksum are one, so the checks behind the first are reached as well.
    if let Some(handle) = Handle::parse(text) {
        assert_eq!((handle.as_str(), text.len()), (text, 22));
    }
    let secret = Secret::new(text);
    assert_eq!(format!("{secret:?}"), "Secret(…)");
    assert!(same(text.as_bytes(), secret.expose().as_bytes()));
}

fn origin(text: &str) {
    let Ok(origin) = Origin::parse(text) else { return };
    let spelling = origin.as_str();
    assert_eq!(Origin::parse(spelling).as_ref(), Ok(&origin), "one origin, one spelling");
    // It goes into headers and is compared by browsers.
    assert!(spelling.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()), "{spelling}");
    assert!(!spelling.contains(['*', ';', ',', '"', '\'', '@', '?', '#']), "{spelling}");
    assert!(spelling.starts_with("https://") || origin.is_loopback());
    let (own, other) = ([origin.clone()], [Origin::parse("https://a.example").unwrap_or(origin.clone())]);
    for environment in [Environment::Sandbox, Environment::Production] {
        assert!(may_embed(&own, environment, &origin));
        let near = environment == Environment::Sandbox && origin.is_loopback();
        assert_eq!(may_embed(&[], environment, &origin), near);
        assert_eq!(may_embed(&other, environment, &origin), near || other == own);
    }
}

fn proof_key(text: &str) {
    if let Some(challenge) = pkce::challenge_of(text) {
        assert!((43..=128).contains(&text.len()) && text.is_ascii());
        assert!(pkce::challenge(text).is_none_or(|other| other != challenge), "a verifier is its own challenge");
    }
    if pkce::challenge(text).is_some() {
        assert_eq!(text.len(), 43);
    }
}

fn cursor(which: usize, text: &str) {
    let keys = Keys::new(&[1; 32]);
    assert_eq!(Cursor::read(&keys, b"question", text), None, "a cursor that we have not written");
    // One of ours with the text laid over it.
    let window = Window { from: which as i64, to: i64::MAX };
    let ours = Cursor { window, meter: uuid::Uuid::from_u128(7), after: -1 };
    let written = ours.write(&keys, b"question");
    assert_eq!(Cursor::read(&keys, b"question", &written), Some(ours));
    let changed: String =
        written.chars().zip(text.chars()).map(|(own, other)| if other == '=' { own } else { other }).collect();
    let rest = written.get(changed.chars().count()..).unwrap_or_default();
    let changed = changed + rest;
    assert_eq!(Cursor::read(&keys, b"question", &changed).is_some(), changed == written);
}

fn keyring(data: &[u8]) {
    let _ = version_of(data);
    let Ok(ring) = Keyring::parse(data) else { return };
    let text = ring.text();
    let again = Keyring::parse(text.expose().as_bytes());
    assert!(
        again.is_ok_and(|again| again.text().expose() == text.expose()),
        "a keyring is not read as it is written"
    );
    assert!(format!("{ring:?}").len() < 2_000);
}

fn log(text: &str) {
    if let Ok(head) = text.parse::<Head>() {
        assert_eq!(head.to_string().parse(), Ok(head));
    }
    let _ = Language::preferred(text);
    if let Some(id) = RequestId::parse(text) {
        assert!(id.as_str() == text && text.len() <= RequestId::MAX_CHARS);
        assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    }
}
