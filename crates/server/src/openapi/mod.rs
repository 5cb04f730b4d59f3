//! What the REST API is, for programs and for people: the OpenAPI document and, made of the same, the
//! page of the documentation.
//!
//! Written by hand rather than derived from the handlers: they read parameters in three encodings and
//! write exact decimals by hand, of which no derive could know. Tests hold it to the router, to the error
//! codes and to real answers (`tests/it/openapi.rs`); `make schemathesis` holds it to the running server.

mod accounts;
mod auth;
mod bills;
mod common;
mod directory;
mod json;
mod model;
mod page;
mod samples;
mod tables;
mod text;
mod usage;

use crate::api::{ApiError, ErrorCode};
use model::{Object, Operation};

/// The OpenAPI 3.1 document, as JSON.
pub fn document() -> String {
    json::document(&operations())
}

/// Where the documentation stands.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The address that its examples call, without a slash at its end.
    pub base: &'a str,
    /// Address of the stylesheet below its own.
    pub styles: &'a str,
    /// Whether there is a quickstart at `/`.
    pub quickstart: bool,
}

/// The documentation as an HTML document.
pub fn page(page: Page<'_>) -> String {
    page::html(&page, &operations())
}

/// All that is there, in the order of the documentation.
fn operations() -> Vec<Operation> {
    let all = [
        auth::operations(),
        accounts::operations(),
        usage::operations(),
        bills::operations(),
        directory::operations(),
    ];
    all.concat()
}

/// The objects of bodies.
fn objects() -> Vec<Object> {
    [accounts::objects(), auth::objects(), usage::objects(), bills::objects(), directory::objects()].concat()
}

/// A message of an error, as the service has it.
fn message(code: ErrorCode, status: u16) -> String {
    let error = match (code, status) {
        (ErrorCode::ParameterMissing, _) => ApiError::missing("user_id"),
        (ErrorCode::ParameterInvalid, 409) => ApiError::invalid(
            "This Idempotency-Key was sent with another request. Use a new one for a new request.",
        ),
        (ErrorCode::ParameterInvalid, 413) => ApiError::too_large(),
        (ErrorCode::ParameterInvalid, 415) => ApiError::media_type(),
        (ErrorCode::ParameterInvalid, _) => ApiError::invalid("The parameter 'user_id' is given twice."),
        (ErrorCode::TokenInvalid, _) => ApiError::token(),
        (ErrorCode::CredentialsInvalid, _) => ApiError::client(),
        (ErrorCode::PermissionDenied, _) => ApiError::foreign(),
        (ErrorCode::QuotaReached, _) => {
            ApiError::invalid("Too many requests. Wait as many seconds as Retry-After says, then go on.")
        }
        (ErrorCode::FeatureUnavailable, _) => ApiError::feature("This account has no meter of this type."),
        (ErrorCode::DataUnavailable, _) => ApiError::not_yet(),
        (ErrorCode::InternalError, _) => ApiError::internal(),
    };
    error.message().to_owned()
}
