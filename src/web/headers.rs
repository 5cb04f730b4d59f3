//! Headers that belong on every answer.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Two years. For this host alone: what else is below it is the operator's to know.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Adds the headers that no handler set itself. `secure`: browsers reach us by https.
pub(super) async fn add(State(secure): State<bool>, request: Request, next: Next) -> Response {
    // These pages are shown in the window that the modal opened, and it must notice when that is closed.
    let in_a_window = request.uri().path().starts_with("/greenbutton/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Only the modal's document has a policy that lets others frame it.
    let framed = headers
        .get(header::CONTENT_SECURITY_POLICY)
        .and_then(|policy| policy.to_str().ok())
        .is_some_and(|policy| policy.contains("frame-ancestors") && !policy.contains("frame-ancestors 'none'"));
    let opener = if in_a_window { "unsafe-none" } else { "same-origin-allow-popups" };
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The frame's URL holds the token's public handle: no other site needs to learn it.
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=()",
        ),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (HeaderName::from_static("cross-origin-opener-policy"), opener),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // Scripts and stylesheets of the site are files, which do not say it themselves.
    let bare = [("text/css", "text/css; charset=utf-8"), ("text/javascript", "text/javascript; charset=utf-8")];
    for (kind, told) in bare {
        if headers.get(header::CONTENT_TYPE).is_some_and(|found| found == kind) {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(told));
        }
    }
    if !framed {
        // For browsers that do not know frame-ancestors.
        headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    }
    if secure {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(STRICT_TRANSPORT);
    }
    response
}
