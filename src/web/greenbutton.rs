//! Green Button Connect My Data, towards utilities: customers come back from their consent to
//! `GET /greenbutton/callback`, and utilities announce data at `POST /greenbutton/notify`.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use connect_core::secret::Secret;
use connect_mydata::batch_list;
use connect_server::service::RunError;
use serde::Deserialize;

use super::Web;

/// What a utility sends the customer back with (RFC 6749, 4.1.2).
#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    state: String,
    code: Option<String>,
}

/// The customer is back. In a window of its own there is nothing more to do: the modal, which
/// waits, goes on by itself.
pub(super) async fn callback(State(web): State<Web>, Query(answer): Query<Answer>) -> Response {
    let code = answer.code.filter(|code| !code.is_empty()).map(Secret::new);
    match web.service.come_back(&answer.state, code).await {
        Ok(Some(back)) => go_back(&back),
        Ok(None) => page(
            StatusCode::OK,
            "You can close this window",
            "Go on in the window where you started.",
            "<script src=\"/close.js\"></script>",
        ),
        Err(RunError::TokenInvalid) => page(
            StatusCode::GONE,
            "This session has ended",
            "Close this window and start again from the page you came from. Nothing was shared.",
            "",
        ),
        // A second answer, as of a page that was loaded again.
        Err(RunError::OutOfPlace) => page(
            StatusCode::CONFLICT,
            "Nothing waits for this answer",
            "Close this window and go on in the one where you started.",
            "",
        ),
        Err(RunError::Fault(fault)) => {
            tracing::error!(%fault, "a customer's way back failed");
            page(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side",
                "Close this window and try again from the page you came from.",
                "",
            )
        }
    }
}

/// Sends the customer on to the company's page. By the page itself: a redirect would be held to the
/// `form-action` of the utility's form, which knows us and not the company.
fn go_back(address: &str) -> Response {
    let address = escaped(address);
    let on = format!("<meta http-equiv=\"refresh\" content=\"0;url={address}\">");
    let link = format!("<a href=\"{address}\">Go on where you started</a>");
    page(StatusCode::OK, "One moment…", &link, &on)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// `text` and `head` are HTML.
fn page(status: StatusCode, title: &str, text: &str, head: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"/back.css\">{head}</head>\
         <body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    );
    let mut response = (status, Html(html)).into_response();
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-ancestors 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    // The address holds a code, which is used by now; nobody else needs to learn it.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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
