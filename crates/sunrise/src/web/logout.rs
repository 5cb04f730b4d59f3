//! Signing out.

use axum::response::Response;
use maud::html;

use super::layout::token;
use super::{Customer, CustomerForm, Failure, Visit};
use crate::session::{Notice, Stage};

/// A link must not sign anyone out: it asks.
pub(crate) async fn ask(customer: Customer) -> Response {
    let body = html! {
        section.narrow.card {
            h1 { "Sign out?" }
            form method="post" action="/logout" {
                (token(&customer.csrf))
                p.actions { button.button type="submit" { "Sign out" } a.button.plain href="/account" { "Stay" } }
            }
        }
    };
    customer.page("Sign out", "logout", &body)
}

pub(crate) async fn submit(CustomerForm(customer, _): CustomerForm) -> Result<Response, Failure> {
    let app = &customer.visit.app;
    let reset = Visit::reset(app, &customer.visit.id, Stage::Anonymous)?;
    reset.tell(Notice::SignedOut, "/login")
}
