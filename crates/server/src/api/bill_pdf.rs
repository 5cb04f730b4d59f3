//! `GET /bills/{bill_id}/pdf`: the document of a bill.

use std::fmt::Write;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use uuid::Uuid;

use super::auth::Reader;
use super::download::knows;
use super::reply::environment_header;
use super::{ApiError, ApiState};
use crate::service::Document;

pub(super) async fn read(
    State(state): State<ApiState>,
    reader: Reader,
    path: Result<Path<String>, PathRejection>,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    let id = path.ok().and_then(|Path(id)| Uuid::try_parse(&id).ok()).ok_or_else(ApiError::foreign)?;
    let Document { bytes, sha256 } = state.service.bill_pdf(reader.principal, id).await?;
    let tag = tag(&sha256);
    let mut response = if knows(&asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
            // A file of a foreign site: never shown in a page of ours.
            (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"bill.pdf\"")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        (headers, Body::from(Bytes::from_owner(bytes))).into_response()
    };
    let headers = response.headers_mut();
    // The caller's own copy may be kept and asked about; nobody else's.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("authorization"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    let (name, value) = environment_header(reader.client.environment);
    headers.insert(name, value);
    Ok(response)
}

/// The strong tag of a document: it is sent as it is, byte for byte.
fn tag(sha256: &[u8; 32]) -> String {
    let mut tag = String::from("\"");
    for byte in sha256 {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag + "\""
}
