//! Answers that may be long: with a tag, so that what has not changed is not sent again, and as CSV
//! where the caller asks for it.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_core::token::Environment;

use super::reply::environment_header;

/// Whether the caller wants CSV: `text/csv` stands in `Accept` before any JSON.
pub(super) fn wants_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept
        .split(',')
        .map(|part| part.split(';').next().unwrap_or_default().trim())
        .find(|media| ["text/csv", "application/json", "*/*"].contains(media))
        == Some("text/csv")
}

/// The answer: `body`, or that the caller has it already. The tag is made of the body itself, so it
/// changes when anything in it does.
pub(super) fn download(environment: Environment, asked: &HeaderMap, csv: bool, body: String) -> Response {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    // Weak: on its way the body may be compressed.
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = if csv { "text/csv; charset=utf-8; header=present" } else { "application/json" };
    let mut response = if known.split(',').any(|one| one.trim() == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, HeaderValue::from_static(media))], body).into_response()
    };
    let headers = response.headers_mut();
    // The caller's own copy may be kept and asked about; nobody else's.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    let (name, value) = environment_header(environment);
    headers.insert(name, value);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(accept: &'static str) -> bool {
        wants_csv(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
    }

    #[test]
    fn csv_is_sent_to_those_who_ask_for_it() {
        assert!(csv("text/csv"));
        assert!(csv("text/html, text/csv;q=0.9, */*"));
        assert!(!csv("application/json, text/csv"));
        assert!(!csv("*/*") && !csv("") && !wants_csv(&HeaderMap::new()));
    }
}
