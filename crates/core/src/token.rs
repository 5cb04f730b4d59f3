//! Tokens: how they look, how they are made, and what of them is stored.
//!
//! `cnt_<env>_<kind>_<43 base62><6 base62>`: a prefix that names service, environment and kind,
//! 256 random bits, and a CRC-32 over everything before it. A connect token carries a public
//! handle before the secret: `cnt_<env>_ct_<22 base62>_<43 base62><6 base62>`, and so does a run key. The handle
//! may stand in a URL (it shows the company's name and nothing else can be done with it).
//! Format after the scheme that GitHub published on 2021-04-05.

use std::fmt;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use crate::keys::Digest;
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
    /// Stands for a connect token in a document of ours: good for the screens of its run, as long as the run, and
    /// for nothing that a company's backend does.
    Run,
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
            Self::Run => "rk",
            Self::AuthorizationCode => "ac",
            Self::Access => "at",
            Self::Refresh => "rt",
        }
    }

    /// Whether a token of this kind names its run.
    fn has_handle(self) -> bool {
        matches!(self, Self::Connect | Self::Run)
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

    /// The key of a run, of a keyed hash that nobody else can compute ([`crate::keys::Keys::run_key`]).
    pub(crate) fn of_run(env: Environment, handle: &Handle, digest: &Digest) -> Self {
        let kind = TokenKind::Run;
        let mut text = format!("{BRAND}_{}_{}_{}_{}", env.code(), kind.code(), handle.as_str(), base62(digest));
        let check = checksum(&text);
        text.push_str(&check);
        Self { kind, text: Secret::new(text) }
    }

    /// Reads a token that belongs to a run: a connect token, or the run's key.
    pub fn parse_of_run(text: &str) -> Option<Self> {
        [TokenKind::Connect, TokenKind::Run].into_iter().find_map(|kind| Self::parse(kind, text))
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
        let secret = if kind.has_handle() {
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

    /// The public part of a connect token or run key; `None` for other kinds.
    pub fn handle(&self) -> Option<Handle> {
        if !self.kind.has_handle() {
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

/// As many characters of a keyed hash as a handle has: 131 bits.
pub(crate) fn short(digest: &Digest) -> String {
    base62(digest).split_off(SECRET_CHARS - HANDLE_CHARS)
}

/// A number of 256 bits in base 62, most significant first.
fn base62(number: &Digest) -> String {
    let mut number = *number;
    let mut out = [b'0'; SECRET_CHARS];
    for slot in out.iter_mut().rev() {
        let mut rest = 0u32;
        for byte in &mut number {
            let at = rest << 8 | u32::from(*byte);
            // Less than 62 · 256, so that the quotient is a byte.
            *byte = u8::try_from(at / 62).unwrap_or(u8::MAX);
            rest = at % 62;
        }
        *slot = ALPHABET[rest as usize];
    }
    out.iter().map(|b| char::from(*b)).collect()
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
    fn a_runs_key_names_its_run_and_every_bit_of_the_hash_counts() {
        let handle = Handle::parse(&"a".repeat(HANDLE_CHARS)).unwrap();
        let key = |digest: &Digest| Token::of_run(Environment::Production, &handle, digest).expose().to_owned();
        let read = Token::parse_of_run(&key(&[0xff; 32])).unwrap();
        assert_eq!((read.kind(), read.handle()), (TokenKind::Run, Some(handle.clone())));
        let mut seen = std::collections::HashSet::from([key(&[0; 32])]);
        for bit in 0..256 {
            let mut digest = [0; 32];
            digest[bit / 8] = 1 << (bit % 8);
            assert!(seen.insert(key(&digest)), "bit {bit}");
        }
        assert!(key(&[0; 32]).starts_with(&format!("cnt_live_rk_{}_{}", handle.as_str(), "0".repeat(43))));
    }

    #[test]
    fn debug_does_not_show_the_token() {
        let token = Token::generate(TokenKind::Access, Environment::Sandbox).unwrap();
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
