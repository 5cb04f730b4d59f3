//! Secrets in a URL are refused: URLs end up in logs, histories and `Referer` headers.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use connect_core::audit::{Event, Kind};

use super::ApiError;
use crate::service::Service;

/// What must not stand in a query, and where it belongs.
const SECRETS: [(&str, &str); 7] = [
    ("access_token", "in the header 'Authorization: Bearer <access_token>'"),
    ("client_secret", "in the header 'Pelm-Secret'"),
    ("connect_token", "in the body"),
    ("code", "in the body"),
    ("code_verifier", "in the body"),
    ("refresh_token", "in the body"),
    ("token", "in the body"),
];

/// Refuses a request whose query holds a secret, whoever sends it and wherever to. Counted, not logged: the
/// caller writes the address, and may write it as often as he likes.
pub(super) async fn refuse(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let found = form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, value)| SECRETS.into_iter().find(|(secret, _)| *secret == name && !value.is_empty()));
    let Some((name, place)) = found else { return next.run(request).await };
    service.audit().seen(Event::of(Kind::TokenMisplaced).because(name));
    if let Err(too_many) = service.limits().address() {
        return ApiError::too_many(too_many).into_response();
    }
    ApiError::invalid(format!(
        "The parameter '{name}' must not stand in the URL, where it would be logged: send it {place}. \
         Treat this one as known to others."
    ))
    .into_response()
}
