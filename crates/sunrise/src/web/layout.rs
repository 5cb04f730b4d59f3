//! What every page has around its content.

use maud::{DOCTYPE, Markup, html};

use crate::session::Notice;

/// Around a page.
pub(crate) struct Frame<'a> {
    pub(crate) title: &'a str,
    /// Names the page: identifier of its main part.
    pub(crate) id: &'a str,
    /// The form token of a customer who has signed in.
    pub(crate) customer: Option<&'a str>,
}

/// A whole page.
pub(crate) fn frame(frame: &Frame<'_>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (frame.title) " · Sunrise Power & Gas (sandbox)" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="/favicon.svg" type="image/svg+xml";
            }
            body {
                a.skip href="#page" { "Skip to content" }
                aside.sandbox aria-label="Sandbox" {
                    strong { "Sandbox. " }
                    "This utility does not exist and its customers are invented. "
                    a href="/sandbox" { "Logins to try" }
                }
                header.top {
                    div.wrap {
                        a.brand href=(if frame.customer.is_some() { "/account" } else { "/" }) {
                            (sun())
                            span { "Sunrise" small { "Power & Gas" } }
                        }
                        nav aria-label="Main" {
                            @if let Some(csrf) = frame.customer {
                                a href="/account" { "Overview" }
                                a.wide href="/rates" { "Rates" }
                                form method="post" action="/logout" {
                                    (token(csrf))
                                    button.plain-link type="submit" { "Sign out" }
                                }
                            } @else {
                                a href="/rates" { "Rates" }
                                a href="/login" { "Sign in" }
                            }
                        }
                    }
                }
                main #page data-page=(frame.id) tabindex="-1" { div.wrap { (body) } }
                footer {
                    div.wrap {
                        p { "Sunrise Power & Gas is part of the sandbox of Connect. No energy is sold here." }
                        p { a href="/rates" { "Rates" } " · " a href="/sandbox" { "About this sandbox" } }
                    }
                }
            }
        }
    }
}

/// The hidden field of every form.
pub(crate) fn token(csrf: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(csrf); }
}

/// The mark: a sun over the horizon.
pub(crate) fn sun() -> Markup {
    html! {
        svg.sun viewBox="0 0 40 40" aria-hidden="true" focusable="false" {
            rect width="40" height="40" rx="10" {}
            path.rays d="M20 7v4M8.7 11.7l2.8 2.8M31.3 11.7l-2.8 2.8M4.5 24h4M31.5 24h4" {}
            path.disc d="M11 26a9 9 0 0 1 18 0z" {}
            path.line d="M6 29.5h28M11 33.5h18" {}
        }
    }
}

/// What a page tells about the step before it.
pub(crate) fn notice_box(notice: Option<Notice>) -> Markup {
    let Some(notice) = notice else { return html! {} };
    let (id, bad, text) = match notice {
        Notice::WrongLogin => (
            "wrong-login",
            true,
            "That user name and password don’t go together. Check both and try again: capital letters count in \
             the password."
                .to_owned(),
        ),
        Notice::Expired => (
            "session-expired",
            false,
            "You were away for a while, so we signed you out to keep your account safe. Please sign in again."
                .to_owned(),
        ),
        Notice::SignedOut => ("signed-out", false, "You have signed out. See you soon.".to_owned()),
        Notice::TooManyCodes => (
            "too-many-codes",
            true,
            "Those were three wrong answers, so we stopped. Please sign in again to get a new try.".to_owned(),
        ),
        Notice::WrongCode { left } => (
            "wrong-code",
            true,
            format!(
                "That’s not the right answer. You have {left} {} left.",
                if left == 1 { "try" } else { "tries" }
            ),
        ),
        Notice::CodeExpired => {
            ("code-expired", true, "This code is too old. Send a new one and enter that.".to_owned())
        }
        Notice::TooSoon => (
            "too-soon",
            true,
            "We have just sent a code. Please wait 30 seconds before you ask for another one.".to_owned(),
        ),
        Notice::Resent => ("code-resent", false, "A new code is on its way.".to_owned()),
        Notice::LinkSent => (
            "link-sent",
            false,
            "In real life a link would now be in your mail box. The sandbox sends nothing.".to_owned(),
        ),
        Notice::AcceptFirst => {
            ("accept-first", true, "Please tick the box to accept the terms, then continue.".to_owned())
        }
        Notice::BadPeriod => (
            "bad-period",
            true,
            "Please choose a first and a last day, in this order, no more than 13 months apart.".to_owned(),
        ),
        Notice::ChooseFirst => {
            ("choose-first", true, "Please choose at least one of the options below.".to_owned())
        }
    };
    html! {
        div.notice.bad[bad] id=(id) role=(if bad { "alert" } else { "status" }) { p { (text) } }
    }
}
