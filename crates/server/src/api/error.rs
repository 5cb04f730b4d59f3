//! Errors of the API: `{"error_code": …, "message": …}` with the codes of the contract.

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::limits::TooMany;
use crate::service::{Fault, PageError, UsageError};

/// The codes of the contract that this service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// A required parameter is absent or empty.
    ParameterMissing,
    /// A parameter, the body, the path or the method is wrong.
    ParameterInvalid,
    /// The access token is not good.
    TokenInvalid,
    /// Client id or secret is not good.
    CredentialsInvalid,
    /// The token may not touch this.
    PermissionDenied,
    /// The utility, or the account, has no such data.
    FeatureUnavailable,
    /// Too many requests.
    QuotaReached,
    /// The data is not there yet.
    DataUnavailable,
    /// A fault of the service.
    InternalError,
}

impl ErrorCode {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::ParameterMissing,
        Self::ParameterInvalid,
        Self::TokenInvalid,
        Self::CredentialsInvalid,
        Self::PermissionDenied,
        Self::FeatureUnavailable,
        Self::QuotaReached,
        Self::DataUnavailable,
        Self::InternalError,
    ];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ParameterMissing => "parameter_missing",
            Self::ParameterInvalid => "parameter_invalid",
            Self::TokenInvalid => "token_invalid",
            Self::CredentialsInvalid => "credentials_invalid",
            Self::PermissionDenied => "permission_denied",
            Self::FeatureUnavailable => "feature_unavailable",
            Self::QuotaReached => "quota_reached",
            Self::DataUnavailable => "data_unavailable",
            Self::InternalError => "internal_error",
        }
    }
}

/// An error answer.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: ErrorCode,
    message: String,
    retry_after: Option<u32>,
}

#[derive(Serialize)]
struct Body<'a> {
    error_code: &'static str,
    message: &'a str,
}

impl ApiError {
    fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// The sentence for people.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// 400: `name` is required.
    pub fn missing(name: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::ParameterMissing,
            format!("The parameter '{name}' is required."),
        )
    }

    /// 400 with a sentence that says what is wrong and what would be right.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::ParameterInvalid, message)
    }

    /// 401: the client's headers are absent or wrong. The same for an unknown client and a wrong
    /// secret.
    pub fn client() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::CredentialsInvalid,
            "The headers Pelm-Client-Id and Pelm-Secret do not name a client and its secret.",
        )
    }

    /// 401: no or no good access token. The contract's two sources differ here
    /// (`token_invalid` in the error table, `credentials_invalid` in the guide's prose); the
    /// table is the reference.
    pub fn token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::TokenInvalid,
            "The access token is missing or not valid. Send it as 'Authorization: Bearer <access_token>'.",
        )
    }

    /// 403.
    pub fn denied() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            ErrorCode::PermissionDenied,
            "The access token does not belong to this user_id.",
        )
    }

    /// 403: an account, meter or bill that is not the token's user's. The same for one that does not
    /// exist, so that nobody learns which ids do.
    pub fn foreign() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            ErrorCode::PermissionDenied,
            "The access token does not belong to this account, meter or bill.",
        )
    }

    /// 403: the customer has kept this back.
    pub fn not_shared(message: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::PermissionDenied, message)
    }

    /// 400: there is no such data for this account.
    pub fn feature(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::FeatureUnavailable, message)
    }

    /// 500, with the contract's words: the data is being read.
    pub fn not_yet() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::DataUnavailable,
            "We're currently loading data for this account, please try again in 5 minutes.",
        )
    }

    /// 409: an idempotency key that belongs to another request.
    pub fn conflict(message: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, ErrorCode::ParameterInvalid, message)
    }

    /// 413.
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::ParameterInvalid,
            format!("The body is larger than {} bytes.", super::BODY_LIMIT),
        )
    }

    /// 415.
    pub fn media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::ParameterInvalid,
            "Send the body as application/x-www-form-urlencoded, multipart/form-data or application/json.",
        )
    }

    /// 404.
    pub fn unknown_path(path: &str) -> Self {
        let path: String = path.chars().take(200).collect();
        Self::new(StatusCode::NOT_FOUND, ErrorCode::ParameterInvalid, format!("There is no '{path}' here."))
    }

    /// 405.
    pub fn wrong_method(method: &Method, path: &str) -> Self {
        let path: String = path.chars().take(200).collect();
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::ParameterInvalid,
            format!("'{path}' does not accept {method}."),
        )
    }

    /// 429, with `Retry-After`.
    pub fn too_many(TooMany { seconds }: TooMany) -> Self {
        let message = "Too many requests. Wait as many seconds as Retry-After says, then go on.";
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::QuotaReached, message);
        Self { retry_after: Some(seconds), ..error }
    }

    /// 500, without a word about the cause.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::InternalError,
            "Something went wrong on our side. Please try again.",
        )
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        tracing::error!(%fault, "a request failed");
        Self::internal()
    }
}

impl From<UsageError> for ApiError {
    fn from(error: UsageError) -> Self {
        match error {
            UsageError::NotOwn => Self::foreign(),
            UsageError::Gone => Self::token(),
            UsageError::NotOffered(message) => Self::feature(message),
            UsageError::NotShared(message) => Self::not_shared(message),
            UsageError::NotYet => Self::not_yet(),
            UsageError::Fault(fault) => fault.into(),
        }
    }
}

impl From<PageError> for ApiError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::BadCursor => Self::invalid(
                "The parameter 'cursor' is not one that was given for these parameters. Send it with the parameters of the page before, or begin without it.",
            ),
            PageError::Usage(error) => error.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = Json(Body { error_code: self.code.name(), message: &self.message });
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let challenge = match self.code {
            ErrorCode::TokenInvalid => Some("Bearer realm=\"connect\", error=\"invalid_token\""),
            ErrorCode::CredentialsInvalid => Some("Pelm-Secret realm=\"connect\""),
            _ => None,
        };
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
