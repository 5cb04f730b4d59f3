//! The choice of the way for a code.

use axum::response::Response;
use maud::html;

use super::layout::token;
use super::{Failure, Visit, VisitForm, confirm, notice_box};
use crate::logins::{By, Way};
use crate::session::Notice;

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    confirm::pending(&visit, |pending| pending.confirm.by == By::Choice)?;
    let notice = visit.take_notice()?;
    let csrf = visit.csrf()?;
    let body = html! {
        section.narrow.card {
            h1 { "Check that it’s you" }
            p { "We will send you a code. How would you like to get it?" }
            (notice_box(notice))
            form method="post" action="/login/verify" #verify-form {
                (token(&csrf))
                fieldset.choices {
                    legend.hidden { "Way for the code" }
                    @for way in Way::ALL {
                        label.choice {
                            input type="radio" name="method" value=(way.id()) required checked[way == Way::Text];
                            span { strong { (way.label()) } span.muted { (way.to()) } }
                        }
                    }
                }
                button.button.full type="submit" { "Send the code" }
            }
            p { a href="/login" { "Cancel" } }
        }
    };
    Ok(visit.page("Check that it’s you", "verify", &body))
}

pub(crate) async fn submit(VisitForm(visit, fields): VisitForm) -> Result<Response, Failure> {
    confirm::pending(&visit, |pending| pending.confirm.by == By::Choice)?;
    let chosen = Way::ALL.into_iter().find(|way| way.id() == fields.get("method"));
    match chosen {
        Some(way) => confirm::send(&visit, way),
        None => visit.tell(Notice::ChooseFirst, "/login/verify"),
    }
}
