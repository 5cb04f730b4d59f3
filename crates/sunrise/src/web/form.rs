//! Fields of forms and queries.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use connect_core::secret::Secret;

use super::Failure;

/// No form of the portal is nearly as long.
const MAX_BYTES: usize = 16 * 1024;

/// Names and values. The values may be secret and are not shown by `Debug`.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, Secret)>);

impl Fields {
    pub(crate) async fn read(request: Request) -> Result<Self, Failure> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            return Err(Failure::BadRequest);
        }
        let body = to_bytes(request.into_body(), MAX_BYTES).await.map_err(|_| Failure::BadRequest)?;
        Ok(Self::parse(&body))
    }

    pub(crate) fn of_query(uri: &Uri) -> Self {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    fn parse(bytes: &[u8]) -> Self {
        let pair = |(name, value): (std::borrow::Cow<'_, str>, _)| (name.into_owned(), Secret::new(value));
        Self(form_urlencoded::parse(bytes).map(pair).collect())
    }

    /// The value of a field; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.expose())
    }

    /// All values of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.expose())
    }
}
