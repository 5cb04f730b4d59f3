//! Connect in the whole window (redirect mode), and without WASM or JavaScript anywhere: every step is a form.
//!
//! A company sends its customer to `/` (or `/connect`) with `connect_token`, `redirect_uri` and `state`, by a link as
//! Pelm's applications do, or better by a form, which leaves the token out of histories. From there on the run's key
//! stands for the token, in the bodies of forms: nothing that anybody types or that opens anything is in an address.
//! The modal's frame comes here too when WASM does not start in it (`public/frame.js`).

mod act;
mod document;
mod file;
pub(super) mod take_over;

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use connect_core::language::Language;
use connect_core::origin::Origin;
use connect_core::redirect::RedirectUri;
use connect_core::secret::Secret;
use connect_core::token::Token;
use connect_server::limits::TooMany;
use connect_server::origin;
use connect_server::service::{EnterError, RunDocument, RunError};
use connect_wire::Screen;
use futures::{StreamExt, stream};
use serde::Deserialize;

use super::aside::{go_on, page};
use super::{Web, quickstart};
use crate::modal::Moment;
use crate::text::{Words, fill};
use act::{Next, act};
use document::{Asked, END, going_on, head, screen, waiting, whole};

pub(super) use act::Step;
pub(super) use file::file;

/// What a company sends its customer with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Entrance {
    connect_token: String,
    redirect_uri: String,
    state: String,
    /// Tag of the language that the company's page has.
    language: String,
}

impl Entrance {
    /// A run that returns to `redirect_uri`, in the customer's own language.
    pub(super) fn new(connect_token: String, redirect_uri: String) -> Self {
        Self { connect_token, redirect_uri, ..Self::default() }
    }
}

/// `GET /`: the token is in the address, as Pelm's documentation has it. Anything else is the start page.
pub(super) async fn by_link(
    State(web): State<Web>,
    query: Result<Query<Entrance>, QueryRejection>,
    request: Request<Body>,
) -> Response {
    let entrance = query.map(|Query(entrance)| entrance).unwrap_or_default();
    if !entrance.connect_token.is_empty() || !entrance.redirect_uri.is_empty() {
        return enter(&web, entrance, request.headers()).await;
    }
    if web.company.is_some() && request.uri().path() == "/" {
        return quickstart::page(State(web), request).await;
    }
    super::not_found::answer(request).await
}

/// `POST /`: the same as a form, from any page.
pub(super) async fn by_form(
    State(web): State<Web>,
    headers: HeaderMap,
    form: Result<Form<Entrance>, FormRejection>,
) -> Response {
    enter(&web, form.map(|Form(entrance)| entrance).unwrap_or_default(), &headers).await
}

pub(super) async fn enter(web: &Web, entrance: Entrance, headers: &HeaderMap) -> Response {
    let Entrance { connect_token, redirect_uri, state, language } = entrance;
    let token = Secret::new(connect_token);
    let wished = Language::of_tag(&language).or_else(origin::language);
    if let Err(error) = web.service.enter(&token, &redirect_uri, &state).await {
        return origin::speaking(wished, async { refused(&error) }).await;
    }
    // A page that frames this is one of its own origin, or of the one that it returns to.
    let sent_from = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let framed_by = sent_from
        .filter(|text| Origin::parse(text).is_ok())
        .or_else(|| RedirectUri::parse(&redirect_uri).ok().map(|uri| uri.origin().as_str().to_owned()));
    let asked = Asked { language, origin: framed_by.unwrap_or_default(), found: None };
    origin::speaking(wished, show(web, &token, asked, Moment::Quiet, StatusCode::OK)).await
}

/// `POST /connect/step`: what a customer does on a screen. The answer is the next screen.
pub(super) async fn step(
    State(web): State<Web>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let mut step = match form.map(|Form(fields)| Step::of(fields)) {
        Ok(Some(step)) => step,
        Ok(None) => return plain_words(StatusCode::UNPROCESSABLE_ENTITY),
        Err(unreadable) => return plain_words(unreadable.status()),
    };
    let token = Secret::new(std::mem::take(&mut step.key));
    let counted = match Token::parse_of_run(token.expose()).and_then(|token| token.handle()) {
        Some(handle) => web.service.limits().run(handle.as_str()),
        None => web.service.limits().address(),
    };
    if let Err(TooMany { seconds }) = counted {
        return too_many(seconds);
    }
    let wished = Language::of_tag(&step.l).or_else(origin::language);
    let response = origin::speaking(wished, take(&web, token, step)).await;
    // Keys that nobody has are made up as fast as one likes: they are counted by who sends them.
    if response.status() == StatusCode::UNAUTHORIZED
        && let Err(TooMany { seconds }) = web.service.limits().address()
    {
        return too_many(seconds);
    }
    response
}

