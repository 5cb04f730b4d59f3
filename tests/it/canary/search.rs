//! Finds a text in bytes, also where it was written in another form: hexadecimal, base64,
//! a list of numbers.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Something that must not be seen.
pub struct Canary {
    name: &'static str,
    forms: Vec<Vec<u8>>,
    home: Option<&'static str>,
}

impl Canary {
    pub fn word(name: &'static str, text: &str) -> Self {
        Self { name, forms: forms(text), home: None }
    }

    /// The bytes of a key.
    pub fn key(name: &'static str, bytes: &[u8]) -> Self {
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let mut forms = vec![bytes.to_vec(), hex.into_bytes()];
        forms.extend([STANDARD, URL_SAFE].map(|engine| engine.encode(bytes)[..40].to_owned().into_bytes()));
        Self { name, forms, home: None }
    }

    /// A token: its secret part alone counts as well.
    pub fn token(name: &'static str, text: &str) -> Self {
        let secret = text.rsplit_once('_').unwrap().1;
        // The check at its end says something about the rest as well, but is no secret.
        Self { name, forms: forms(&secret[..secret.len() - 6]), home: None }
    }

    /// The one answer whose point it is.
    pub fn belongs(self, home: &'static str) -> Self {
        Self { home: Some(home), ..self }
    }

    pub fn belongs_to(&self, what: &str) -> bool {
        self.home == Some(what)
    }

    #[track_caller]
    pub fn must_not_be_in(&self, place: &str, bytes: &[u8]) {
        for form in &self.forms {
            assert!(!contains(bytes, form), "{} is in {place}, as {}", self.name, String::from_utf8_lossy(form));
        }
    }
}

fn forms(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let numbers: Vec<_> = bytes.iter().map(u8::to_string).collect();
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let mut all = vec![text.to_owned(), hex.to_uppercase(), hex, numbers.join(","), numbers.join(", ")];
    all.push(text.chars().rev().collect());
    // Base64 depends on what stands before; the characters at both ends also on the neighbours.
    for shift in 0..3 {
        for engine in [STANDARD, URL_SAFE] {
            let encoded = engine.encode([&vec![0; shift], bytes].concat());
            all.push(encoded[4..encoded.len() - 4].to_owned());
        }
    }
    all.into_iter().map(String::into_bytes).collect()
}

#[test]
fn a_canary_is_found_in_every_form() {
    let canary = Canary::word("it", "canary-password-1234");
    let found = |bytes: &[u8]| std::panic::catch_unwind(|| canary.must_not_be_in("here", bytes)).is_err();
    let text = b"canary-password-1234";
    assert!(found(&[b"...", &text[..], b"..."].concat()));
    assert!(found(format!("{:?}", &text[..]).as_bytes()));
    assert!(found(serde_json::to_string(&text[..]).unwrap().as_bytes()));
    for before in ["", "a", "ab", "abc"] {
        let encoded = STANDARD.encode([before.as_bytes(), text, b"tail"].concat());
        assert!(found(encoded.as_bytes()), "{before}");
    }
    assert!(!found(b"canary-password-123"));
}
