//! `GET /`: the quickstart, which stands for a company's own web app.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use connect_core::language::Language;
use connect_core::theme::Theme;
use leptos_axum::render_app_async_with_context;

use super::Web;
use super::shell::{Document, document};
use crate::page::App;
use crate::text::Words;

pub(super) async fn page(State(web): State<Web>, request: Request<Body>) -> Response {
    let page = Document {
        app: App::Quickstart,
        class: "quickstart",
        title: "Connect quickstart",
        words: Words::of(Language::English),
        theme: Theme::default(),
        scripts: &["/initialize.js"],
        styles: Some("/quickstart.css"),
        ancestors: "'none'".to_owned(),
        frames: "'self'",
    };
    let options = web.options.clone();
    render_app_async_with_context(|| {}, move || document(options.clone(), page.clone()))(request)
        .await
        .into_response()
}
