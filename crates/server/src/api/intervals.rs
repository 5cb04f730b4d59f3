//! `GET /intervals`, and its older path `GET /accounts/{account_id}/intervals`.

use std::fmt::Write;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use connect_core::connector::MeterKind;
use connect_core::usage::Decimal;

use super::accounts::AccountBody;
use super::auth::Reader;
use super::download::{download, wants_csv};
use super::query::Query;
use super::{ApiError, ApiState};
use crate::service::{Interval, MeterUsage, Usage, Which};

/// Bytes of an interval in JSON, roughly.
const INTERVAL_BYTES: usize = 96;

pub(super) async fn list(
    State(state): State<ApiState>,
    reader: Reader,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let which = match (query.id("meter_id")?, query.id("account_id")?, query.kind()?) {
        (Some(_), Some(_), _) => {
            return Err(ApiError::invalid("Send 'meter_id', or 'account_id' with 'type', not both."));
        }
        (Some(meter), None, _) => Which::Meter(meter),
        (None, Some(account), Some(kind)) => Which::Account(account, kind),
        (None, Some(_), None) => return Err(ApiError::missing("type")),
        (None, None, _) => return Err(ApiError::missing("account_id")),
    };
    answer(&state, &reader, &query, &headers, which).await
}

/// The path of before December 2022. Without a type it means electricity, as it did then.
pub(super) async fn list_of_account(
    State(state): State<ApiState>,
    reader: Reader,
    path: Result<Path<String>, PathRejection>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let account = path.ok().and_then(|Path(id)| uuid::Uuid::try_parse(&id).ok()).ok_or_else(ApiError::foreign)?;
    let which = Which::Account(account, query.kind()?.unwrap_or(MeterKind::Electric));
    answer(&state, &reader, &query, &headers, which).await
}

async fn answer(
    state: &ApiState,
    reader: &Reader,
    query: &Query,
    headers: &HeaderMap,
    which: Which,
) -> Result<Response, ApiError> {
    let window = query.window(state.service.now())?;
    let usage = state.service.usage(reader.principal, which, window).await?;
    if query.kind()?.is_some_and(|kind| kind != usage.kind) {
        return Err(ApiError::invalid("The meter with this 'meter_id' is not of this 'type'."));
    }
    let csv = wants_csv(headers);
    let body = if csv { as_csv(&usage) } else { as_json(usage) };
    Ok(download(reader.client.environment, headers, csv, body))
}

/// Written by hand, because the decimals are exact and there may be 70 000 of them.
fn as_json(usage: Usage) -> String {
    let Usage { utility, time_zone, kind, account, meters } = usage;
    let count: usize = meters.iter().map(|meter| meter.intervals.len()).sum();
    let mut out = String::with_capacity(count * INTERVAL_BYTES + 1024);
    let text = |value: &str| serde_json::to_string(value).unwrap_or_default();
    let account = serde_json::to_string(&AccountBody::from(account)).unwrap_or_default();
    let kind = super::accounts::type_name(kind);
    // Writing to a string cannot fail, here and below.
    let _ = write!(
        out,
        "{{\"utility\":{},\"type\":\"{kind}\",\"time_zone\":{},\"account\":{account},\"intervals\":[",
        text(&utility),
        text(&time_zone)
    );
    let several = meters.len() > 1;
    let mut first = true;
    for MeterUsage { id, intervals } in &meters {
        for interval in intervals {
            out.push_str(if first { "{" } else { ",{" });
            first = false;
            let _ = write!(out, "\"start\":{},\"end\":{}", interval.start, interval.end);
            for (name, value) in values(interval) {
                if let Some(value) = value {
                    let _ = write!(out, ",\"{name}\":{value}");
                }
            }
            if several {
                let _ = write!(out, ",\"meter_id\":\"{id}\"");
            }
            out.push('}');
        }
    }
    out.push_str("]}");
    out
}

fn values(interval: &Interval) -> [(&'static str, Option<Decimal>); 3] {
    [("usage", interval.usage), ("received", interval.received), ("ghg_emissions", interval.emissions)]
}

fn as_csv(usage: &Usage) -> String {
    let unit = match usage.kind {
        MeterKind::Electric => "kwh",
        MeterKind::Gas => "therm",
    };
    let mut out = format!("meter_id,start,end,usage_{unit},received_{unit},ghg_emissions_kg_co2e\r\n");
    for MeterUsage { id, intervals } in &usage.meters {
        for interval in intervals {
            let _ = write!(out, "{id},{},{}", interval.start, interval.end);
            for (_, value) in values(interval) {
                out.push(',');
                if let Some(value) = value {
                    let _ = write!(out, "{value}");
                }
            }
            out.push_str("\r\n");
        }
    }
    out
}
