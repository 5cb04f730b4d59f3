//! `POST /_connect/file`: a customer's own Green Button file, as the body. Not a server function: the
//! browser sends the file as it is, and tells how far it is.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_core::secret::Secret;
use connect_server::service::{MAX_FILE_BYTES, RunError};
use connect_wire::FlowView;
use serde::Serialize;

use super::Web;
use crate::calls::CallError;

/// Longest time that a file may take to arrive.
const ARRIVE: Duration = Duration::from_secs(300);

/// Headers: the connect token as a bearer, `X-Connect-Step`, and `X-Connect-Size` with the file's
/// length, so that a file that is too large need not be sent.
pub(super) async fn take(State(web): State<Web>, headers: HeaderMap, body: Body) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let token = text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let token = Secret::new(token.unwrap_or_default());
    let number = |name: &str| text(name).and_then(|value| value.parse::<u64>().ok());
    let (Some(step), Some(size)) =
        (number("x-connect-step").and_then(|n| u32::try_from(n).ok()), number("x-connect-size"))
    else {
        return refuse(StatusCode::BAD_REQUEST, &CallError::Malformed);
    };
    match web.service.waits_for_file(&token, step).await {
        Ok(true) => {}
        // Another window was faster: it shows what came of it.
        Ok(false) => return answer(web.service.load(&token).await),
        Err(error) => return answer(Err(error)),
    }
    if size > MAX_FILE_BYTES as u64 {
        return answer(web.service.refuse_file(&token, step).await);
    }
    // Files wait in memory, so only so many arrive at a time.
    let Ok(_place) = web.arriving.acquire().await else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, &CallError::Internal);
    };
    let file = match tokio::time::timeout(ARRIVE, to_bytes(body, MAX_FILE_BYTES)).await {
        Ok(Ok(file)) => file,
        // Longer than it said, or broken off.
        Ok(Err(_)) => return refuse(StatusCode::BAD_REQUEST, &CallError::Malformed),
        Err(_) => return refuse(StatusCode::REQUEST_TIMEOUT, &CallError::Network),
    };
    answer(web.service.read_file(&token, step, file).await)
}

fn answer(result: Result<FlowView, RunError>) -> Response {
    match result {
        Ok(view) => reply(StatusCode::OK, &view),
        Err(RunError::TokenInvalid) => refuse(StatusCode::UNAUTHORIZED, &CallError::TokenInvalid),
        Err(RunError::OutOfPlace) => refuse(StatusCode::CONFLICT, &CallError::OutOfPlace),
        Err(RunError::Fault(fault)) => {
            tracing::error!(%fault, "a file could not be taken");
            refuse(StatusCode::INTERNAL_SERVER_ERROR, &CallError::Internal)
        }
    }
}

fn refuse(status: StatusCode, error: &CallError) -> Response {
    reply(status, error)
}

fn reply(status: StatusCode, value: &impl Serialize) -> Response {
    let body = postcard::to_allocvec(value).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/x-postcard")], body).into_response()
}
