//! Random values, and values that the portal hands out and recognises later: signed, not stored.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_core::secret::Secret;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The system's random source failed.
#[derive(Debug)]
pub(crate) struct RandomError;

/// 256 random bits in the characters of base64url.
pub(crate) fn random() -> Result<Secret, RandomError> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

/// What a signed value is for. One kind is never accepted as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// A device on which the second step is skipped.
    Device,
    /// An authorization code.
    Code,
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}

#[derive(Serialize, Deserialize)]
struct Signed<T> {
    purpose: Purpose,
    expires: i64,
    /// Makes every value different from all others.
    nonce: String,
    claims: T,
}

/// Signs, and checks signatures.
pub(crate) struct Signer(hmac::Key);

impl Signer {
    pub(crate) fn new(key: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes()))
    }

    /// A value that [`Signer::open`] reads until `expires`.
    pub(crate) fn seal<T: Serialize>(
        &self,
        purpose: Purpose,
        claims: &T,
        expires: Timestamp,
    ) -> Result<Secret, RandomError> {
        let nonce = random()?.expose().to_owned();
        let signed = Signed { purpose, expires: expires.as_second(), nonce, claims };
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&signed).map_err(|_| RandomError)?);
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, body.as_bytes()));
        Ok(Secret::new(format!("{body}.{tag}")))
    }

    /// The claims of a value that was signed here for this purpose and has not expired.
    pub(crate) fn open<T: DeserializeOwned>(&self, purpose: Purpose, text: &str, now: Timestamp) -> Option<T> {
        let (body, tag) = text.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.0, body.as_bytes(), &tag).ok()?;
        let signed: Signed<T> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        (signed.purpose == purpose && now.as_second() < signed.expires).then_some(signed.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_purpose_key_and_time_open_it() {
        let signer = Signer::new(&Secret::new("one"));
        let at = |second| Timestamp::from_second(second).unwrap();
        let sealed = signer.seal(Purpose::Device, &"mfa_sms", at(100)).unwrap();
        let text = sealed.expose();
        assert_eq!(signer.open::<String>(Purpose::Device, text, at(99)).as_deref(), Some("mfa_sms"));
        assert_eq!(signer.open::<String>(Purpose::Device, text, at(100)), None);
        assert_eq!(signer.open::<String>(Purpose::Access, text, at(99)), None);
        assert_eq!(Signer::new(&Secret::new("two")).open::<String>(Purpose::Device, text, at(99)), None);
        assert_eq!(signer.open::<String>(Purpose::Device, &format!("e{text}"), at(99)), None);
    }
}
