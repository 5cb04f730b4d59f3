//! `GET /`: the quickstart, which stands for a company's own web app.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use leptos_axum::render_app_async_with_context;

use super::Web;
use super::shell::{Document, document};
use crate::page::App;

pub(super) async fn page(State(web): State<Web>, request: Request<Body>) -> Response {
    let page = Document {
        app: App::Quickstart,
        class: "quickstart",
        title: "Connect quickstart",
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
