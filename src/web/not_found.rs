//! What is not there: JSON for programs, a short page for people.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use connect_server::api::ApiError;

pub(super) async fn answer(request: Request) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|a| a.to_str().ok()).unwrap_or_default();
    if accept.contains("text/html") {
        let page = "<!doctype html><html lang=en><meta charset=utf-8><title>Not found</title>\
                    <h1>There is nothing at this address</h1><p><a href=\"/\">Go to the start page</a></p></html>";
        (StatusCode::NOT_FOUND, Html(page)).into_response()
    } else {
        ApiError::unknown_path(request.uri().path()).into_response()
    }
}
