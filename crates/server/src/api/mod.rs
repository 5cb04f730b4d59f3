//! The REST API: one endpoint, one file. Paths, fields and codes are Pelm's public contract.

mod accounts;
mod auth;
mod bill_pdf;
mod bills;
mod connect_token;
mod download;
mod emission_rates;
mod error;
mod idempotency;
mod intervals;
mod introspect;
mod misplaced;
mod openapi;
mod outage_requests;
mod params;
mod query;
mod reply;
mod restatements;
mod revoke;
mod token;
mod user;
mod utilities;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, Method, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, post};
use tower_http::cors::{Any, CorsLayer};

use crate::limits;
use crate::request::REQUEST_ID_HEADER;
use crate::service::Service;
pub use error::{ApiError, ErrorCode};
pub(crate) use params::MAX_VALUE_CHARS;
pub(crate) use query::{MAX_LIMIT, MAX_TIME};

/// Longest request body that is read, in bytes. The longest legitimate one is a few hundred.
pub const BODY_LIMIT: usize = 64 * 1024;

/// State of the handlers.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub service: Arc<Service>,
    /// `GET /utilities`, made once: the directory does not change while the service runs.
    utilities: utilities::Listing,
}

/// What is below the API's paths and unknown. Answered in JSON to whoever asks.
const BELOW: [&str; 20] = [
    "/auth",
    "/auth/",
    "/auth/{*rest}",
    "/users",
    "/users/",
    "/users/{user_id}/",
    "/users/{user_id}/{*rest}",
    "/accounts/",
    "/accounts/{account_id}",
    "/accounts/{account_id}/",
    "/accounts/{account_id}/{*rest}",
    "/intervals/",
    "/intervals/{*rest}",
    "/restatements/",
    "/restatements/{*rest}",
    "/bills/",
    "/bills/{bill_id}",
    "/bills/{bill_id}/{*rest}",
    "/utilities/",
    "/utilities/{*rest}",
];

/// A path of the API, with the methods that it has.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// As axum writes it: a part in braces stands for anything.
    pub path: &'static str,
    /// `GET` stands for `HEAD` as well.
    pub methods: &'static [&'static str],
    handlers: MethodRouter<ApiState>,
}

/// Every endpoint. The router is made of this list, and so are the tests that hold for all of them.
pub fn endpoints() -> Vec<Endpoint> {
    let row = |path, methods, handlers| Endpoint { path, methods, handlers };
    vec![
        row("/auth/connect-token", &["POST"], post(connect_token::create)),
        // The contract's prose spells it this way in places.
        row("/auth/connect_token", &["POST"], post(connect_token::create)),
        row("/auth/token", &["POST"], post(token::create)),
        row("/auth/revoke", &["POST"], post(revoke::create)),
        row("/auth/introspect", &["POST"], post(introspect::create)),
        row("/users/{user_id}", &["GET", "DELETE"], get(user::read).delete(user::delete)),
        row("/accounts", &["GET"], get(accounts::list)),
        row("/accounts/{account_id}/intervals", &["GET"], get(intervals::list_of_account)),
        row("/intervals", &["GET"], get(intervals::list)),
        row("/restatements", &["GET"], get(restatements::list)),
        row("/bills", &["GET"], get(bills::list)),
        row("/bills/{bill_id}/pdf", &["GET"], get(bill_pdf::read)),
        row("/emission-rates", &["GET"], get(emission_rates::list)),
        row("/outage-requests", &["GET"], get(outage_requests::list)),
        row("/utilities", &["GET"], get(utilities::list)),
        row("/openapi.json", &["GET"], get(openapi::read)),
    ]
}

/// The router of the API.
pub fn router(service: Arc<Service>) -> Router {
    let utilities = utilities::Listing::of(service.directory());
    let mut router = Router::new();
    let by_address = middleware::from_fn_with_state(service.clone(), limits::by_address);
    for Endpoint { path, handlers, .. } in endpoints() {
        // These ask for no client.
        let handlers = if matches!(path, "/openapi.json" | "/utilities") {
            handlers.layer(by_address.clone())
        } else {
            handlers
        };
        router = router.route(path, handlers);
    }
    for path in BELOW {
        router = router.route(path, any(unknown_path).layer(by_address.clone()));
    }
    router
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(service.clone(), misplaced::refuse))
        .layer(cors())
        .with_state(ApiState { service, utilities })
}

/// Browsers may call the API from any page, as Pelm's own demo did. It carries no cookies, so
/// there is nothing that a foreign page could borrow.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            HeaderName::from_static("pelm-client-id"),
            HeaderName::from_static("pelm-secret"),
            HeaderName::from_static(idempotency::KEY_HEADER),
            HeaderName::from_static(REQUEST_ID_HEADER),
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::RETRY_AFTER,
            HeaderName::from_static(reply::ENVIRONMENT_HEADER),
            HeaderName::from_static(idempotency::REPLAYED_HEADER),
            HeaderName::from_static(REQUEST_ID_HEADER),
        ])
        .max_age(std::time::Duration::from_secs(3600))
}

/// Answer for a path that does not exist.
pub async fn unknown_path(request: Request) -> Response {
    ApiError::unknown_path(request.uri().path()).into_response()
}

async fn wrong_method(request: Request) -> Response {
    ApiError::wrong_method(request.method(), request.uri().path()).into_response()
}
