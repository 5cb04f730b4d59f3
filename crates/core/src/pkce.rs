//! Proof key for code exchange (RFC 7636), method S256: who asked for a connect token shows at the
//! exchange a secret of which it had given the hash.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::keys::Digest;

/// Lengths of a verifier, in characters (RFC 7636, 4.1).
const VERIFIER_CHARS: std::ops::RangeInclusive<usize> = 43..=128;

/// Reads a `code_challenge`: 43 characters of base64url without padding. `None` when it is none.
pub fn challenge(text: &str) -> Option<Digest> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// The challenge that belongs to a `code_verifier`; `None` when that is not 43 to 128 unreserved
/// characters (letters, digits, `-`, `.`, `_`, `~`).
pub fn challenge_of(verifier: &str) -> Option<Digest> {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    if !VERIFIER_CHARS.contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return None;
    }
    digest(&SHA256, verifier.as_bytes()).as_ref().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_holds() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let wanted = challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert_eq!(challenge_of(verifier), Some(wanted));
        assert_ne!(challenge_of(&verifier.replace('k', "j")), Some(wanted));
    }

    #[test]
    fn verifiers_and_challenges_of_another_shape_are_none() {
        assert!(challenge_of(&"a".repeat(43)).is_some() && challenge_of(&"~".repeat(128)).is_some());
        for bad in ["a".repeat(42), "a".repeat(129), format!("{}+", "a".repeat(50)), "é".repeat(30), String::new()]
        {
            assert!(challenge_of(&bad).is_none(), "{bad}");
        }
        let good = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        for bad in [&good[1..], &format!("{good}="), &format!("{good}A"), &good.replace('-', "+"), "", "é"] {
            assert!(challenge(bad).is_none(), "{bad}");
        }
        // The last character has two bits that belong to nothing.
        assert!(challenge(&format!("{}N", &good[..42])).is_none());
    }
}
