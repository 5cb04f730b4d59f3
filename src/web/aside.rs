//! Short pages between ours and other people's: on the way to a utility's site and back, and back to a company's.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::text::Words;

/// Sends the customer on. By the page itself: a redirect would be held to the `form-action` of the page
/// whose form was sent, which knows us and not where this goes.
pub(super) fn go_on(words: &Words, address: &str, label: &str) -> Response {
    let (address, label) = (escaped(address), escaped(label));
    let on = format!("<meta http-equiv=\"refresh\" content=\"0;url={address}\">");
    let link = format!("<a href=\"{address}\">{label}</a>");
    page(words, StatusCode::OK, words.pages.away_title, &link, &on)
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// `text` and `head` are HTML.
pub(super) fn page(words: &Words, status: StatusCode, title: &str, text: &str, head: &str) -> Response {
    let (lang, dir) = (words.language.tag(), words.language.direction());
    let html = format!(
        "<!doctype html><html lang=\"{lang}\" dir=\"{dir}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"/back.css\">{head}</head>\
         <body><main><h1>{title}</h1><div>{text}</div></main></body></html>"
    );
    let mut response = (status, Html(html)).into_response();
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                  form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    // The address holds a code, which is used by now; nobody else needs to learn it.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
