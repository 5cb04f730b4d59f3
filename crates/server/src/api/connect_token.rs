//! `POST /auth/connect-token`: opens one run of Connect.

use axum::extract::State;
use serde::Serialize;

use super::auth::Company;
use super::params::Params;
use super::reply::Reply;
use super::{ApiError, ApiState};
use crate::service::{ConnectTokenError, ConnectTokenRequest, UtilityRef};

/// Answer of `POST /auth/connect-token`.
#[derive(Serialize)]
pub(super) struct ConnectToken {
    /// The token to give to the page.
    connect_token: String,
    /// Its life in seconds.
    expires_in: u32,
}

pub(super) async fn create(
    State(state): State<ApiState>,
    Company(client): Company,
    params: Params,
) -> Result<Reply<ConnectToken>, ApiError> {
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
    let request = ConnectTokenRequest { user_id: params.require("user_id")?.to_owned(), utility };
    match state.service.create_connect_token(&client, request).await {
        Ok(issued) => Ok(Reply::new(
            client.environment,
            ConnectToken { connect_token: issued.token.expose().to_owned(), expires_in: issued.expires_in },
        )),
        Err(ConnectTokenError::UnknownUtility) => {
            Err(ApiError::invalid(format!("No utility has this '{named}'. GET /utilities lists them.")))
        }
        Err(ConnectTokenError::OtherUtility { linked }) => Err(ApiError::invalid(format!(
            "This user_id is linked with '{linked}'. Use another user_id to link another utility."
        ))),
        Err(ConnectTokenError::Fault(fault)) => Err(fault.into()),
    }
}
