//! `GET /bills/{bill_id}/pdf`: the document of a bill.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::auth::Reader;
use super::reply::environment_header;
use super::{ApiError, ApiState};

pub(super) async fn read(
    State(state): State<ApiState>,
    reader: Reader,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let id = path.ok().and_then(|Path(id)| Uuid::try_parse(&id).ok()).ok_or_else(ApiError::foreign)?;
    let pdf = state.service.bill_pdf(reader.principal, id).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        // A file of a foreign site: never shown in a page of ours.
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"bill.pdf\"")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        environment_header(reader.client.environment),
    ];
    Ok((headers, pdf).into_response())
}
