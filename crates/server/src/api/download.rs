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

/// Whether the caller has what `tag` stands for already (`If-None-Match`; the comparison is the weak one).
pub(super) fn knows(asked: &HeaderMap, tag: &str) -> bool {
    fn value(tag: &str) -> &str {
        tag.trim().strip_prefix("W/").unwrap_or(tag.trim())
    }
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').any(|one| value(one) == value(tag))
}

/// A tag made of a body itself, so that it changes when anything in it does, and of whether there is a
/// page after it.
pub(super) fn tag_of(body: &str, more: bool) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    if more {
        more.hash(&mut hasher);
    }
    // Weak: on its way the body may be compressed.
    format!("W/\"{:016x}\"", hasher.finish())
}

/// The answer: `body`, or that the caller has it already.
pub(super) fn download(environment: Environment, asked: &HeaderMap, csv: bool, body: String) -> Response {
    let tag = tag_of(&body, false);
    tagged(environment, asked, csv, &tag, body)
}

/// The same with a tag that the caller of this function made, by [`tag_of`].
pub(super) fn tagged(environment: Environment, asked: &HeaderMap, csv: bool, tag: &str, body: String) -> Response {
    let media = if csv { "text/csv; charset=utf-8; header=present" } else { "application/json" };
    let mut response = if knows(asked, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, HeaderValue::from_static(media))], body).into_response()
    };
    let headers = response.headers_mut();
    // The caller's own copy may be kept and asked about; nobody else's.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
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
    fn a_tag_is_known_however_it_was_weakened_on_its_way() {
        let known = |value: &'static str| {
            knows(&HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(value))]), "\"a\"")
        };
        assert!(known("\"a\"") && known("W/\"a\"") && known("\"b\", \"a\""));
        assert!(!known("\"b\"") && !known("a") && !known("") && !knows(&HeaderMap::new(), "\"a\""));
    }

    #[test]
    fn csv_is_sent_to_those_who_ask_for_it() {
        assert!(csv("text/csv"));
        assert!(csv("text/html, text/csv;q=0.9, */*"));
        assert!(!csv("application/json, text/csv"));
        assert!(!csv("*/*") && !csv("") && !wants_csv(&HeaderMap::new()));
    }
}
