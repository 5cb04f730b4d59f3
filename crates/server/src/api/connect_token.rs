//! `POST /auth/connect-token`: opens one run of Connect.

use axum::extract::State;
use axum::http::HeaderMap;
use connect_core::keys::Digest;
use connect_core::language::Language;
use connect_core::pkce;
use serde::Serialize;

use super::auth::Company;
use super::idempotency::{Written, key_of};
use super::params::Params;
use super::{ApiError, ApiState};
use crate::service::{ConnectTokenError, ConnectTokenIssued, ConnectTokenRequest, Fault, Once, UtilityRef};

/// Answer of `POST /auth/connect-token`.
#[derive(Serialize)]
struct ConnectToken<'a> {
    /// The token to give to the page.
    connect_token: &'a str,
    /// Its life in seconds.
    expires_in: u32,
}

pub(super) async fn create(
    State(state): State<ApiState>,
    Company(client): Company,
    headers: HeaderMap,
    params: Params,
) -> Result<Written, ApiError> {
    let utility = match (params.get("utility_slug"), params.get("utility_id")) {
        (Some(_), Some(_)) => {
            let message = "Send 'utility_slug' or the deprecated 'utility_id', not both.";
            return Err(ApiError::invalid(message));
        }
        (Some(slug), None) => Some(UtilityRef::Slug(slug.to_owned())),
        (None, Some(id)) => Some(UtilityRef::Id(id.to_owned())),
        (None, None) => None,
    };
    let named = if params.get("utility_slug").is_some() { "utility_slug" } else { "utility_id" };
    let user_id = params.require("user_id")?.to_owned();
    let request = ConnectTokenRequest {
        user_id,
        utility,
        code_challenge: code_challenge(&params)?,
        language: language(&params)?,
    };
    // One endpoint under both of its paths.
    let key = key_of(&state, &client, &headers, "/auth/connect-token", &params)?;
    let once = key.map(|key| Once { key, write });
    match state.service.create_connect_token_once(&client, request, once).await {
        Ok(given) => Ok(Written::new(client.environment, given, write)?),
        Err(ConnectTokenError::UnknownUtility) => {
            Err(ApiError::invalid(format!("No utility has this '{named}'. GET /utilities lists them.")))
        }
        Err(ConnectTokenError::OtherUtility { linked }) => Err(ApiError::invalid(format!(
            "This user_id is linked with '{linked}'. Use another user_id to link another utility."
        ))),
        Err(ConnectTokenError::Once(error)) => Err(error.into()),
        Err(ConnectTokenError::Fault(fault)) => Err(fault.into()),
    }
}

fn write(issued: &ConnectTokenIssued) -> Result<Vec<u8>, Fault> {
    let body = ConnectToken { connect_token: issued.token.expose(), expires_in: issued.expires_in };
    serde_json::to_vec(&body).map_err(|_| Fault::Broken("an answer as JSON"))
}

/// The language of `language`. One that is not spoken is an error, and no silent English.
fn language(params: &Params) -> Result<Option<Language>, ApiError> {
    let Some(tag) = params.get("language") else { return Ok(None) };
    Language::of_tag(tag).map(Some).ok_or_else(|| {
        let all = Language::ALL.map(Language::tag).join(", ");
        ApiError::invalid(format!("The parameter 'language' must be one of: {all}."))
    })
}

/// The challenge of `code_challenge` and its method, which must be named: by RFC 7636 none would mean
/// `plain`, whose challenge is the secret itself.
fn code_challenge(params: &Params) -> Result<Option<Digest>, ApiError> {
    let text = match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(ApiError::missing("code_challenge")),
        (Some(text), Some("S256")) => text,
        (Some(_), _) => {
            return Err(ApiError::invalid(
                "Send 'code_challenge_method=S256' with a 'code_challenge': no other method is accepted.",
            ));
        }
    };
    pkce::challenge(text).map(Some).ok_or_else(|| {
        ApiError::invalid(
            "The parameter 'code_challenge' must be the SHA-256 of the code_verifier in base64url without padding: 43 characters.",
        )
    })
}
