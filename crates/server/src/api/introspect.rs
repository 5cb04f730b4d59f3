//! `POST /auth/introspect`: what a token is good for (RFC 7662).

use axum::extract::State;
use connect_core::grant::Choices;
use connect_core::token::TokenKind;
use serde::Serialize;
use uuid::Uuid;

use super::auth::Company;
use super::params::Params;
use super::reply::Reply;
use super::{ApiError, ApiState};

/// Answer of `POST /auth/introspect`; of a token that is not good, or not the client's, `active` alone.
#[derive(Serialize)]
pub(super) struct Introspection {
    active: bool,
    #[serde(flatten)]
    token: Option<Active>,
}

/// What is told of a good token. Times are seconds since 1970.
#[derive(Serialize)]
struct Active {
    token_type: &'static str,
    client_id: Uuid,
    /// The company's own id; absent once another login has taken it over.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// Absent while the customer has not chosen a utility.
    #[serde(skip_serializing_if = "Option::is_none")]
    utility_id: Option<u32>,
    iat: i64,
    /// What the customer shares, of an access token: `accounts`, `usage` and `bills`, as far as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    /// Since when data is shared, where that is not as far back as there is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_from: Option<i64>,
    /// Absent where the token does not expire. That of an access token is when the customer's sharing ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// To the hour; absent before the first use, and for connect tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<i64>,
}

fn scope(choices: Choices) -> &'static str {
    match (choices.usage, choices.bills) {
        (true, true) => "accounts usage bills",
        (true, false) => "accounts usage",
        (false, _) => "accounts bills",
    }
}

pub(super) async fn create(
    State(state): State<ApiState>,
    Company(client): Company,
    params: Params,
) -> Result<Reply<Introspection>, ApiError> {
    let found = state.service.introspect(&client, params.require("token")?).await?;
    let token = found.map(|token| Active {
        token_type: if token.kind == TokenKind::Connect { "connect_token" } else { "access_token" },
        client_id: client.id,
        user_id: token.user_ref,
        utility_id: token.utility,
        scope: token.grant.as_ref().map(|grant| scope(grant.choices)),
        shared_from: token.grant.and_then(|grant| grant.from).map(|at| at.as_second()),
        iat: token.issued_at.as_second(),
        exp: token.expires_at.map(|at| at.as_second()),
        last_used_at: token.last_used_at.map(|at| at.as_second()),
    });
    Ok(Reply::new(client.environment, Introspection { active: token.is_some(), token }))
}
