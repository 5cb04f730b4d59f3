//! The overview: accounts, meters, the latest bill and the last month's usage.

use axum::extract::Path;
use axum::response::Response;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};

use super::chart::{self, Bar, Chart};
use super::text::{how_often, long_date, service, short_date, thousandths, unit};
use super::{Customer, Failure};
use crate::data::{self, Account, Bill, Flow, Meter, Money};

pub(crate) async fn show(customer: Customer) -> Response {
    let now = customer.visit.app.now();
    let accounts = data::accounts(customer.login.username);
    let first_name = accounts.first().and_then(|account| account.holder.split(' ').next());
    let body = html! {
        div.heading {
            h1 { @if let Some(name) = first_name { "Welcome back, " (name) } @else { "Your online account" } }
            @if accounts.len() > 1 { p.muted { (accounts.len()) " accounts belong to this login." } }
        }
        @if accounts.is_empty() {
            section.card #no-accounts {
                h2 { "No accounts yet" }
                p { "No service account is linked to this login. It can take two days after you have moved in; then your account shows up here." }
            }
        }
        @for account in &accounts { (card(account, now)) }
    };
    customer.page("Overview", "overview", &body)
}

/// The address of an account alone leads to its usage.
pub(crate) async fn show_one(customer: Customer, Path(number): Path<String>) -> Result<Response, Failure> {
    let account = customer.account(&number)?;
    Ok(customer.visit.see(&format!("/account/{}/usage", account.number)))
}

fn card(account: &Account, now: Timestamp) -> Markup {
    let base = format!("/account/{}", account.number);
    let bills = data::bills(account, now);
    html! {
        article.card.account data-account=(account.number) {
            header {
                div {
                    h2.address { (account.address) }
                    p.muted {
                        "Account " span.account-number { (account.number) } " · " (account.holder)
                        @if account.closed { " " span.badge { "Closed " (short_date(data::history(account, now).end)) } }
                    }
                }
                nav.tabs aria-label={ "Account " (account.number) } {
                    a href={ (base) "/usage" } { "Usage" }
                    a href={ (base) "/bills" } { "Bills" }
                    a href={ (base) "/greenbutton" } { "Green Button" }
                }
            }
            div.columns {
                div.side {
                    (bill_box(&base, bills.last()))
                    h3 { "Meters" }
                    ul.meters {
                        @for meter in &account.meters {
                            li data-meter=(meter.id) data-kind=(service(meter.kind).to_lowercase()) {
                                strong { (service(meter.kind)) } " "
                                span.muted { "No. " (meter.serial) ", " (how_often(meter)) }
                            }
                        }
                    }
                }
                div.main {
                    @for meter in &account.meters { (recent(account, meter, now)) }
                }
            }
        }
    }
}

fn bill_box(base: &str, bill: Option<&Bill>) -> Markup {
    html! {
        div.bill-box {
            @match bill {
                None => p.muted { "Your first bill is on its way." },
                Some(bill) => {
                    h3 { "Latest bill" }
                    p.amount { (bill.total_due) }
                    p.muted {
                        @match (bill.paid, bill.total_due > Money::ZERO) {
                            (Some(paid), _) => { "Paid on " (long_date(paid)) },
                            (None, true) => { "Due on " (long_date(bill.due)) },
                            (None, false) => "Nothing to pay",
                        }
                    }
                    p { a href={ (base) "/bills/" (bill.id) ".pdf" } { "Statement (PDF)" } }
                }
            }
        }
    }
}

/// The last 30 days that there are.
fn recent(account: &Account, meter: &Meter, now: Timestamp) -> Markup {
    if meter.resolution.seconds().is_none() {
        return html! {
            p.muted.empty { "This meter is read once a month, so there is no usage by day. Your bills show what you used." }
        };
    }
    let days = data::history(account, now);
    let mut date = data::moved(days.end, 30.days(), -1).max(days.start);
    let (first, last) = (date, data::moved(days.end, 1.day(), -1));
    let mut bars = Vec::new();
    while date < days.end {
        let total = |flow| data::day_total(account, meter, flow, date, now);
        bars.push(Bar {
            label: long_date(date),
            delivered: total(Flow::Delivered),
            received: total(Flow::Received),
        });
        date = data::moved(date, 1.day(), 1);
    }
    let sum: i64 = bars.iter().map(|bar| bar.delivered).sum();
    let summary = format!(
        "{} from {} to {}: {} {} in all",
        service(meter.kind),
        long_date(first),
        long_date(last),
        thousandths(sum),
        unit(meter.kind)
    );
    html! {
        h3 { (service(meter.kind)) ", last 30 days" span.muted { " · " (thousandths(sum)) " " (unit(meter.kind)) } }
        (chart::draw(&Chart {
            summary: &summary,
            unit: unit(meter.kind),
            bars: &bars,
            ticks: &[short_date(first), short_date(last)],
        }))
    }
}
