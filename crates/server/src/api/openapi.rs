//! `GET /openapi.json`: this API, described for programs.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Made once: it is the same for as long as the program runs.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| crate::openapi::document().into());

pub(super) async fn read() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
    ];
    (headers, DOCUMENT.clone()).into_response()
}
