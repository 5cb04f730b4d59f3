//! `POST /auth/token`: exchanges an authorization code for an access token.

use axum::extract::State;
use axum::http::HeaderMap;
use connect_core::pkce;
use serde::Serialize;

use super::auth::Company;
use super::idempotency::{Written, key_of};
use super::params::Params;
use super::{ApiError, ApiState};
use crate::service::{AccessGranted, ExchangeError, Fault, Once};

/// Answer of `POST /auth/token`. Only `access_token` counts, and it does not expire; the other
/// fields are there for legacy applications, with the figures of the contract.
#[derive(Serialize)]
struct AccessToken<'a> {
    access_token: &'a str,
    access_token_expires_in: u32,
    refresh_token: &'a str,
    refresh_token_expires_in: u32,
}

pub(super) async fn create(
    State(state): State<ApiState>,
    Company(client): Company,
    headers: HeaderMap,
    params: Params,
) -> Result<Written, ApiError> {
    // `grant_type` is accepted and ignored: older applications send `grant_type=code`.
    let code = params.require("code")?;
    let challenge = params.get("code_verifier").map(|verifier| {
        pkce::challenge_of(verifier).ok_or_else(|| {
            ApiError::invalid(
                "The parameter 'code_verifier' must have 43 to 128 characters: letters, digits, '-', '.', '_' and '~'.",
            )
        })
    });
    let challenge = challenge.transpose()?;
    let key = key_of(&state, &client, &headers, "/auth/token", &params)?;
    let once = key.map(|key| Once { key, write });
    let given = state.service.exchange_code_once(&client, code, challenge, once).await?;
    Ok(Written::new(client.environment, given, write)?)
}

fn write(granted: &AccessGranted) -> Result<Vec<u8>, Fault> {
    let body = AccessToken {
        access_token: granted.access.expose(),
        access_token_expires_in: 3600,
        refresh_token: granted.refresh.expose(),
        refresh_token_expires_in: 31_536_000,
    };
    serde_json::to_vec(&body).map_err(|_| Fault::Broken("an answer as JSON"))
}

impl From<ExchangeError> for ApiError {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Refused => Self::invalid(
                "The authorization code is not valid: it may be mistyped, expired, used already, another client's, \
                 or the code_verifier not its own. Open Connect again to get a new one.",
            ),
            ExchangeError::Once(error) => error.into(),
            ExchangeError::Fault(fault) => fault.into(),
        }
    }
}
