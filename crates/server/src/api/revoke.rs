//! `POST /auth/revoke`: ends a token (RFC 7009).

use axum::extract::State;
use serde::Serialize;

use super::auth::Company;
use super::params::Params;
use super::reply::Reply;
use super::{ApiError, ApiState};

/// Answer of `POST /auth/revoke`: the same for every token, good or not.
#[derive(Serialize)]
pub(super) struct Revoked {}

pub(super) async fn create(
    State(state): State<ApiState>,
    Company(client): Company,
    params: Params,
) -> Result<Reply<Revoked>, ApiError> {
    // `token_type_hint` is accepted and ignored: a token says itself what it is.
    state.service.revoke(&client, params.require("token")?).await?;
    Ok(Reply::new(client.environment, Revoked {}))
}
