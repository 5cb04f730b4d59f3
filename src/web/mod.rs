//! The web side of the server: pages, the loader, assets and the server functions, with the REST
//! API beside them.

mod assets;
pub mod company;
mod docs;
mod frame;
mod greenbutton;
mod headers;
mod not_found;
mod quickstart;
mod same_origin;
mod shell;
mod start;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use connect_server::bootstrap::SandboxClient;
use connect_server::service::Service;
use connect_server::{api, request};
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use tower_http::limit::RequestBodyLimitLayer;

pub use start::{Failed, Started, connectors, start};

/// Longest body of a server function. The longest legitimate one is a login of two kilobytes.
const CALL_LIMIT: usize = 16 * 1024;

/// State of the pages.
#[derive(Clone)]
pub struct Web {
    /// The use cases.
    pub service: Arc<Service>,
    /// Where the site's files are.
    pub options: LeptosOptions,
    /// Whom the quickstart page acts for; `None` switches the page off.
    pub company: Option<SandboxClient>,
    /// What the company's own server remembers.
    pub links: company::Links,
    /// Files that arrive.
    pub arriving: upload::Arriving,
    /// Whether browsers reach us by https.
    pub secure: bool,
    /// Where they reach us, for the examples of the documentation; without a slash at its end.
    pub address: String,
}

impl Web {
    /// The state of a server that has just started.
    pub fn new(
        service: Arc<Service>,
        options: LeptosOptions,
        company: Option<SandboxClient>,
        secure: bool,
    ) -> Self {
        Self {
            service,
            options,
            company,
            links: company::Links::default(),
            arriving: upload::Arriving::default(),
            secure,
            address: "http://localhost:8080".into(),
        }
    }
}

/// Everything that the server answers.
pub fn router(web: Web) -> Router {
    let calls = Router::new()
        .route("/_connect/{call}", post(call))
        .layer(RequestBodyLimitLayer::new(CALL_LIMIT))
        .route("/_connect/file", post(upload::take).layer(DefaultBodyLimit::disable()))
        .layer(middleware::from_fn(same_origin::require))
        .layer(tower_http::set_header::SetResponseHeaderLayer::overriding(
            axum::http::header::CACHE_CONTROL,
            axum::http::HeaderValue::from_static("no-store"),
        ));
    let utilities = Router::new()
        .route("/greenbutton/go", post(greenbutton::go).layer(middleware::from_fn(same_origin::require)))
        .route("/greenbutton/callback", get(greenbutton::callback))
        .route("/greenbutton/notify", post(greenbutton::notify))
        .layer(RequestBodyLimitLayer::new(connect_mydata::MAX_BATCH_BYTES + 1));
    let mut pages = Router::new().route("/connect/frame", get(frame::page)).merge(calls).merge(utilities);
    if web.company.is_some() {
        pages = pages.route("/", get(quickstart::page));
    }
    let service = web.service.clone();
    let all = pages
        .route("/docs", get(docs::page(&web)))
        .route("/healthz", get(|| async { "ok" }))
        .fallback(not_found::answer)
        .with_state(web.clone())
        .merge(assets::router(&web.options))
        .merge(api::router(web.service))
        .layer(middleware::from_fn_with_state(web.secure, headers::add));
    request::around(all, service)
}

/// A server function.
async fn call(State(web): State<Web>, request: Request<Body>) -> Response {
    let mut known = leptos::server_fn::axum::server_fn_paths();
    let Some((path, _)) = known.find(|(path, _)| *path == request.uri().path()) else {
        return api::unknown_path(request).await;
    };
    // One route for all of them: the log tells which it is.
    tracing::Span::current().record("call", path);
    let context = move || {
        provide_context(web.service.clone());
        if let Some(company) = web.company.clone() {
            provide_context(company);
            provide_context(web.links.clone());
        }
    };
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}
