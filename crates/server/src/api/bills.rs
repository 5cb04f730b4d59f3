//! `GET /bills`: bills, grouped by account.

use std::fmt::Write;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use connect_core::connector::MeterKind;
use connect_core::usage::{Amount, Bill, ChargeKind, StoredBill, money};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::auth::Reader;
use super::download::download;
use super::query::Query;
use super::{ApiError, ApiState};
use crate::service::{AccountBills, Bills};

pub(super) async fn list(
    State(state): State<ApiState>,
    reader: Reader,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let bills = state.service.bills(reader.principal, query.id("account_id")?).await?;
    Ok(download(reader.client.environment, &headers, false, as_json(&bills)))
}

/// Written by hand, because the decimals are exact.
fn as_json(bills: &Bills) -> String {
    let zone = TimeZone::get(&bills.time_zone).unwrap_or(TimeZone::UTC);
    let mut out = String::from("[");
    for (i, AccountBills { account_id, bills }) in bills.accounts.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        // Writing to a string cannot fail, here and below.
        let _ = write!(out, "{comma}{{\"account_id\":\"{account_id}\",\"bills\":[");
        for (i, bill) in bills.iter().enumerate() {
            out.push_str(if i == 0 { "{" } else { ",{" });
            write_bill(&mut out, bill, &zone);
            out.push('}');
        }
        out.push_str("]}");
    }
    out.push(']');
    out
}

fn write_bill(out: &mut String, stored: &StoredBill, zone: &TimeZone) {
    let StoredBill { id, account_id, bill } = stored;
    let _ = write!(out, "\"id\":\"{id}\",\"account_id\":\"{account_id}\"");
    let Bill { start, end, statement_date, due_date, payment_date, .. } = bill;
    let dates = [
        ("start_date", Some(*start)),
        ("end_date", Some(*end)),
        ("statement_date", *statement_date),
        ("due_date", *due_date),
        ("payment_date", *payment_date),
    ];
    for (name, date) in dates {
        field(out, name, date.map(|date: Date| day_start(date, zone)));
    }
    field(out, "currency", bill.currency.as_ref().and_then(|code| serde_json::to_string(code).ok()));
    field(out, "total_amount_due", bill.total_amount_due.map(money));
    field(out, "total_charges", bill.total_charges.map(money));
    let charges = [
        ("electric_charges", ChargeKind::Electric),
        ("gas_charges", ChargeKind::Gas),
        ("other_charges", ChargeKind::Other),
    ];
    out.push_str(",\"charges\":{");
    let mut comma = "";
    for (name, kind) in charges {
        if let Some(amount) = bill.charges_of(kind) {
            let _ = write!(out, "{comma}\"{name}\":{}", money(amount));
            comma = ",";
        }
    }
    out.push('}');
    let usage = |amount: Option<Amount>, kind| amount.and_then(|a| a.scale.value(kind, a.raw));
    field(out, "electric_usage_kwh", usage(bill.electric_usage, MeterKind::Electric));
    field(out, "gas_usage_therm", usage(bill.gas_usage, MeterKind::Gas));
    let _ = write!(out, ",\"pdf\":{}", bill.pdf);
}

/// The instant at which a day begins in a time zone, in seconds since 1970.
fn day_start(date: Date, zone: &TimeZone) -> i64 {
    zone.to_timestamp(date.at(0, 0, 0, 0)).map_or(0, Timestamp::as_second)
}

/// Fields of which nothing is known are left out.
fn field(out: &mut String, name: &str, value: Option<impl std::fmt::Display>) {
    if let Some(value) = value {
        let _ = write!(out, ",\"{name}\":{value}");
    }
}
