//! `POST /auth/token`: exchanges an authorization code for an access token.

use axum::extract::State;
use serde::Serialize;

use super::auth::Company;
use super::params::Params;
use super::reply::Reply;
use super::{ApiError, ApiState};

/// Answer of `POST /auth/token`. Only `access_token` counts, and it does not expire; the other
/// fields are there for legacy applications, with the figures of the contract.
#[derive(Serialize)]
pub(super) struct AccessToken {
    access_token: String,
    access_token_expires_in: u32,
    refresh_token: String,
    refresh_token_expires_in: u32,
}

pub(super) async fn create(
    State(state): State<ApiState>,
    Company(client): Company,
    params: Params,
) -> Result<Reply<AccessToken>, ApiError> {
    // `grant_type` is accepted and ignored: older applications send `grant_type=code`.
    let code = params.require("code")?;
    let granted = state.service.exchange_code(&client, code).await?.map_err(|_| {
        ApiError::invalid(
            "The authorization code is not valid: it may be mistyped, expired, used already, or another client's. \
             Open Connect again to get a new one.",
        )
    })?;
    Ok(Reply::new(
        client.environment,
        AccessToken {
            access_token: granted.access.expose().to_owned(),
            access_token_expires_in: 3600,
            refresh_token: granted.refresh.expose().to_owned(),
            refresh_token_expires_in: 31_536_000,
        },
    ))
}
