//! Things to do before the portal opens: new terms, a new password, a second step.

use axum::response::Response;
use maud::html;

use super::layout::token;
use super::{Failure, Visit, VisitForm, notice_box, sso};
use crate::logins::{Action, PortalLogin};
use crate::session::{Notice, Stage};

/// The login that has this to do; else back to the sign-in.
fn acting(visit: &Visit, wanted: Action) -> Result<&'static PortalLogin, Failure> {
    let login = visit.with(|session| match session.stage {
        Stage::Acting(login, action) if action == wanted => Some(login),
        _ => None,
    });
    login?.ok_or_else(|| visit.see("/login").into())
}

pub(crate) async fn show_terms(visit: Visit) -> Result<Response, Failure> {
    acting(&visit, Action::Terms)?;
    let notice = visit.take_notice()?;
    let csrf = visit.csrf()?;
    let body = html! {
        section.narrow.card {
            h1 { "Our terms have changed" }
            p { "Please read and accept them to go on to your account. You need to do this only once." }
            (notice_box(notice))
            div.terms tabindex="0" role="region" aria-label="Terms of the online account" {
                h2 { "Terms of the online account" }
                p { "1. This utility does not exist. It promises nothing and asks for nothing." }
                p { "2. Every customer, address, meter and bill shown here is invented." }
                p { "3. You will not enter a password that you use anywhere else." }
            }
            form method="post" action="/login/terms" #terms-form {
                (token(&csrf))
                label.check { input type="checkbox" name="accept" value="yes"; span { "I have read and accept the terms" } }
                button.button.full type="submit" { "Continue" }
            }
            p { a href="/login" { "Not now" } }
        }
    };
    Ok(visit.page("New terms", "terms", &body))
}

/// Accepting opens the portal this time; the scenario begins anew with the next sign-in.
pub(crate) async fn accept_terms(VisitForm(visit, fields): VisitForm) -> Result<Response, Failure> {
    let login = acting(&visit, Action::Terms)?;
    if fields.get("accept").is_empty() {
        visit.tell(Notice::AcceptFirst, "/login/terms")
    } else {
        sso::admit(&visit, login, false)
    }
}

pub(crate) async fn show_new_password(visit: Visit) -> Result<Response, Failure> {
    acting(&visit, Action::NewPassword)?;
    let notice = visit.take_notice()?;
    let csrf = visit.csrf()?;
    let body = html! {
        section.narrow.card {
            h1 { "Your password has expired" }
            p { "Passwords are changed once a year. We will send you a link to choose a new one; then sign in again." }
            (notice_box(notice))
            form method="post" action="/login/new-password" #new-password-form {
                (token(&csrf))
                button.button.full type="submit" { "E-mail me the link" }
            }
            p { a href="/login" { "Not now" } }
        }
    };
    Ok(visit.page("Password expired", "new-password", &body))
}

pub(crate) async fn send_link(VisitForm(visit, _): VisitForm) -> Result<Response, Failure> {
    acting(&visit, Action::NewPassword)?;
    visit.tell(Notice::LinkSent, "/login/new-password")
}

pub(crate) async fn show_enroll(visit: Visit) -> Result<Response, Failure> {
    acting(&visit, Action::Enroll)?;
    let body = html! {
        section.narrow.card {
            h1 { "Add a second step" }
            p {
                "Every online account now needs a second step besides the password: a text message, an e-mail or an \
                 authenticator app. Please set one up in the Sunrise app or by phone, then sign in again."
            }
            p { strong { "1-555-0100" } span.muted { " · a number that no one answers" } }
            p.actions { a.button.plain href="/login" { "Back to sign-in" } }
        }
    };
    Ok(visit.page("Add a second step", "enroll", &body))
}
