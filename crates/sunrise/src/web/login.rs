//! The sign-in form, and the pages on which a sign-in ends.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use connect_core::secret::Secret;
use maud::html;

use super::layout::{Frame, frame, token};
use super::{Failure, Visit, VisitForm, confirm, notice_box, sso};
use crate::logins::{Action, Play, PortalLogin};
use crate::session::{Notice, Stage};

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let notice = visit.take_notice()?;
    let (csrf, typed) = visit.with(|session| (session.csrf().to_owned(), session.typed.clone()))?;
    let wrong = notice == Some(Notice::WrongLogin);
    let body = html! {
        section.narrow.card {
            h1 { "Sign in" }
            p.muted { "To your online account at Sunrise Power & Gas." }
            (notice_box(notice))
            form method="post" action="/login" #login-form {
                (token(&csrf))
                label for="username" { "User name or e-mail" }
                input #username name="username" type="text" value=(typed) autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus[!wrong] aria-describedby=[wrong.then_some("wrong-login")];
                label for="password" { "Password" }
                input #password name="password" type="password" autocomplete="current-password" required autofocus[wrong] aria-describedby=[wrong.then_some("wrong-login")];
                button.button.full type="submit" { "Sign in" }
            }
            p.small.muted { "No login? This is a sandbox: " a href="/sandbox" { "take one from the list" } "." }
        }
    };
    Ok(visit.page("Sign in", "login", &body))
}

pub(crate) async fn submit(headers: HeaderMap, VisitForm(visit, fields): VisitForm) -> Result<Response, Failure> {
    let username = fields.get("username").trim();
    let password = Secret::new(fields.get("password"));
    let typed: String = username.chars().take(80).collect();
    visit.with(|session| {
        session.typed = typed;
        session.stage = Stage::Anonymous;
    })?;
    let Some(login) = PortalLogin::find(username).filter(|row| row.accepts(&password)) else {
        return visit.tell(Notice::WrongLogin, "/login");
    };
    let refused = match login.play {
        Play::Refuse => true,
        Play::RefuseLater => visit.app.is_refused_by_now(login.username),
        _ => false,
    };
    if refused {
        return visit.tell(Notice::WrongLogin, "/login");
    }
    match login.play {
        Play::Locked => Ok(visit.see("/login/locked")),
        Play::Captcha => Ok(visit.see("/login/check")),
        Play::Changed => Ok(visit.see("/welcome")),
        Play::Down => Err(Failure::Maintenance),
        Play::Action(action) => {
            visit.with(|session| session.stage = Stage::Acting(login, action))?;
            Ok(visit.see(match action {
                Action::Terms => "/login/terms",
                Action::NewPassword => "/login/new-password",
                Action::Enroll => "/login/enroll",
            }))
        }
        Play::Confirm(_) if sso::is_remembered(&visit.app, &headers, login) => sso::admit(&visit, login, false),
        Play::Confirm(step) => confirm::begin(&visit, login, step),
        Play::AcceptLate => {
            tokio::time::sleep(visit.app.config.slow).await;
            sso::admit(&visit, login, false)
        }
        Play::Accept | Play::RefuseLater | Play::DownAfter | Play::ExpireSoon | Play::Refuse => {
            sso::admit(&visit, login, false)
        }
    }
}

pub(crate) async fn show_locked() -> Response {
    let body = html! {
        section.narrow.card {
            h1 { "Your login is locked" }
            p {
                "There were too many tries to sign in, so we locked this login to protect your account. It opens \
                 again after 24 hours, or at once when you call us."
            }
            p { strong { "1-555-0100" } span.muted { " · a number that no one answers" } }
            p.actions { a.button.plain href="/login" { "Back to sign-in" } }
        }
    };
    answer(StatusCode::OK, "Login locked", "locked", &body)
}

pub(crate) async fn show_check() -> Response {
    let body = html! {
        section.narrow.card {
            h1 { "Please confirm that you are a person" }
            p { "Our protection against automated sign-ins wants to be sure. Pick every picture that shows a sunrise." }
            div.pictures aria-hidden="true" {
                @for _ in 0..6 { span {} }
            }
            p.small.muted { "This check belongs to the sandbox login “captcha” and has no solution." }
            p.actions { a.button.plain href="/login" { "Back to sign-in" } }
        }
    };
    answer(StatusCode::FORBIDDEN, "One more check", "captcha", &body)
}

/// A page that has nothing in common with the others, for programs that must notice it.
pub(crate) async fn show_welcome() -> Response {
    let page = html! {
        (maud::DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "MySunrise (sandbox)" } link rel="stylesheet" href="/style.css"; }
            body.new-site {
                h2 { "Hello and welcome to the all-new MySunrise" }
                div { "We have moved things around. Tell us what you think! (A sandbox with invented customers.)" }
            }
        }
    };
    Html(page.into_string()).into_response()
}

fn answer(status: StatusCode, title: &str, id: &str, body: &maud::Markup) -> Response {
    (status, Html(frame(&Frame { title, id, customer: None }, body).into_string())).into_response()
}
