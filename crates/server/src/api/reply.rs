//! Answers of the API.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use connect_core::token::Environment;
use serde::Serialize;

/// Says in every authenticated answer whether it comes from the sandbox.
pub(super) const ENVIRONMENT_HEADER: &str = "connect-environment";

/// A JSON answer to an authenticated client: never cached, marked with the environment.
pub(super) struct Reply<T> {
    environment: Environment,
    body: T,
}

impl<T> Reply<T> {
    pub(super) fn new(environment: Environment, body: T) -> Self {
        Self { environment, body }
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let headers =
            [(header::CACHE_CONTROL, HeaderValue::from_static("no-store")), environment_header(self.environment)];
        (headers, Json(self.body)).into_response()
    }
}

/// The header that names the environment.
pub(super) fn environment_header(environment: Environment) -> (HeaderName, HeaderValue) {
    let value = match environment {
        Environment::Sandbox => "sandbox",
        Environment::Production => "production",
    };
    (HeaderName::from_static(ENVIRONMENT_HEADER), HeaderValue::from_static(value))
}
