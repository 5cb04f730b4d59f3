//! The web side of the server: pages, the loader, assets and the server functions, with the REST
//! API beside them.

mod aside;
mod assets;
pub mod company;
mod design;
mod docs;
mod frame;
mod greenbutton;
mod headers;
mod hosted;
mod not_found;
mod quickstart;
mod quickstart_form;
mod receipt;
mod same_origin;
mod shell;
mod start;
mod theme;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use connect_core::token::{Handle, Token};
use connect_server::bootstrap::SandboxClient;
use connect_server::limits::{TooMany, TrustedProxies, by_address};
use connect_server::service::Service;
use connect_server::{api, request};
use connect_wire::Hidden;
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use tower_http::limit::RequestBodyLimitLayer;

use crate::calls::CallError;
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
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
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
            proxies: TrustedProxies::default(),
        }
    }

    /// What server functions find in their context.
    fn provide(&self) {
        provide_context(self.service.clone());
        if let Some(company) = self.company.clone() {
            provide_context(company);
            provide_context(self.links.clone());
        }
    }
}

/// Everything that the server answers.
pub fn router(web: Web) -> Router {
    let by_address = || middleware::from_fn_with_state(web.service.clone(), by_address);
    let calls = Router::new()
        .route("/_connect/{call}", post(call))
        .layer(RequestBodyLimitLayer::new(CALL_LIMIT))
        .route("/_connect/file", post(upload::take).layer(DefaultBodyLimit::disable()).layer(by_address()))
        .layer(middleware::from_fn(same_origin::require))
        .layer(tower_http::set_header::SetResponseHeaderLayer::overriding(
            axum::http::header::CACHE_CONTROL,
            axum::http::HeaderValue::from_static("no-store"),
        ));
    let utilities = Router::new()
        .route("/greenbutton/go", post(greenbutton::go).layer(middleware::from_fn(same_origin::require)))
        .route("/greenbutton/callback", get(greenbutton::callback))
        .route("/greenbutton/notify", post(greenbutton::notify))
        .layer(RequestBodyLimitLayer::new(connect_mydata::MAX_BATCH_BYTES + 1))
        .layer(by_address());
    let steps = Router::new()
        .route("/connect/step", post(hosted::step))
        .layer(RequestBodyLimitLayer::new(CALL_LIMIT))
        .route("/connect/on", post(hosted::take_over::take).layer(by_address()))
        .route("/receipt", post(receipt::stop).layer(by_address()))
        .route("/connect/file", post(hosted::file).layer(DefaultBodyLimit::disable()).layer(by_address()))
        .layer(middleware::from_fn(same_origin::require));
    let mut pages = Router::new()
        .route("/connect/frame", get(frame::page).layer(by_address()))
        .merge(calls)
        .merge(steps)
        .merge(utilities);
    let start = get(hosted::by_link).post(hosted::by_form).layer(RequestBodyLimitLayer::new(CALL_LIMIT));
    pages = pages
        .route("/", start.clone().layer(by_address()))
        .route("/connect", start.layer(by_address()))
        .route("/on/{mark}", get(hosted::take_over::page).layer(by_address()))
        .route("/receipt/{mark}", get(receipt::page).layer(by_address()))
        .route("/connect/theme.css", get(theme::stylesheet).layer(by_address()))
        .route("/connect/logo/{name}", get(theme::logo).layer(by_address()));
    if web.company.is_some() {
        let form = post(quickstart_form::start)
            .layer(RequestBodyLimitLayer::new(CALL_LIMIT))
            .layer(middleware::from_fn(same_origin::require))
            .get(quickstart_form::back)
            .layer(by_address());
        pages = pages
            .route("/quickstart", form)
            .route("/design", get(design::overview))
            .route("/design/{state}", get(design::state));
    }
    let (service, proxies) = (web.service.clone(), web.proxies.clone());
    let all = pages
        .route("/docs", get(docs::page(&web)))
        .route("/healthz", get(|| async { "ok" }))
        .fallback(not_found::answer)
        .with_state(web.clone())
        .merge(assets::router(&web.options))
        .merge(api::router(web.service))
        .layer(middleware::from_fn_with_state(web.secure, headers::add));
    request::around(all, service, proxies)
}

/// A server function.
async fn call(State(web): State<Web>, request: Request<Body>) -> Response {
    let mut known = leptos::server_fn::axum::server_fn_paths();
    let Some((path, _)) = known.find(|(path, _)| *path == request.uri().path()) else {
        return api::unknown_path(request).await;
    };
    // One route for all of them: the log tells which it is.
    tracing::Span::current().record("call", path);
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, CALL_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let counted = match handle_in(&body) {
        Some(handle) => web.service.limits().run(handle.as_str()),
        None => web.service.limits().address(),
    };
    if let Err(too_many) = counted {
        return limited(too_many);
    }
    let (service, request) = (web.service.clone(), Request::from_parts(head, Body::from(body)));
    let context = move || web.provide();
    let answer = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    // Tokens that nobody has are made up as fast as one likes: they are counted by who sends them.
    if answer.status() == StatusCode::UNAUTHORIZED
        && let Err(too_many) = service.limits().address()
    {
        return limited(too_many);
    }
    answer
}

/// The public handle of the run that a call begins with. Postcard writes a text as its length
/// and its bytes.
fn handle_in(body: &[u8]) -> Option<Handle> {
    let (Hidden(token), _) = postcard::take_from_bytes::<Hidden>(body).ok()?;
    Token::parse_of_run(&token)?.handle()
}

/// 429, with an error after which the modal offers to try again.
fn limited(TooMany { seconds }: TooMany) -> Response {
    let body = postcard::to_allocvec(&CallError::Internal).unwrap_or_default();
    let headers =
        [(header::CONTENT_TYPE, "application/x-postcard".to_owned()), (header::RETRY_AFTER, seconds.to_string())];
    (StatusCode::TOO_MANY_REQUESTS, headers, body).into_response()
}
