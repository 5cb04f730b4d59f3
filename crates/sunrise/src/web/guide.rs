//! What this sandbox is, and the logins to try.

use axum::response::{Html, IntoResponse, Response};
use maud::html;

use super::layout::{Frame, frame};
use crate::logins::LOGINS;

pub(crate) async fn show() -> Response {
    let body = html! {
        h1 { "About this sandbox" }
        p.lead {
            "Sunrise Power & Gas does not exist. Its web site is here so that software which signs in to utilities \
             can be tried on one. Addresses lie in no country, nothing is sent, and every login below is public."
        }
        p { strong { "Do not enter a real password here. " } "What happens is chosen by the user name." }
        section.card {
                table.logins {
                    thead { tr { th scope="col" { "User name" } th scope="col" { "Password" } th scope="col" { "Code or answer" } th scope="col" { "What happens" } } }
                    tbody {
                        @for row in LOGINS {
                            tr {
                                th scope="row" { code { (row.username) } }
                                td { code { (row.password) } }
                                td { @if let Some(code) = row.code() { code { (code) } } @else { "–" } }
                                td { (row.what) }
                            }
                        }
                    }
                }
        }
        h2 { "Rules" }
        ul.prose {
            li { "Case and surrounding space do not matter in the user name; the password is taken exactly as typed." }
            li { "The third wrong code or answer ends the sign-in. A code that was sent works for five minutes and can be sent again after 30 seconds." }
            li { "A remembered device skips the second step for 90 days. Without a page, a session ends after 15 minutes." }
            li { "The readings were recorded by real meters and published as Green Button samples; they are repeated and moved in time. Prices are invented." }
        }
    };
    let page = frame(&Frame { title: "About this sandbox", id: "sandbox", customer: None }, &body);
    Html(page.into_string()).into_response()
}
