//! The published tariff.

use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::layout::{Frame, frame};
use crate::data::{ELECTRIC, GAS, Money, Tariff};

pub(crate) async fn show() -> Response {
    let body = html! {
        h1 { "Residential rates" }
        p.lead { "What electricity and gas cost. A bill lists each of these lines, rounded to the cent." }
        div.two { (sheet("Electricity", "kWh", &ELECTRIC)) (sheet("Gas", "therm", &GAS)) }
        p.small.muted { "Invented prices of a utility that does not exist. Bills cover calendar months, are issued on the 6th and are due 21 days later." }
    };
    let page = frame(&Frame { title: "Rates", id: "rates", customer: None }, &body);
    Html(page.into_string()).into_response()
}

fn sheet(service: &str, unit: &str, tariff: &Tariff) -> Markup {
    html! {
        section.card {
            h2 { (service) } p.muted { (tariff.name) }
            table {
                tbody {
                    tr { th scope="row" { (tariff.daily.label) } td.number { (Money(tariff.daily.price)) " a day" } }
                    @for price in tariff.usage {
                        tr { th scope="row" { (price.label) } td.number { (Money(price.price)) " a " (unit) } }
                    }
                    @if let Some(price) = tariff.credit {
                        tr { th scope="row" { (price.label) } td.number { "-" (Money(price.price)) " a " (unit) } }
                    }
                }
            }
        }
    }
}
