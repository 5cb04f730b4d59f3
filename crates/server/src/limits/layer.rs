//! The limit by address, as a layer of routes that ask for no secret.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::ApiError;
use crate::service::Service;

/// Counts each request by its address before anything is done for it; 429 when there were too many.
pub async fn by_address(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    match service.limits().address() {
        Ok(()) => next.run(request).await,
        Err(too_many) => ApiError::too_many(too_many).into_response(),
    }
}
