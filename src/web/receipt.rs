//! `GET /receipt/{mark}`: what a customer shares with a company, and the way to stop it. A page of its own, without
//! scripts, to be kept.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_core::grant::History;
use connect_server::origin;
use connect_server::service::{Fault, Receipt};
use jiff::Timestamp;
use leptos::prelude::*;
use serde::Deserialize;

use super::Web;
use super::aside::{escaped, page as short_page};
use crate::modal::parts::{at_utility, icon};
use crate::pages::{account_rows, in_a_row, shared};
use crate::small::{Part, Small};
use crate::text::format::date;
use crate::text::{Words, fill};

/// What is shared, or that nothing is.
pub(super) async fn page(State(web): State<Web>, Path(mark): Path<String>) -> Response {
    let words = words();
    match web.service.receipt(&mark).await {
        Ok(Some(receipt)) => document(&web, words, &receipt, &mark),
        Ok(None) => nothing(words),
        Err(fault) => failed(words, &fault),
    }
}

/// What the page's form sends.
#[derive(Deserialize)]
pub(super) struct Stop {
    mark: String,
}

/// `POST /receipt`: nothing is shared any more.
pub(super) async fn stop(State(web): State<Web>, form: Result<Form<Stop>, FormRejection>) -> Response {
    let words = words();
    let Ok(Form(Stop { mark })) = form else { return nothing(words) };
    let service = web.service.clone();
    // A task of its own: who hangs up in between leaves no record without its deletion.
    let stopped = tokio::spawn(origin::carry(async move { service.stop_sharing(&mark).await }));
    match stopped.await.unwrap_or(Err(Fault::Broken("the end of a sharing broke off"))) {
        Ok(Some(company)) => {
            let text = escaped(&fill(words.pages.receipt_stopped_text, &[("company", &company)]));
            short_page(words, StatusCode::OK, words.pages.receipt_stopped_title, &text, "")
        }
        Ok(None) => nothing(words),
        Err(fault) => failed(words, &fault),
    }
}

/// The language of the browser.
fn words() -> &'static Words {
    Words::of(origin::language().unwrap_or_default())
}

fn nothing(words: &Words) -> Response {
    let texts = words.pages;
    short_page(words, StatusCode::GONE, texts.receipt_none_title, texts.receipt_none_text, "")
}

fn failed(words: &Words, fault: &Fault) -> Response {
    tracing::error!(%fault, "a receipt could not be shown");
    let texts = words.pages;
    short_page(words, StatusCode::INTERNAL_SERVER_ERROR, texts.back_fault_title, texts.back_fault_text, "")
}

fn document(web: &Web, words: &Words, receipt: &Receipt, mark: &str) -> Response {
    let (lang, dir) = (words.language.tag(), words.language.direction());
    let title = fill(words.pages.receipt_title, &[("company", &receipt.company)]);
    let body = Owner::new().with(|| {
        provide_context(words.strings);
        content(words, receipt, mark, &title).to_html()
    });
    let css = format!("/{}/{}.css", web.options.site_pkg_dir, web.options.output_name);
    let html = format!(
        "<!doctype html><html lang=\"{lang}\" dir=\"{dir}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" content=\"no-referrer\">\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"><link rel=\"stylesheet\" href=\"{css}\">\
         <link rel=\"stylesheet\" href=\"/receipt.css\"></head><body class=\"receipt\"><div hidden>{}</div>{body}</body></html>",
        escaped(&title),
        super::shell::SPRITE
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    (headers, html).into_response()
}

/// No script, and forms to ourselves alone.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

fn content(words: &Words, receipt: &Receipt, mark: &str, title: &str) -> Part {
    let texts = words.pages;
    let Receipt { company, utility, accounts, grant, linked_at, zone } = receipt;
    let day = |at: Timestamp| date(words.language, zone.to_datetime(at).date());
    let says = |text: &str| fill(text, &[("company", company), ("utility", &utility.name)]);
    let [kinds, history, until] = shared(grant.choices, words);
    let history = match (grant.choices.history, grant.from) {
        // “From today on” is a day by now.
        (History::Nothing, Some(from)) => fill(texts.receipt_from, &[("date", &day(from))]),
        _ => history.to_owned(),
    };
    let until = match grant.until {
        Some(until) => fill(texts.receipt_ends, &[("date", &day(until))]),
        None => until.to_owned(),
    };
    let agreed = fill(texts.receipt_since, &[("date", &day(*linked_at))]);
    let rows = account_rows(accounts, words);
    let later = accounts.is_empty().then(|| view! { <p>{says(texts.receipt_later)}</p> }.fresh());
    view! {
        <main class="receipt-page">
            <h1>{title.to_owned()}</h1>
            <p>{agreed}</p>
            {at_utility(utility, None)}
            <ul class="accounts">{rows}</ul>
            {later}
            <ul class="facts">
                <li>
                    <span class="dot">{icon("#i-meter")}</span>
                    <p>{in_a_row(&[kinds, &history], words)}</p>
                </li>
                <li>
                    <span class="dot">{icon("#i-clock")}</span>
                    <p>{until}</p>
                </li>
            </ul>
            <p class="hint-box">{texts.receipt_lead}</p>
            <details class="stop">
                <summary>{texts.receipt_stop}</summary>
                <p>{says(texts.receipt_stop_text)}</p>
                <form method="post" action="/receipt">
                    <input type="hidden" name="mark" value=mark.to_owned() />
                    <button class="primary danger" type="submit">
                        {texts.receipt_stop_do}
                    </button>
                </form>
            </details>
        </main>
    }
    .fresh()
}
