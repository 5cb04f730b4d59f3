//! `GET /outage-requests`: customers who want to be told when a utility works again.

use axum::extract::State;
use serde::Serialize;

use super::auth::Company;
use super::reply::Reply;
use super::{ApiError, ApiState};
use crate::service::Waiting;

/// One row of `GET /outage-requests`. Times are seconds since 1970.
#[derive(Serialize)]
pub(super) struct OutageRequestBody {
    /// The company's own id of its customer.
    user_id: String,
    utility_id: u32,
    /// Empty for a utility that has left the directory.
    utility_slug: String,
    asked_at: i64,
    /// When somebody was served there after it was asked, if the utility still works; absent while that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    works_since: Option<i64>,
}

pub(super) async fn list(
    State(state): State<ApiState>,
    Company(client): Company,
) -> Result<Reply<Vec<OutageRequestBody>>, ApiError> {
    let row = |Waiting { request, slug, works_since }: Waiting| OutageRequestBody {
        user_id: request.user_ref,
        utility_id: request.utility,
        utility_slug: slug,
        asked_at: request.asked_at.as_second(),
        works_since: works_since.map(|at| at.as_second()),
    };
    let waiting = state.service.waiting(&client).await?;
    Ok(Reply::new(client.environment, waiting.into_iter().map(row).collect()))
}
