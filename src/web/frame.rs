//! `GET /connect/frame`: the modal's document, shown in the loader's iframe.

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use connect_core::token::Handle;
use connect_server::api::ApiError;
use connect_wire::{FlowView, Mode, Screen};
use leptos_axum::render_app_async_with_context;
use serde::Deserialize;

use super::Web;
use super::shell::{Document, document};
use crate::page::App;
use crate::text::ENGLISH;

/// Parameters that the loader puts into the URL. No secret: the token itself follows by message.
#[derive(Deserialize)]
pub(super) struct Params {
    /// Public handle of the connect token.
    #[serde(default)]
    s: String,
    /// Origin of the page that embeds the frame. The browser holds it to that, because it becomes
    /// the frame's `frame-ancestors`.
    #[serde(default)]
    o: String,
}

pub(super) async fn page(
    State(web): State<Web>,
    Query(params): Query<Params>,
    request: Request<Body>,
) -> Response {
    let view = match Handle::parse(&params.s) {
        Some(handle) => web.service.first_screen(&handle).await,
        None => Ok(None),
    };
    let view = match view {
        Ok(view) => view.unwrap_or_else(unknown),
        Err(fault) => return ApiError::from(fault).into_response(),
    };
    let page = Document {
        app: App::Modal(view),
        class: "frame",
        title: ENGLISH.app_title,
        scripts: &["/frame.js"],
        styles: None,
        ancestors: origin(&params.o).unwrap_or("'none'").to_owned(),
        frames: "'none'",
    };
    let options = web.options.clone();
    render_app_async_with_context(|| {}, move || document(options.clone(), page.clone()))(request)
        .await
        .into_response()
}

/// What is drawn for a handle that nobody has: nothing yet. The token's check then ends the run.
fn unknown() -> FlowView {
    FlowView {
        step: 0,
        company: String::new(),
        sandbox: false,
        mode: Mode::Create,
        seconds_left: 0,
        progress: None,
        can_go_back: false,
        screen: Screen::Loading,
    }
}

/// The text, if it is an origin in the exact form that a browser gives to `location.origin`.
fn origin(text: &str) -> Option<&str> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '[' | ']');
    (!host.is_empty() && host.len() <= 260 && host.chars().all(allowed)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn only_plain_origins_reach_the_header() {
        for good in ["https://example.com", "http://localhost:3001", "http://[::1]:8080"] {
            assert_eq!(origin(good), Some(good));
        }
        for bad in [
            "",
            "null",
            "*",
            "https://",
            "https://a.com/path",
            "https://a.com; script-src *",
            "javascript://x",
            "https://a.com b",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}
