//! `GET /connect/frame`: the modal's document, shown in the loader's iframe.

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use connect_core::language::Language;
use connect_core::origin::Origin;
use connect_core::token::Handle;
use connect_server::api::ApiError;
use connect_server::service::Framed;
use connect_wire::{FlowView, Mode, Screen};
use leptos_axum::render_app_async_with_context;
use serde::Deserialize;

use super::Web;
use super::shell::{Document, document};
use crate::page::App;
use crate::text::Words;

/// Parameters that the loader puts into the URL. No secret: the token itself follows by message.
#[derive(Deserialize)]
pub(super) struct Params {
    /// Public handle of the connect token.
    #[serde(default)]
    s: String,
    /// Origin of the page that embeds the frame. It must be one that the company has registered, and the browser
    /// holds the page to those by `frame-ancestors`.
    #[serde(default)]
    o: String,
    /// Language that the page asks for, by its tag.
    #[serde(default)]
    l: String,
}

pub(super) async fn page(
    State(web): State<Web>,
    Query(params): Query<Params>,
    request: Request<Body>,
) -> Response {
    let (handle, asked) = (Handle::parse(&params.s), origin(&params.o));
    let wished = Language::of_tag(&params.l).or_else(connect_server::origin::language);
    let framed = web.service.framed(handle.as_ref(), asked.as_ref(), wished).await;
    let Framed { by, view, language, theme } = match framed {
        Ok(framed) => framed,
        Err(fault) => return ApiError::from(fault).into_response(),
    };
    let view = view.unwrap_or_else(unknown);
    let words = Words::of(language);
    let page = Document {
        app: App::Modal(Box::new(view)),
        class: "frame",
        title: words.modal.app_title,
        words,
        theme,
        scripts: &["/frame.js"],
        styles: None,
        ancestors: by.as_ref().map_or("'none'", Origin::as_str).to_owned(),
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

/// The origin, if the text is one in the exact form that a browser gives to `location.origin`.
fn origin(text: &str) -> Option<Origin> {
    Origin::parse(text).ok().filter(|origin| origin.as_str() == text)
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn only_plain_origins_reach_the_header() {
        for good in ["https://example.com", "http://localhost:3001", "http://[::1]:8080"] {
            assert_eq!(origin(good).unwrap().as_str(), good);
        }
        for bad in [
            "http://example.com",
            "https://EXAMPLE.com",
            "https://example.com:443",
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
