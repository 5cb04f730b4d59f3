//! The bills of an account.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use maud::{Markup, html};

use super::text::{long_date, service, short_date, thousandths, unit};
use super::usage::heading;
use super::{Customer, Failure};
use crate::bill_pdf::{self, BillFigures};
use crate::data::{self, Bill, Money};

pub(crate) async fn show(customer: Customer, Path(number): Path<String>) -> Result<Response, Failure> {
    let account = customer.account(&number)?;
    let bills = data::bills(&account, customer.visit.app.now());
    let base = format!("/account/{}/bills", account.number);
    let body = html! {
        (heading(&account, "Bills"))
        @if let Some(bill) = bills.last() { (latest(&base, bill)) } @else {
            section.card #no-bills { h2 { "No bills yet" } p { "Your first bill is on its way." } }
        }
        @if !bills.is_empty() {
            section.card {
                h2 { "All statements" }
                table.bills {
                    thead { tr { th scope="col" { "Statement" } th.wide scope="col" { "Period" } th.wide scope="col" { "Due" } th.number.wide scope="col" { "New charges" } th.number scope="col" { "To pay" } th.wide.status scope="col" { "Status" } th scope="col" { span.hidden { "Download" } } } }
                    tbody {
                        @for bill in bills.iter().rev() {
                            tr data-bill=(bill.id) {
                                th scope="row" { (short_date(bill.issued)) }
                                td.wide { (short_date(bill.period.start)) " – " (short_date(data::moved(bill.period.end, 1.day(), -1))) }
                                td.wide { (short_date(bill.due)) }
                                td.number.wide { (bill.new_charges) }
                                td.number { (bill.total_due) }
                                td.wide.status { (status(bill)) }
                                td { a href={ (base) "/" (bill.id) ".pdf" } aria-label={ "PDF of the statement of " (long_date(bill.issued)) } { "PDF" } }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(customer.page("Bills", "bills", &body))
}

fn latest(base: &str, bill: &Bill) -> Markup {
    html! {
        section.card.latest {
            div.columns {
                div.side {
                    h2 { "Latest bill" }
                    p.amount { (bill.total_due) }
                    p.muted { @if bill.total_due > Money::ZERO { "Due on " (long_date(bill.due)) } @else { "Nothing to pay" } }
                    p { (status(bill)) }
                    p.actions { a.button.plain href={ (base) "/" (bill.id) ".pdf" } { "Statement (PDF)" } }
                }
                div.main {
                    @for section in &bill.sections {
                        h3 {
                            (service(section.meter.kind))
                            span.muted { " · " (thousandths(section.delivered)) " " (unit(section.meter.kind)) }
                        }
                        table {
                            tbody { @for line in &section.lines { tr { th scope="row" { (line.label) } td.number { (line.amount) } } } }
                            tfoot { tr { th scope="row" { "Total" } td.number { (section.total()) } } }
                        }
                    }
                }
            }
        }
    }
}

fn status(bill: &Bill) -> Markup {
    html! {
        @match (bill.paid, bill.total_due > Money::ZERO) {
            (Some(paid), _) => span.badge.good { "Paid " (short_date(paid)) },
            (None, true) => span.badge { "Open" },
            (None, false) => span.badge.good { "Credit" },
        }
    }
}

pub(crate) async fn pdf(
    customer: Customer,
    Path((number, file)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let account = customer.account(&number)?;
    let id = file.strip_suffix(".pdf").ok_or(Failure::NotFound)?;
    let bills = data::bills(&account, customer.visit.app.now());
    let bill = bills.iter().find(|bill| bill.id == id).ok_or(Failure::NotFound)?;
    let name = format!("attachment; filename=\"sunrise-{}-{id}.pdf\"", account.number);
    let headers = [(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, bill_pdf::render(&BillFigures::of(&account, bill))).into_response())
}
