//! The data that a token opens.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::{Timestamp, ToSpan};

use super::{Grant, retail};
use crate::config::{App, locked};
use crate::data::{self, Days};
use crate::espi::{self, FeedRequest};
use crate::logins::{Play, PortalLogin};
use crate::sign::Purpose;
use crate::web::Fields;

/// What the customer agreed to, if the token is one for this resource.
fn granted(app: &App, headers: &HeaderMap, id: &str) -> Result<Grant, StatusCode> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let grant: Option<Grant> =
        token.strip_prefix("Bearer ").and_then(|token| app.signer.open(Purpose::Access, token, app.now()));
    match grant {
        Some(grant) if grant.is_revoked(app) => Err(StatusCode::UNAUTHORIZED),
        Some(grant) if grant.id == id => Ok(grant),
        Some(_) => Err(StatusCode::FORBIDDEN),
        None => Err(StatusCode::UNAUTHORIZED),
    }
}

pub(super) async fn subscription(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let grant = granted(&app, &headers, &id)?;
    let now = app.now();
    if PortalLogin::find(&grant.login).is_some_and(|login| login.play == Play::DownAfter) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    if !grant.is_ready(now) {
        return Ok((StatusCode::ACCEPTED, [(RETRY_AFTER, "60")]).into_response());
    }
    let query = Fields::of_query(&uri);
    let from = instant(query.get("published-min")).map_err(|()| StatusCode::BAD_REQUEST)?;
    let to = instant(query.get("published-max")).map_err(|()| StatusCode::BAD_REQUEST)?;
    let today = data::local_date(now);
    let days = Days {
        start: from.map_or(grant.start, data::local_date).max(grant.start),
        // The day in which the end lies is part of it.
        end: to.map_or(today, |to| data::moved(data::local_date(to), 1.day(), 1)).min(today),
    };
    let accounts = grant.accounts();
    let this = format!("/espi/1_1/resource/Batch/Subscription/{id}");
    let root = format!("/espi/1_1/resource/Subscription/{id}/UsagePoint");
    let request = FeedRequest { root: &root, this: &this, accounts: &accounts, days, now };
    if days.start >= days.end || espi::is_empty(&request) {
        return Err(StatusCode::NO_CONTENT);
    }
    Ok(xml(espi::feed(&request)))
}

pub(super) async fn retail_customer(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let grant = granted(&app, &headers, &id)?;
    Ok(xml(retail::feed(&id, &grant.accounts(), app.now())))
}

pub(super) async fn authorization(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let grant = granted(&app, &headers, &id)?;
    Ok(xml(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Authorization xmlns=\"http://naesb.org/espi\">\
         <authorizedPeriod><start>{}</start></authorizedPeriod><status>1</status>\
         <resourceURI>{}</resourceURI></Authorization>\n",
        grant.agreed,
        espi::escaped(&grant.resource_uri(&app)),
    )))
}

/// The third party needs the data no longer.
pub(super) async fn give_back(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, StatusCode> {
    let grant = granted(&app, &headers, &id)?;
    locked(&app.revoked).push(grant.id);
    Ok(StatusCode::NO_CONTENT)
}

/// Seconds since 1970, or a time as Atom writes it; nothing when there is no text.
fn instant(text: &str) -> Result<Option<Timestamp>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let seconds = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    seconds.or_else(|| text.parse().ok()).map(Some).ok_or(())
}

fn xml(body: String) -> Response {
    ([(CONTENT_TYPE, "application/atom+xml; charset=utf-8")], body).into_response()
}
