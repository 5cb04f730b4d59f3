//! Who calls. A handler that takes [`Company`] is open to clients; one that takes [`Reader`] to
//! clients with an access token of one of their users. The signature is the access rule.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use connect_core::audit::{Event, Kind, Subject};
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
        let client = client(parts, state).await?;
        state.service.audit().seen(Event::of(Kind::ClientAccepted).client(client.id));
        Ok(Self(client))
    }
}

impl FromRequestParts<ApiState> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let client = client(parts, state).await?;
        let refused = |reason| {
            state.service.audit().seen(Event::of(Kind::TokenRefused).client(client.id).because(reason));
            ApiError::token()
        };
        let token = bearer(&parts.headers).ok_or_else(|| refused("missing"))?;
        let principal = state.service.principal(&client, token).await?.map_err(|_| refused("invalid"))?;
        // That the client was accepted goes without saying.
        let user = Subject::User(principal.user_id);
        state.service.audit().seen(Event::of(Kind::TokenAccepted).client(client.id).on(user));
        Ok(Self { client, principal })
    }
}

/// The client that has shown its secret. A refusal is recorded.
async fn client(parts: &Parts, state: &ApiState) -> Result<Client, ApiError> {
    let (id, secret) = (only(&parts.headers, "pelm-client-id"), only(&parts.headers, "pelm-secret"));
    let (Some(id), Some(secret)) = (id, secret) else {
        state.service.audit().seen(Event::of(Kind::ClientRefused).because("missing"));
        return Err(refused(state));
    };
    if let Some(client) = state.service.authenticate_client(id, &Secret::new(secret)).await? {
        state.service.limits().client(client.id).map_err(ApiError::too_many)?;
        return Ok(client);
    }
    let event = Event::of(Kind::ClientRefused);
    state.service.audit().seen(match state.service.known_client(id).await? {
        Some(id) => event.client(id).because("wrong_secret"),
        None => event.because("unknown"),
    });
    Err(refused(state))
}

/// The one answer to all who are no client. Counted by address: who has a good secret is not stopped by
/// what others at the same address try.
fn refused(state: &ApiState) -> ApiError {
    state.service.limits().address().map_or_else(ApiError::too_many, |()| ApiError::client())
}

/// The token of the header `Authorization`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, AUTHORIZATION.as_str())?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The header's value, if it is there exactly once and readable.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    (values.next().is_none() && value.len() <= MAX_HEADER_CHARS).then_some(value)
}
