//! `GET /utilities`: the public directory.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use connect_core::directory::{Directory, Listed, Utility};
use serde::Serialize;

use super::{ApiError, ApiState};

/// One row of `GET /utilities`.
#[derive(Serialize)]
struct UtilityBody<'a> {
    /// Stable number (`utility_id`).
    id: u32,
    /// Stable name for `utility_slug`.
    slug: &'a str,
    name: &'a str,
    /// Two-letter codes of states and provinces.
    states: &'a [String],
    /// `sandbox`: can be linked by sandbox clients; `maintenance`: cannot be linked for now;
    /// `unsupported`: cannot be linked yet.
    status: &'static str,
}

/// The answer while no utility is off, made once.
#[derive(Clone)]
pub(super) struct Listing(Bytes);

impl Listing {
    pub(super) fn of(directory: &Directory) -> Self {
        Self(rows(directory, &[]))
    }
}

fn rows(directory: &Directory, off: &[(u32, String)]) -> Bytes {
    let status = |utility: &Utility| match utility.listed {
        Listed::Unsupported => "unsupported",
        Listed::Connector if off.iter().any(|(id, _)| *id == utility.id) => "maintenance",
        Listed::Connector => "sandbox",
    };
    let rows = directory.all().iter().map(|utility| UtilityBody {
        id: utility.id,
        slug: &utility.slug,
        name: &utility.name,
        states: &utility.states,
        status: status(utility),
    });
    serde_json::to_vec(&rows.collect::<Vec<_>>()).unwrap_or_default().into()
}

pub(super) async fn list(State(state): State<ApiState>) -> Result<Response, ApiError> {
    let off = state.service.utilities_off().await?;
    let body = if off.is_empty() { state.utilities.0 } else { rows(state.service.directory(), &off) };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
    ];
    Ok((headers, body).into_response())
}
