//! Tokens: how they look, how they are made, and what of them is stored.
//!
//! `cnt_<env>_<kind>_<43 base62><6 base62>`: a prefix that names service, environment and kind,
//! 256 random bits, and a CRC-32 over everything before it. A connect token carries a public
//! handle before the secret: `cnt_<env>_ct_<22 base62>_<43 base62><6 base62>`. The handle may
//! stand in a URL (it shows the company's name and nothing else can be done with it).
//! Format after the scheme that GitHub published on 2021-04-05.

use std::fmt;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use crate::secret::Secret;

const BRAND: &str = "cnt";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SECRET_CHARS: usize = 43;
const HANDLE_CHARS: usize = 22;
const CHECK_CHARS: usize = 6;
/// Longer than every token; a caller may refuse longer input unread.
pub const MAX_TOKEN_CHARS: usize = 128;

/// Which world a client and everything that belongs to it lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Talks to the sandbox connector only.
    Sandbox,
    /// Talks to real utilities only.
    Production,
}

impl Environment {
    fn code(self) -> &'static str {
        match self {
            Self::Sandbox => "test",
            Self::Production => "live",
        }
    }
}

/// What a token is for. A token of one kind is never accepted as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A company's secret (`Pelm-Secret`).
    ClientSecret,
    /// Opens Connect for one customer, 30 minutes.
    Connect,
    /// Handed to the page at success; exchanged once.
    AuthorizationCode,
    /// Reads one customer's data.
    Access,
    /// Kept for the shape of the token answer; nothing accepts it.
    Refresh,
}

impl TokenKind {
    fn code(self) -> &'static str {
        match self {
            Self::ClientSecret => "cs",
            Self::Connect => "ct",
            Self::AuthorizationCode => "ac",
            Self::Access => "at",
            Self::Refresh => "rt",
        }
    }
}

/// The system's random source failed. There is no safe way to go on.
#[derive(Debug, thiserror::Error)]
#[error("the system's random source failed")]
pub struct RandomError;

/// The public handle of a connect token: 22 base62 characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Handle(String);

impl Handle {
    /// Reads a handle from a URL. `None` when it does not have the shape.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == HANDLE_CHARS && text.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| Self(text.into()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({})", self.0)
    }
}

/// A well-formed token. Well-formed says nothing about whether it was ever issued.
#[derive(Clone, Debug)]
pub struct Token {
    kind: TokenKind,
    text: Secret,
}

impl Token {
    /// Makes a new token of `kind` from the system's random source.
    pub fn generate(kind: TokenKind, env: Environment) -> Result<Self, RandomError> {
        let mut text = format!("{BRAND}_{}_{}_", env.code(), kind.code());
        if kind == TokenKind::Connect {
            text.push_str(&random_base62(HANDLE_CHARS)?);
            text.push('_');
        }
        text.push_str(&random_base62(SECRET_CHARS)?);
        let check = checksum(&text);
        text.push_str(&check);
        Ok(Self { kind, text: Secret::new(text) })
    }

    /// Reads a token of the expected kind. `None` when prefix, length, alphabet or checksum is
    /// wrong; no database is asked for those.
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        if text.len() > MAX_TOKEN_CHARS {
            return None;
        }
        let rest = text.strip_prefix(BRAND)?.strip_prefix('_')?;
        let (env, rest) = rest.split_once('_')?;
        let (code, rest) = rest.split_once('_')?;
        if !matches!(env, "test" | "live") || code != kind.code() {
            return None;
        }
        let secret = if kind == TokenKind::Connect {
            let (handle, secret) = rest.split_once('_')?;
            Handle::parse(handle)?;
            secret
        } else {
            rest
        };
        if secret.len() != SECRET_CHARS + CHECK_CHARS || !secret.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let (body, check) = text.split_at(text.len() - CHECK_CHARS);
        (checksum(body) == check).then(|| Self { kind, text: Secret::new(text) })
    }

    /// What the token is for.
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The public part of a connect token; `None` for other kinds.
    pub fn handle(&self) -> Option<Handle> {
        if self.kind != TokenKind::Connect {
            return None;
        }
        self.text
            .expose()
            .rsplit_once('_')
            .and_then(|(head, _)| head.rsplit_once('_'))
            .and_then(|(_, h)| Handle::parse(h))
    }

    /// The text to hand out. Every caller is a place to review.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }
}

fn random_base62(chars: usize) -> Result<String, RandomError> {
    let rng = SystemRandom::new();
    let mut out = String::with_capacity(chars);
    let mut bytes = [0u8; 64];
    while out.len() < chars {
        rng.fill(&mut bytes).map_err(|_| RandomError)?;
        for b in bytes {
            // 248 = 4 × 62: values above would favour the first characters.
            if b < 248 && out.len() < chars {
                out.push(char::from(ALPHABET[usize::from(b) % 62]));
            }
        }
    }
    Ok(out)
}

fn checksum(body: &str) -> String {
    let mut value = crc32fast::hash(body.as_bytes());
    let mut out = [b'0'; CHECK_CHARS];
    for slot in out.iter_mut().rev() {
        *slot = ALPHABET[(value % 62) as usize];
        value /= 62;
    }
    out.iter().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_reads_back_as_its_own_kind_only() {
        let kinds = [
            TokenKind::ClientSecret,
            TokenKind::Connect,
            TokenKind::AuthorizationCode,
            TokenKind::Access,
            TokenKind::Refresh,
        ];
        for made in kinds {
            let token = Token::generate(made, Environment::Sandbox).unwrap();
            for read in kinds {
                assert_eq!(Token::parse(read, token.expose()).is_some(), made == read, "{made:?} as {read:?}");
            }
        }
    }

    #[test]
    fn any_changed_character_is_refused() {
        let token = Token::generate(TokenKind::Access, Environment::Production).unwrap();
        let text = token.expose();
        for i in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[i] = if bytes[i] == b'a' { b'b' } else { b'a' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(Token::parse(TokenKind::Access, &changed).is_none(), "position {i}");
        }
    }

    #[test]
    fn shapes_that_are_not_tokens_are_refused() {
        for text in ["", "cnt", "cnt_test_at_", "cnt_test_at_é", &"x".repeat(10_000), "cnt_test_ct_a_b"] {
            assert!(Token::parse(TokenKind::Access, text).is_none());
            assert!(Token::parse(TokenKind::Connect, text).is_none());
        }
    }

    #[test]
    fn only_a_connect_token_has_a_handle() {
        let connect = Token::generate(TokenKind::Connect, Environment::Sandbox).unwrap();
        let handle = connect.handle().unwrap();
        assert!(connect.expose().contains(handle.as_str()));
        assert!(Token::generate(TokenKind::Access, Environment::Sandbox).unwrap().handle().is_none());
    }

    #[test]
    fn debug_does_not_show_the_token() {
        let token = Token::generate(TokenKind::Access, Environment::Sandbox).unwrap();
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
