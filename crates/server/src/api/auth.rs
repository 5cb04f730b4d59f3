//! Who calls. A handler that takes [`Company`] is open to clients; one that takes [`Reader`] to
//! clients with an access token of one of their users. The signature is the access rule.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use connect_core::secret::Secret;
use connect_core::store::{Client, Principal};

use super::{ApiError, ApiState};

/// Longest client id or secret that is looked at.
const MAX_HEADER_CHARS: usize = 256;

/// A client that has shown its secret.
pub(super) struct Company(pub(super) Client);

/// A client that reads one user's data.
pub(super) struct Reader {
    pub(super) client: Client,
    pub(super) principal: Principal,
}

impl FromRequestParts<ApiState> for Company {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let id = only(&parts.headers, "pelm-client-id").ok_or_else(ApiError::client)?;
        let secret = only(&parts.headers, "pelm-secret").ok_or_else(ApiError::client)?;
        let client = state.service.authenticate_client(id, &Secret::new(secret)).await?;
        client.map(Company).ok_or_else(ApiError::client)
    }
}

impl FromRequestParts<ApiState> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Company(client) = Company::from_request_parts(parts, state).await?;
        let header = only(&parts.headers, AUTHORIZATION.as_str()).ok_or_else(ApiError::token)?;
        let (scheme, token) = header.split_once(' ').ok_or_else(ApiError::token)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ApiError::token());
        }
        let principal = state.service.principal(&client, token.trim()).await?.map_err(|_| ApiError::token())?;
        Ok(Self { client, principal })
    }
}

/// The header's value, if it is there exactly once and readable.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    (values.next().is_none() && value.len() <= MAX_HEADER_CHARS).then_some(value)
}