fn too_many(seconds: u32) -> Response {
    let mut response = plain_words(StatusCode::TOO_MANY_REQUESTS);
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

async fn take(web: &Web, token: Secret, step: Step) -> Response {
    let mut asked = Asked { language: step.l.clone(), origin: step.o.clone(), found: None };
    match act(&web.service, &token, step).await {
        Ok(Next::Screen) => show(web, &token, asked, Moment::Quiet, StatusCode::OK).await,
        Ok(Next::Found(query, rows)) => {
            asked.found = Some((query, rows));
            show(web, &token, asked, Moment::Quiet, StatusCode::OK).await
        }
        Ok(Next::Over { company, address }) => over(&company, address),
        Err(error) => failed(web, &token, asked, error).await,
    }
}

/// What is said of a call that was refused: it stands on the screen where the customer is, if that can be told.
async fn failed(web: &Web, token: &Secret, asked: Asked, error: RunError) -> Response {
    match error {
        RunError::TokenInvalid => ended(),
        // A screen of before: the one of now says more than an error.
        RunError::OutOfPlace => show(web, token, asked, Moment::Quiet, StatusCode::OK).await,
        RunError::Fault(fault) => {
            tracing::error!(%fault, "a step of a run failed");
            show(web, token, asked, Moment::Lost, StatusCode::INTERNAL_SERVER_ERROR).await
        }
    }
}

/// The screen where the run is.
async fn show(web: &Web, token: &Secret, asked: Asked, moment: Moment, status: StatusCode) -> Response {
    match document(web, token, &asked).await {
        Ok(run) if matches!(run.view.screen, Screen::Checking { .. }) => watch(web.clone(), run, asked),
        Ok(run) => whole(web, &run, &asked, moment, status),
        Err(RunError::TokenInvalid) => ended(),
        Err(error) => {
            tracing::error!(%error, "a screen could not be shown");
            plain_words(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Who acts is given more time before the time is over: a document cannot ask (WCAG 2.2, 2.2.1).
async fn document(web: &Web, token: &Secret, asked: &Asked) -> Result<RunDocument, RunError> {
    let frame = Origin::parse(&asked.origin).ok();
    let run = web.service.document(token, frame.as_ref()).await?;
    if run.view.seconds_left < web.service.settings().connect_token_seconds / 2 {
        web.service.keep_open(token).await?;
    }
    Ok(run)
}

/// A document that says what is being done and goes on with the screen that comes of it, in one answer: no reload, no
/// script.
fn watch(web: Web, run: RunDocument, asked: Asked) -> Response {
    let (waits, heading) = waiting(&run);
    let first = format!("{}{waits}", head(&web, &run, &heading));
    let language = Some(run.language);
    let (key, step) = (run.key.clone(), run.view.step);
    let rest = stream::once(origin::carry(origin::speaking(language, async move {
        let mut step = step;
        loop {
            match web.service.wait(&key, step).await {
                Ok(view) if matches!(view.screen, Screen::Checking { .. }) => step = view.step,
                Ok(_) | Err(RunError::OutOfPlace) => break,
                Err(RunError::TokenInvalid) => {
                    return message(words().modal.expired_title, words().modal.expired_text);
                }
                Err(RunError::Fault(fault)) => {
                    tracing::error!(%fault, "a step of a run failed");
                    return message(words().pages.back_fault_title, words().pages.back_fault_text);
                }
            }
        }
        match document(&web, &key, &asked).await {
            Ok(run) => screen(&run, &asked, Moment::Quiet),
            Err(error) => {
                tracing::error!(%error, "a screen could not be shown");
                message(words().pages.back_fault_title, words().pages.back_fault_text)
            }
        }
    })));
    let parts = stream::iter([first]).chain(rest).chain(stream::iter([END.to_owned()]));
    going_on(&run, parts.map(|part| Ok::<_, Infallible>(Bytes::from(part))))
}

/// What stands in the place of a screen that there is none of any more.
fn message(title: &str, text: &str) -> String {
    format!(
        "<div class=\"stage\" data-shown=\"true\"><section class=\"sheet\" role=\"dialog\" aria-label=\"{title}\">\
         <main class=\"main middle\"><h1>{title}</h1><p>{text}</p></main></section></div>"
    )
}

/// The run is over: back to the company, if it wants to have the customer back.
fn over(company: &str, address: Option<String>) -> Response {
    let Some(address) = address else {
        let texts = words().pages;
        return page(words(), StatusCode::OK, texts.back_title, texts.back_text, "");
    };
    go_on(words(), &address, &fill(words().pages.return_link, &[("company", company)]))
}

/// A token that is not good: nothing is known of where to go back to.
fn ended() -> Response {
    page(words(), StatusCode::UNAUTHORIZED, words().modal.expired_title, words().modal.expired_text, "")
}

fn plain_words(status: StatusCode) -> Response {
    let texts = words().pages;
    page(words(), status, texts.back_fault_title, texts.back_fault_text, "")
}

/// The language of the work in hand.
fn words() -> &'static Words {
    Words::of(origin::language().unwrap_or_default())
}

/// A link that does not work. The customer is told to go back; the developer, what is wrong with it.
fn refused(error: &EnterError) -> Response {
    match error {
        EnterError::Run(RunError::TokenInvalid | RunError::OutOfPlace) => ended(),
        EnterError::Run(RunError::Fault(fault)) => {
            tracing::error!(%fault, "a run could not be opened");
            plain_words(StatusCode::INTERNAL_SERVER_ERROR)
        }
        EnterError::Uri(_) | EnterError::NotRegistered | EnterError::State => {
            let texts = words().pages;
            let text = format!("<p>{}</p><p lang=\"en\"><small>{error}</small></p>", texts.entrance_text);
            page(words(), StatusCode::BAD_REQUEST, texts.entrance_title, &text, "")
        }
    }
}

/// A button that goes on with a run, for a page on which a customer comes back.
pub(super) fn way_on(key: &Secret, words: &Words) -> String {
    format!(
        "<form method=\"post\" action=\"/connect/step\"><input type=\"hidden\" name=\"key\" value=\"{}\">\
         <input type=\"hidden\" name=\"way\" value=\"look\"><button>{}</button></form>",
        key.expose(),
        words.modal.proceed
    )
}
