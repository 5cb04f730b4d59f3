//! Pages for what cannot be answered, each with a way on.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::layout::{Frame, frame};
use crate::sign::RandomError;

/// What cannot be answered.
#[derive(Debug)]
pub(crate) enum Failure {
    /// This visitor has to go somewhere else first.
    Elsewhere(Box<Response>),
    /// There is no such page, or it belongs to someone else.
    NotFound,
    /// A form without the session's token.
    Forbidden,
    /// A form that cannot be read.
    BadRequest,
    /// The page has no such method.
    MethodNotAllowed,
    /// The site is down, as the scenario has it.
    Maintenance,
    /// A mistake of the portal.
    Internal,
}

impl From<RandomError> for Failure {
    fn from(_: RandomError) -> Self {
        Self::Internal
    }
}

impl From<Response> for Failure {
    fn from(response: Response) -> Self {
        Self::Elsewhere(Box::new(response))
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Maintenance => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal | Self::Elsewhere(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn page(&self) -> Markup {
        let (id, title, text) = match self {
            Self::NotFound => (
                "not-found",
                "We can’t find that page",
                "The address may be mistyped, or the page belongs to an account that isn’t yours.",
            ),
            Self::Forbidden => (
                "forbidden",
                "Please start again",
                "This form was opened in another visit, or long ago. To protect your account we did not accept it. \
                 Nothing was changed.",
            ),
            Self::BadRequest => {
                ("bad-request", "We couldn’t read that", "Please go back to the page and send the form again.")
            }
            Self::MethodNotAllowed => {
                ("bad-method", "That can’t be done here", "Please open the page from the menu and try again.")
            }
            Self::Maintenance => (
                "maintenance",
                "We’ll be right back",
                "Online accounts are closed while we work on them. Power and gas are not affected. Please try again \
                 later today.",
            ),
            Self::Internal | Self::Elsewhere(_) => (
                "internal-error",
                "Something went wrong on our side",
                "It was not your doing, and nothing was changed. Please try again in a few minutes.",
            ),
        };
        let body = html! {
            section.narrow.card {
                h1 { (title) }
                p { (text) }
                p.actions {
                    @if !matches!(self, Self::Maintenance) { a.button href="/account" { "Go to your account" } }
                    a.button.plain href="/" { "Home page" }
                }
                p.small.muted { "In an emergency, or if you smell gas, call 911. This is a sandbox: no one works here." }
            }
        };
        frame(&Frame { title, id, customer: None }, &body)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Self::Elsewhere(response) = self {
            return *response;
        }
        let mut response = (self.status(), Html(self.page().into_string())).into_response();
        if matches!(self, Self::Maintenance) {
            response.headers_mut().insert(RETRY_AFTER, 3600.into());
        }
        response
    }
}
