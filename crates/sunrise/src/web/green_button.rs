//! Green Button: Download My Data.

use axum::extract::Path;
use axum::http::Uri;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use maud::html;

use super::layout::token;
use super::text::long_date;
use super::usage::heading;
use super::{Customer, CustomerForm, Failure, Fields, notice_box};
use crate::data::{self, Account, Days};
use crate::espi::{self, FeedRequest};
use crate::session::Notice;

/// Longest period of one file.
const MAX_DAYS: i32 = 400;

pub(crate) async fn show(customer: Customer, Path(number): Path<String>) -> Result<Response, Failure> {
    let account = customer.account(&number)?;
    let notice = customer.visit.take_notice()?;
    let days = data::history(&account, customer.visit.app.now());
    let last = data::moved(days.end, 1.day(), -1);
    let month = data::moved(days.end, 30.days(), -1).max(days.start);
    let body = html! {
        (heading(&account, "Green Button"))
        section.card {
            h2 { "Download My Data" }
            p { "Your usage and your bills as one file that other programs can read. It is in the Green Button format (ESPI 4.0, XML)." }
            p.muted { "There is data from " (long_date(days.start)) " to " (long_date(last)) "." }
            (notice_box(notice))
            form method="post" action={ "/account/" (account.number) "/greenbutton" } #download-form {
                (token(&customer.csrf))
                fieldset.choices {
                    legend { "Period" }
                    label.choice { input type="radio" name="period" value="30d" checked; span { strong { "Last 30 days" } } }
                    label.choice { input type="radio" name="period" value="12m"; span { strong { "Last 12 months" } } }
                    label.choice { input type="radio" name="period" value="custom"; span { strong { "From day to day" } span.muted { "at most 13 months" } } }
                }
                div.dates {
                    div { label for="from" { "First day" } input #from name="from" type="date" min=(days.start) max=(last) value=(month); }
                    div { label for="to" { "Last day" } input #to name="to" type="date" min=(days.start) max=(last) value=(last); }
                }
                button.button type="submit" { "Download XML" }
            }
        }
        section.card {
            h2 { "Connect My Data" }
            p { "Apps that you trust can read your data without your password. When an app asks for it, you come to a page of ours and choose accounts and period. Nothing is shared before." }
        }
    };
    Ok(customer.page("Green Button", "green-button", &body))
}

/// Works out the period and goes on to the file.
pub(crate) async fn submit(
    Path(number): Path<String>,
    CustomerForm(customer, fields): CustomerForm,
) -> Result<Response, Failure> {
    let account = customer.account(&number)?;
    let base = format!("/account/{}/greenbutton", account.number);
    let days = data::history(&account, customer.visit.app.now());
    let last = data::moved(days.end, 1.day(), -1);
    let chosen = match fields.get("period") {
        "30d" => Some((data::moved(days.end, 30.days(), -1).max(days.start), last)),
        "12m" => Some((data::moved(days.end, 12.months(), -1).max(days.start), last)),
        "custom" => period(&fields).map(|days| (days.start, data::moved(days.end, 1.day(), -1))),
        _ => None,
    };
    match chosen {
        Some((from, to)) => Ok(customer.visit.see(&format!("{base}/download?from={from}&to={to}"))),
        None => customer.visit.tell(Notice::BadPeriod, &base),
    }
}

/// `from` and `to`, both included.
fn period(fields: &Fields) -> Option<Days> {
    let start: Date = fields.get("from").parse().ok()?;
    let last: Date = fields.get("to").parse().ok()?;
    let end = data::moved(last, 1.day(), 1);
    let length = (end - start).get_days();
    (1..=MAX_DAYS).contains(&length).then_some(Days { start, end })
}

pub(crate) async fn download(
    customer: Customer,
    Path(number): Path<String>,
    uri: Uri,
) -> Result<Response, Failure> {
    let account = customer.account(&number)?;
    let Some(days) = period(&Fields::of_query(&uri)) else {
        return customer.visit.tell(Notice::BadPeriod, &format!("/account/{}/greenbutton", account.number));
    };
    let last = data::moved(days.end, 1.day(), -1);
    let name = format!("attachment; filename=\"sunrise-{}-{}-{last}.xml\"", account.number, days.start);
    let headers = [(CONTENT_TYPE, "application/atom+xml; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, file(&account, days, customer.visit.app.now())).into_response())
}

fn file(account: &Account, days: Days, now: Timestamp) -> String {
    let root = format!("/espi/1_1/resource/RetailCustomer/{}/UsagePoint", account.id);
    let accounts = std::slice::from_ref(account);
    espi::feed(&FeedRequest { root: &root, this: &root, accounts, days, now })
}
