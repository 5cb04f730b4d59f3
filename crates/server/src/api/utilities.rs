//! `GET /utilities`: the public directory.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use connect_core::directory::{Directory, Listed};
use serde::Serialize;

use super::ApiState;

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
    /// `sandbox`: can be linked by sandbox clients; `unsupported`: cannot be linked yet.
    status: &'static str,
}

/// The answer, made once.
#[derive(Clone)]
pub(super) struct Listing(Bytes);

impl Listing {
    pub(super) fn of(directory: &Directory) -> Self {
        let rows: Vec<_> = directory
            .all()
            .iter()
            .map(|u| UtilityBody {
                id: u.id,
                slug: &u.slug,
                name: &u.name,
                states: &u.states,
                status: match u.listed {
                    Listed::Connector => "sandbox",
                    Listed::Unsupported => "unsupported",
                },
            })
            .collect();
        Self(serde_json::to_vec(&rows).unwrap_or_default().into())
    }
}

pub(super) async fn list(State(state): State<ApiState>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, state.utilities.0).into_response()
}
