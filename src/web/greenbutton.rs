//! Green Button Connect My Data, towards utilities: customers set out to their consent from
//! `POST /greenbutton/go` and come back to `GET /greenbutton/callback`; utilities announce data at
//! `POST /greenbutton/notify`.

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_core::flow::ConsentNotice;
use connect_core::language::Language;
use connect_core::secret::Secret;
use connect_mydata::batch_list;
use connect_server::service::{Back, Departure, RunError};
use serde::Deserialize;

use super::Web;
use super::aside::{go_on, page};
use super::hosted;
use crate::text::Words;

/// What the modal's form sends.
#[derive(Deserialize)]
pub(super) struct SetOut {
    #[serde(alias = "key")]
    token: String,
    step: u32,
    /// The company's page, when the whole of it goes there.
    #[serde(default)]
    page: String,
    /// Tag of the modal's language.
    #[serde(default, alias = "l")]
    language: String,
}

/// The customer sets out to the utility's site. Only a form of our own origin gets here; what it leaves is
/// the proof that the same browser comes back.
pub(super) async fn go(State(web): State<Web>, Form(form): Form<SetOut>) -> Response {
    let words = Language::of_tag(&form.language).map_or_else(words, Words::of);
    let page = Some(form.page).filter(|page| !page.is_empty());
    let departure = match web.service.set_out(&Secret::new(form.token), form.step, page).await {
        Ok(departure) => departure,
        Err(error) => return told(words, error),
    };
    let Departure { url, handle, proof } = departure;
    let mut response = go_on(words, &url, words.pages.away_link);
    let (prefix, secure) = if web.secure { (SECURE, "; Secure") } else { ("", "") };
    let cookie = format!(
        "{prefix}{COOKIE}{}={}; Path=/greenbutton; Max-Age=3600; HttpOnly; SameSite=Lax{secure}",
        handle.as_str(),
        proof.expose()
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// A window that a page has opened closes itself.
const CLOSE: &str = "<script src=\"/close.js\"></script>";
/// Beginning of the name of the cookie with the proof; the run's handle follows.
const COOKIE: &str = "connect_consent_";
/// What stands before it over https: then no page over http can set one (RFC 6265bis, 4.1.3).
const SECURE: &str = "__Secure-";

/// What a utility sends the customer back with (RFC 6749, 4.1.2).
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    state: String,
    code: String,
    error: String,
}

/// The customer is back. In a window of its own there is nothing more to do: the modal, which
/// waits, goes on by itself.
pub(super) async fn callback(
    State(web): State<Web>,
    headers: HeaderMap,
    query: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let Answer { state, code, error } = query.map(|Query(answer)| answer).unwrap_or_default();
    let prefix = if web.secure { SECURE } else { "" };
    let name = format!("{prefix}{COOKIE}{}=", state.split('.').next().unwrap_or_default());
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let proof = cookies.flat_map(|value| value.split(';')).find_map(|cookie| cookie.trim().strip_prefix(&name));
    let answer = match (code.as_str(), error.as_str()) {
        ("", "access_denied") => Err(ConsentNotice::Denied),
        ("", "server_error" | "temporarily_unavailable") => Err(ConsentNotice::Down),
        ("", other) => {
            // A word of RFC 6749, or nothing that may be logged.
            let known = ["invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope"];
            tracing::error!(error = known.iter().find(|word| **word == other), "a utility refused our request");
            Err(ConsentNotice::Internal)
        }
        (code, _) => Ok(Secret::new(code)),
    };
    let words = words();
    match web.service.come_back(&state, proof.unwrap_or_default(), answer).await {
        Ok(Back::Page(back)) => go_on(words, &back, words.pages.back_link),
        Ok(Back::Here(key)) => {
            let form = hosted::way_on(&key, words);
            page(words, StatusCode::OK, words.pages.back_title, &form, CLOSE)
        }
        Ok(Back::There) => page(words, StatusCode::OK, words.pages.back_title, words.pages.back_text, CLOSE),
        Err(error) => told(words, error),
    }
}

/// The language of the window, which the browser asks for: it opens outside of the modal.
fn words() -> &'static Words {
    Words::of(connect_server::origin::language().unwrap_or_default())
}

fn told(words: &Words, error: RunError) -> Response {
    let texts = words.pages;
    match error {
        RunError::TokenInvalid => page(words, StatusCode::GONE, texts.back_ended_title, texts.back_ended_text, ""),
        // A second answer, as of a page that was loaded again, or one of another browser.
        RunError::OutOfPlace => {
            page(words, StatusCode::CONFLICT, texts.back_nothing_title, texts.back_nothing_text, "")
        }
        RunError::Fault(fault) => {
            tracing::error!(%fault, "a customer’s way to a utility failed");
            page(words, StatusCode::INTERNAL_SERVER_ERROR, texts.back_fault_title, texts.back_fault_text, "")
        }
    }
}

/// A utility has data for us. The addresses are looked up, never fetched: anybody may send this, and
/// the most that comes of it is that data is read sooner.
pub(super) async fn notify(State(web): State<Web>, body: Bytes) -> Response {
    let addresses = match batch_list(&body) {
        Ok(addresses) => addresses,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    match web.service.data_announced(&addresses).await {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(fault) => {
            tracing::error!(%fault, "a notification could not be taken");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
