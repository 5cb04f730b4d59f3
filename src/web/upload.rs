//! `POST /_connect/file`: a customer's own Green Button file, as the body. Not a server function: the
//! browser sends the file as it is, and tells how far it is.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_core::secret::Secret;
use connect_core::token::Token;
use connect_server::service::{MAX_FILE_BYTES, RunError};
use connect_wire::FlowView;
use futures::StreamExt;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::Web;
use crate::calls::CallError;
use crate::calls::server::refusal;

/// Longest time that a file may take to arrive, and that nothing may come of it.
pub(super) const ARRIVE: Duration = Duration::from_secs(300);
pub(super) const SILENCE: Duration = Duration::from_secs(20);
/// Longest wait for a place.
const PLACE: Duration = Duration::from_secs(15);
/// Files that may arrive at a time: each waits in memory.
const PLACES: usize = 4;

/// Files that arrive: so many at a time, and one of a run.
#[derive(Clone)]
pub struct Arriving {
    places: Arc<Semaphore>,
    runs: Arc<Mutex<HashSet<String>>>,
}

impl Default for Arriving {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES)), runs: Arc::default() }
    }
}

/// A file that arrives; its place is free again when this is dropped.
pub(super) struct Place {
    runs: Arc<Mutex<HashSet<String>>>,
    run: String,
    _permit: OwnedSemaphorePermit,
}

impl Arriving {
    /// `None` when all places stay taken, or the run has one.
    pub(super) async fn place(&self, run: &str) -> Option<Place> {
        let permit = timeout(PLACE, self.places.clone().acquire_owned()).await.ok()?.ok()?;
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.insert(run.to_owned()).then(|| Place {
            runs: self.runs.clone(),
            run: run.to_owned(),
            _permit: permit,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.run);
    }
}

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
        return reply(StatusCode::BAD_REQUEST, &CallError::Malformed);
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
    let handle = Token::parse_of_run(token.expose()).and_then(|token| token.handle());
    let Some(handle) = handle else { return reply(StatusCode::UNAUTHORIZED, &CallError::TokenInvalid) };
    let Some(place) = web.arriving.place(handle.as_str()).await else {
        return reply(StatusCode::SERVICE_UNAVAILABLE, &CallError::Internal);
    };
    let file = match timeout(ARRIVE, arrive(body)).await {
        Ok(Some(file)) => file,
        // Longer than it said, broken off, or too slow.
        Ok(None) => return reply(StatusCode::BAD_REQUEST, &CallError::Malformed),
        Err(_) => return reply(StatusCode::REQUEST_TIMEOUT, &CallError::Network),
    };
    drop(place);
    answer(web.service.read_file(&token, step, file).await)
}

async fn arrive(body: Body) -> Option<Vec<u8>> {
    let (mut body, mut file) = (body.into_data_stream(), Vec::new());
    while let Some(piece) = timeout(SILENCE, body.next()).await.ok()? {
        file.extend_from_slice(&piece.ok()?);
        if file.len() > MAX_FILE_BYTES {
            return None;
        }
    }
    Some(file)
}

fn answer(result: Result<FlowView, RunError>) -> Response {
    match result {
        Ok(view) => reply(StatusCode::OK, &view),
        Err(error) => {
            let (status, error) = refusal(error);
            reply(status, &error)
        }
    }
}

fn reply(status: StatusCode, value: &impl Serialize) -> Response {
    let body = postcard::to_allocvec(value).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/x-postcard")], body).into_response()
}
