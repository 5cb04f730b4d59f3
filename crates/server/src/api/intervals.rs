//! `GET /intervals`, and its older path `GET /accounts/{account_id}/intervals`.

use std::fmt::Write;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use connect_core::connector::MeterKind;
use connect_core::usage::{Decimal, Interval};

use super::accounts::{AccountBody, type_name, unit_name};
use super::auth::Reader;
use super::download::{tag_of, tagged, wants_csv};
use super::query::Query;
use super::{ApiError, ApiState};
use crate::service::{MeterUsage, Usage, Which};

/// Bytes of an interval in JSON, roughly.
const INTERVAL_BYTES: usize = 96;

pub(super) async fn list(
    State(state): State<ApiState>,
    reader: Reader,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    answer(&state, &reader, &query, &headers, "/intervals", query.meters()?).await
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
    let path = format!("/accounts/{account}/intervals");
    answer(&state, &reader, &query, &headers, &path, which).await
}

async fn answer(
    state: &ApiState,
    reader: &Reader,
    query: &Query,
    headers: &HeaderMap,
    path: &str,
    which: Which,
) -> Result<Response, ApiError> {
    let window = query.window(state.service.now())?;
    let (usage, next) = match query.page()? {
        None => (state.service.usage(reader.principal, which, window).await?, None),
        Some(page) => state.service.usage_page(reader.principal, which, (window, query.has_dates()), page).await?,
    };
    query.agrees(usage.kind)?;
    let csv = wants_csv(headers);
    let mut body = if csv { as_csv(&usage) } else { as_json(&usage) };
    // Without the cursor: that of a question without dates is another one each second, and the older
    // one, which the caller keeps with its copy of the page, leads on as well.
    let tag = tag_of(&body, next.is_some());
    if let (Some(cursor), false) = (&next, csv) {
        body.truncate(body.len() - 1);
        // Writing to a string cannot fail.
        let _ = write!(body, ",\"next_cursor\":\"{cursor}\"}}");
    }
    let mut response = tagged(reader.client.environment, headers, csv, &tag, body);
    if let Some(cursor) = next {
        let link = format!("<{path}?{}>; rel=\"next\"", query.with_cursor(&cursor));
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

/// The beginning of an answer about meters, up to the open list `list`, with room for so many bytes.
/// Written by hand, as the list itself: the decimals are exact, and there may be 70 000 of them.
pub(super) fn begin<M>(usage: &Usage<M>, list: &str, room: usize) -> String {
    let Usage { utility, time_zone, kind, account, .. } = usage;
    let mut out = String::with_capacity(room + 1024);
    let text = |value: &str| serde_json::to_string(value).unwrap_or_default();
    let account = serde_json::to_string(&AccountBody::from(account.clone())).unwrap_or_default();
    let kind = type_name(*kind);
    // Writing to a string cannot fail, here and below.
    let _ = write!(
        out,
        "{{\"utility\":{},\"type\":\"{kind}\",\"time_zone\":{},\"account\":{account},\"{list}\":[",
        text(utility),
        text(time_zone)
    );
    out
}

fn as_json(usage: &Usage) -> String {
    let meters = &usage.meters;
    let count: usize = meters.iter().map(|meter| meter.intervals.len()).sum();
    let mut out = begin(usage, "intervals", count * INTERVAL_BYTES);
    let several = meters.len() > 1;
    let mut first = true;
    for MeterUsage { id, intervals } in meters {
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
    let unit = unit_name(usage.kind);
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
