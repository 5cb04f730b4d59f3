//! What is sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_core::secret::Secret;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use crate::client::Failure;

/// A request, which [`Client::send`](crate::Client::send) takes. Without `Debug`: it may be full of
/// secrets.
pub struct Request(pub(crate) reqwest::Request);

impl Request {
    /// A request without a body.
    pub fn new(method: Method, url: Url) -> Self {
        Self(reqwest::Request::new(method, url))
    }

    /// With this header, in place of what was there of that name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers_mut().insert(name, value);
        self
    }

    /// With this header, which is kept out of all that is logged.
    ///
    /// # Errors
    ///
    /// [`Failure::Unsendable`] when it has characters that no header can have.
    pub fn secret_header(self, name: HeaderName, value: &Secret) -> Result<Self, Failure> {
        let mut value = HeaderValue::from_str(value.expose()).map_err(|_| Failure::Unsendable)?;
        value.set_sensitive(true);
        Ok(self.header(name, value))
    }

    /// With a bearer token (RFC 6750, 2.1).
    ///
    /// # Errors
    ///
    /// As [`Request::secret_header`].
    pub fn bearer(self, token: &Secret) -> Result<Self, Failure> {
        self.secret_header(AUTHORIZATION, &Secret::new(format!("Bearer {}", token.expose())))
    }

    /// With a name and a password (RFC 7617).
    ///
    /// # Errors
    ///
    /// As [`Request::secret_header`].
    pub fn basic(self, name: &str, password: &Secret) -> Result<Self, Failure> {
        let pair = Secret::new(format!("{name}:{}", password.expose()));
        let value = Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())));
        self.secret_header(AUTHORIZATION, &value)
    }

    /// With the fields of a form as its body (`application/x-www-form-urlencoded`).
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body(HeaderValue::from_static("application/x-www-form-urlencoded"), body)
    }

    /// With this body of this type.
    #[must_use]
    pub fn body(mut self, kind: HeaderValue, body: impl Into<Vec<u8>>) -> Self {
        *self.0.body_mut() = Some(body.into().into());
        self.header(CONTENT_TYPE, kind)
    }
}
