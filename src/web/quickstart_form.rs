//! `POST /quickstart` and back, `GET /quickstart`: the quickstart's form where the app is not there to take it, without
//! JavaScript or before it has come. The customer goes through Connect in the whole window.

use std::future::Future;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use connect_core::language::Language;
use connect_wire::Hidden;
use leptos::prelude::Owner;
use leptos::reactive::computed::ScopedFuture;
use serde::Deserialize;

use super::aside::{escaped, page};
use super::hosted::{Entrance, enter};
use super::{Web, company};
use crate::calls::{LinkedUser, NewToken};
use crate::text::Words;

/// What the form asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    user_id: String,
    utility_slug: String,
}

/// What Connect comes back with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome {
    code: String,
    error: String,
    utility_name: String,
}

pub(super) async fn start(
    State(web): State<Web>,
    headers: HeaderMap,
    form: Result<Form<Wish>, FormRejection>,
) -> Response {
    let Wish { user_id, utility_slug } = form.map(|Form(wish)| wish).unwrap_or_default();
    match as_company(&web, company::new_connect_token(&user_id, &utility_slug)).await {
        Ok(NewToken::Made(Hidden(connect_token))) => {
            let redirect_uri = format!("{}/quickstart", web.address);
            enter(&web, Entrance::new(connect_token, redirect_uri), &headers).await
        }
        Ok(NewToken::Refused(why)) => failed(StatusCode::UNPROCESSABLE_ENTITY, &why),
        Err(_) => broken(),
    }
}

/// An address that is not of Connect's making says nothing: it leads to the quickstart, as one without an outcome does.
pub(super) async fn back(State(web): State<Web>, query: Result<Query<Outcome>, QueryRejection>) -> Response {
    let Outcome { code, error, utility_name } = query.map(|Query(outcome)| outcome).unwrap_or_default();
    if code.is_empty() && error.is_empty() {
        return Redirect::to("/").into_response();
    }
    if code.is_empty() {
        return told(StatusCode::OK, "Connect came back without a link", &[error, utility_name]);
    }
    match as_company(&web, company::exchange_code(Hidden(code))).await {
        Ok(LinkedUser::Linked { accounts, .. }) => {
            told(StatusCode::OK, "Linked. The server exchanged the code and read these accounts", &accounts)
        }
        Ok(LinkedUser::Refused(why)) => failed(StatusCode::GONE, &why),
        Err(_) => broken(),
    }
}

/// Does the work of the company's own server, which finds in its context what a server function would.
async fn as_company<T>(web: &Web, work: impl Future<Output = T>) -> T {
    let work = Owner::new().with(|| {
        web.provide();
        ScopedFuture::new(work)
    });
    work.await
}

fn broken() -> Response {
    failed(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side. Please try again.")
}

fn failed(status: StatusCode, why: &str) -> Response {
    told(status, "The server could not go on", &[why.to_owned()])
}

fn told(status: StatusCode, title: &str, lines: &[String]) -> Response {
    let told = lines.iter().filter(|line| !line.is_empty());
    let lines: String = told.map(|line| format!("<p>{}</p>", escaped(line))).collect();
    let text = format!("{lines}<p><a href=\"/\">Back to the quickstart</a></p>");
    page(Words::of(Language::English), status, title, &text, "")
}
