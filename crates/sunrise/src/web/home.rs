//! The public front page.

use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::layout::{Frame, frame};

pub(crate) async fn show() -> Response {
    let body = html! {
        section.hero {
            (horizon())
            h1 { "Energy for the early hours, and for all the others" }
            p.lead { "See your usage by the hour, look up your bills and download your data. It is all in your online account." }
            p.actions {
                a.button href="/login" { "Sign in" }
                a.button.plain href="/rates" { "See our rates" }
            }
        }
        section.tiles aria-label="What you can do online" {
            div.card { h2 { "Your usage" } p { "Electricity by the hour or quarter of an hour, gas by the day, up to yesterday." } }
            div.card { h2 { "Your bills" } p { "Two years of statements, as a table and as PDF." } }
            div.card { h2 { "Green Button" } p { "Download My Data as a file, or let an app you trust read it." } }
        }
    };
    let page = frame(&Frame { title: "Home", id: "home", customer: None }, &body);
    Html(page.into_string()).into_response()
}

/// The sun over hills, for wide screens.
fn horizon() -> Markup {
    html! {
        svg.horizon viewBox="0 0 400 260" aria-hidden="true" focusable="false" {
            path.rays d="M236 14v30M139 54l20 22M333 54l-20 22M92 140h30M350 140h30M184 26l11 27M288 26l-11 27M108 94l26 12M364 94l-26 12" {}
            circle.disc cx="236" cy="150" r="78" {}
            path.far d="M0 206c70-54 138-52 214-16s120 22 186-14v84H0z" {}
            path.near d="M0 236c92-38 168-36 246-12s104 14 154-8v44H0z" {}
            path.wire d="M52 260v-96M36 176h32M40 188h24M352 260v-84M338 186h28M341 196h22M68 176c92 34 178 36 270 10" {}
        }
    }
}
