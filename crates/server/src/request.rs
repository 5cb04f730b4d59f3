//! The layer around everything that is answered: each request has an id, a span and a line in the log.

use std::net::SocketAddr;
use std::sync::{Arc, Once};

use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use connect_core::language::Language;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use tracing::field::Empty;

use crate::api::ApiError;
use crate::limits::TrustedProxies;
use crate::origin::{self, Origin, RequestId};
use crate::service::Service;

/// The header with the request's id, in requests and answers.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// Puts the layer around a router. Panics inside become the answer of a fault.
/// Only of `proxies` it is believed for whom they ask.
pub fn around(router: Router, service: Arc<Service>, proxies: TrustedProxies) -> Router {
    router
        .layer(CatchPanicLayer::custom(|_| ApiError::internal().into_response()))
        .layer(from_fn_with_state((service, Arc::new(proxies)), follow))
}

type Around = (Arc<Service>, Arc<TrustedProxies>);

async fn follow(State((service, proxies)): State<Around>, request: Request, next: Next) -> Response {
    let id = given_id(request.headers()).unwrap_or_else(|| RequestId::new(service.new_id()));
    let began = service.now();
    // An error's span: it is there whatever the filter lets through.
    let span = tracing::error_span!(
        "request",
        id = id.as_str(),
        method = method(request.method()),
        // The route, never the path: that may hold what a caller put there.
        route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str),
        call = Empty,
        status = Empty,
        ms = Empty,
    );
    let header = HeaderValue::from_str(id.as_str());
    if proxies.is_empty() && request.headers().contains_key("x-forwarded-for") {
        static TOLD: Once = Once::new();
        TOLD.call_once(|| {
            tracing::warn!(
                "a request names X-Forwarded-For, but trusted-proxy names nobody. If a proxy stands in front, name it: for \
                 the limits all who come through it are one address. If not, a stranger made it up: ignore this"
            );
        });
    }
    let peer = request.extensions().get().map(|ConnectInfo::<SocketAddr>(peer)| peer.ip());
    let address = peer.map(|peer| proxies.caller(peer, request.headers()));
    let wishes: Vec<_> =
        request.headers().get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok()).collect();
    let language = Language::preferred(&wishes.join(","));
    let work = origin::scope(Origin { request: Some(id), address }, origin::speaking(language, next.run(request)));
    let mut response = work.instrument(span.clone()).await;
    if let Ok(header) = header {
        response.headers_mut().insert(HeaderName::from_static(REQUEST_ID_HEADER), header);
    }
    let status = response.status();
    span.record("status", status.as_u16());
    span.record("ms", service.now().as_millisecond().saturating_sub(began.as_millisecond()));
    // Faults are what an operator looks for; the rest is asked for by CONNECT_LOG.
    let _inside = span.entered();
    if status.is_server_error() {
        tracing::info!("answered");
    } else {
        tracing::debug!("answered");
    }
    response
}

/// The id that the caller gave, if it is one and harmless.
fn given_id(headers: &HeaderMap) -> Option<RequestId> {
    let mut values = headers.get_all(REQUEST_ID_HEADER).iter();
    let id = RequestId::parse(values.next()?.to_str().ok()?)?;
    values.next().is_none().then_some(id)
}

/// A method's name is a word of the caller's, of any length.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
