//! The pages that ask for a code or an answer.

use axum::response::Response;
use maud::{Markup, html};

use super::layout::token;
use super::{Failure, Visit, VisitForm, confirm, notice_box};
use crate::logins::{By, QUESTION, Twist, Way};
use crate::session::{Confirming, Step};

const SENT: &str = "/login/code";
const APP: &str = "/login/authenticator";
const ASKED: &str = "/login/question";

fn is_sent(pending: &Confirming) -> bool {
    matches!(pending.step, Step::Sent { .. })
}

fn is_app(pending: &Confirming) -> bool {
    pending.confirm.by == By::App
}

fn is_question(pending: &Confirming) -> bool {
    pending.confirm.by == By::Question
}

pub(crate) async fn show_sent(visit: Visit) -> Result<Response, Failure> {
    let pending = confirm::pending(&visit, is_sent)?;
    let Step::Sent { way, .. } = pending.step else { return Err(visit.see("/login").into()) };
    let how = match way {
        Way::Text => "in a text message to",
        Way::Email => "by e-mail to",
        Way::Call => "by phone call to",
    };
    let late = pending.confirm.twist == Some(Twist::LateCode);
    let text = html! {
        p { "We sent a code with 6 digits " (how) " " strong.to { (way.to()) } "." }
        @if !late { p.small.muted { "The code works for five minutes." } }
    };
    let csrf = visit.csrf()?;
    let more = html! {
        form.again method="post" action="/login/code/resend" #resend-form {
            (token(&csrf))
            button.plain-link type="submit" { "Send a new code" }
            span.muted { " · 30 seconds after the last one" }
        }
        @if pending.confirm.by == By::Choice { p { a href="/login/verify" { "Get it another way" } } }
    };
    page(&visit, "code", SENT, &text, &code_field(), &more)
}

pub(crate) async fn submit_sent(VisitForm(visit, fields): VisitForm) -> Result<Response, Failure> {
    let pending = confirm::pending(&visit, is_sent)?;
    confirm::judge(&visit, &pending, &fields, SENT)
}

pub(crate) async fn resend(VisitForm(visit, _): VisitForm) -> Result<Response, Failure> {
    let pending = confirm::pending(&visit, is_sent)?;
    confirm::resend(&visit, &pending)
}

pub(crate) async fn show_app(visit: Visit) -> Result<Response, Failure> {
    confirm::pending(&visit, is_app)?;
    let text = html! { p { "Open your authenticator app and enter the 6 digits it shows for Sunrise." } };
    page(&visit, "authenticator", APP, &text, &code_field(), &html! {})
}

pub(crate) async fn submit_app(VisitForm(visit, fields): VisitForm) -> Result<Response, Failure> {
    let pending = confirm::pending(&visit, is_app)?;
    confirm::judge(&visit, &pending, &fields, APP)
}

pub(crate) async fn show_question(visit: Visit) -> Result<Response, Failure> {
    confirm::pending(&visit, is_question)?;
    let text = html! { p { "Please answer the question that you chose when you set up your account." } };
    let field = html! {
        label for="answer" { (QUESTION) }
        input #answer name="answer" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" required autofocus;
    };
    page(&visit, "question", ASKED, &text, &field, &html! {})
}

pub(crate) async fn submit_question(VisitForm(visit, fields): VisitForm) -> Result<Response, Failure> {
    let pending = confirm::pending(&visit, is_question)?;
    confirm::judge(&visit, &pending, &fields, ASKED)
}

fn code_field() -> Markup {
    html! {
        label for="code" { "Code" }
        input.code #code name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="20" required autofocus;
    }
}

fn page(
    visit: &Visit,
    id: &str,
    action: &str,
    text: &Markup,
    field: &Markup,
    more: &Markup,
) -> Result<Response, Failure> {
    let notice = visit.take_notice()?;
    let csrf = visit.csrf()?;
    let body = html! {
        section.narrow.card {
            h1 { "Check that it’s you" }
            (text)
            (notice_box(notice))
            form method="post" action=(action) #code-form {
                (token(&csrf))
                (field)
                label.check { input type="checkbox" name="remember_device" value="yes"; span { "Remember this device for 90 days" } }
                button.button.full type="submit" { "Continue" }
            }
            (more)
            p { a href="/login" { "Cancel" } }
        }
    };
    Ok(visit.page("Check that it’s you", id, &body))
}
