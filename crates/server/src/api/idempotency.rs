//! The header `Idempotency-Key`: a request that is sent again with its key is answered as before.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use connect_core::store::Client;
use connect_core::token::Environment;

use super::params::Params;
use super::reply::environment_header;
use super::{ApiError, ApiState};
use crate::service::{Fault, Given, IdempotencyKey, OnceError};

/// Name of the key's header.
pub(super) const KEY_HEADER: &str = "idempotency-key";
/// Says of an answer that it was given before.
pub(super) const REPLAYED_HEADER: &str = "idempotent-replayed";
/// Longest key, in characters.
const MAX_KEY_CHARS: usize = 255;

/// The key of a request to `endpoint`, if it has one.
pub(super) fn key_of(
    state: &ApiState,
    client: &Client,
    headers: &HeaderMap,
    endpoint: &str,
    params: &Params,
) -> Result<Option<IdempotencyKey>, ApiError> {
    let mut values = headers.get_all(KEY_HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=MAX_KEY_CHARS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
    let (Some(key), None) = (key, values.next()) else {
        return Err(ApiError::invalid(format!(
            "The header 'Idempotency-Key' must be given once, with 1 to {MAX_KEY_CHARS} visible ASCII characters."
        )));
    };
    let parameters: Vec<_> = params.iter().collect();
    Ok(Some(state.service.idempotency_key(client, key, endpoint, &parameters)))
}

/// An answer whose bytes are remembered, or were.
pub(super) struct Written {
    environment: Environment,
    body: Vec<u8>,
    again: bool,
}

impl Written {
    /// The answer: what was just made, written by `write`, or the bytes of the one before.
    pub(super) fn new<T>(
        environment: Environment,
        given: Given<T>,
        write: fn(&T) -> Result<Vec<u8>, Fault>,
    ) -> Result<Self, Fault> {
        Ok(match given {
            Given::New(value) => Self { environment, body: write(&value)?, again: false },
            Given::Again(bytes) => Self { environment, body: bytes.to_vec(), again: true },
        })
    }
}

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            environment_header(self.environment),
        ];
        let mut response = (headers, self.body).into_response();
        if self.again {
            let name = HeaderName::from_static(REPLAYED_HEADER);
            response.headers_mut().insert(name, HeaderValue::from_static("true"));
        }
        response
    }
}

impl From<OnceError> for ApiError {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::KeyReused => Self::conflict(
                "This Idempotency-Key was used for another request. Send the same parameters as then, or a new key.",
            ),
            OnceError::Fault(fault) => fault.into(),
        }
    }
}
