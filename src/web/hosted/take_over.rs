//! `GET /on/{mark}`: a run is taken over on another device, by the link that its screen shows.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use connect_server::service::RunError;
use serde::Deserialize;

use super::super::Web;
use super::super::aside::{escaped, page as short_page};
use super::document::Asked;
use super::{plain_words, show, words};
use crate::modal::Moment;
use crate::text::fill;

/// Who asks, and whether to go on. Looking uses nothing up: programs look at links, too.
pub(in crate::web) async fn page(State(web): State<Web>, Path(mark): Path<String>) -> Response {
    let texts = words().pages;
    match web.service.handed(&mark).await {
        Ok(company) => {
            let says = |text| escaped(&fill(text, &[("company", &company)]));
            let form = format!(
                "<p>{}</p><form method=\"post\" action=\"/connect/on\"><input type=\"hidden\" name=\"mark\" value=\"{}\">\
                 <button>{}</button></form>",
                says(texts.take_over_text),
                escaped(&mark),
                words().modal.proceed
            );
            short_page(words(), StatusCode::OK, &says(texts.take_over_title), &form, "")
        }
        Err(error) => refused(&error),
    }
}

/// What the page's form sends.
#[derive(Deserialize)]
pub(in crate::web) struct Taken {
    mark: String,
}

pub(in crate::web) async fn take(State(web): State<Web>, form: Result<Form<Taken>, FormRejection>) -> Response {
    let Ok(Form(Taken { mark })) = form else { return plain_words(StatusCode::BAD_REQUEST) };
    match web.service.take_over(&mark).await {
        Ok(key) => show(&web, &key, Asked::default(), Moment::Quiet, StatusCode::OK).await,
        Err(error) => refused(&error),
    }
}

fn refused(error: &RunError) -> Response {
    if let RunError::Fault(fault) = error {
        tracing::error!(%fault, "a run could not be taken over");
        return plain_words(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let texts = words().pages;
    short_page(words(), StatusCode::GONE, texts.entrance_title, texts.entrance_text, "")
}
