//! Server functions answer pages of ours only. Leptos has no such check (leptos-rs/leptos#3786).

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub(super) async fn require(request: Request, next: Next) -> Response {
    if is_ours(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This call is for pages of this site only.").into_response()
    }
}

/// By `Sec-Fetch-Site`, which a page cannot forge; by `Origin` for browsers without it. A caller
/// that sends neither is no browser, and carries no customer's session that could be abused.
fn is_ours(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    match (headers.get(header::ORIGIN).map(|o| o.to_str()), headers.get(header::HOST).map(|h| h.to_str())) {
        (None, _) => true,
        (Some(Ok(origin)), Some(Ok(host))) => origin.split_once("://").is_some_and(|(_, o)| o == host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_ours(&headers)
    }

    #[test]
    fn foreign_pages_are_refused() {
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        assert!(ours(&[("origin", "http://localhost:8080"), ("host", "localhost:8080")]));
        assert!(ours(&[]));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!ours(&[("sec-fetch-site", site)]));
        }
        assert!(!ours(&[("origin", "https://evil.example"), ("host", "localhost:8080")]));
        assert!(!ours(&[("origin", "null"), ("host", "localhost:8080")]));
    }
}
