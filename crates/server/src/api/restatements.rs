//! `GET /restatements`: values that the utility has corrected.

use std::fmt::Write;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::accounts::unit_name;
use super::auth::Reader;
use super::download::download;
use super::intervals::begin;
use super::query::Query;
use super::{ApiError, ApiState};
use crate::service::{MeterRestatements, Usage};

/// Bytes of a restatement in JSON, roughly.
const BYTES: usize = 128;

pub(super) async fn list(
    State(state): State<ApiState>,
    reader: Reader,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let which = query.meters()?;
    let window = query.window(state.service.now())?;
    let usage = state.service.restatements(reader.principal, which, window).await?;
    query.agrees(usage.kind)?;
    Ok(download(reader.client.environment, &headers, false, as_json(&usage)))
}

fn as_json(usage: &Usage<MeterRestatements>) -> String {
    let count: usize = usage.meters.iter().map(|meter| meter.restated.len()).sum();
    let mut out = begin(usage, "restatements", count * BYTES);
    let several = usage.meters.len() > 1;
    let mut comma = "";
    for MeterRestatements { id, restated } in &usage.meters {
        for one in restated {
            // Writing to a string cannot fail, here and below.
            let _ = write!(out, "{comma}{{\"start\":{},\"end\":{}", one.start, one.end);
            if one.end_before != one.end {
                let _ = write!(out, ",\"end_before\":{}", one.end_before);
            }
            let name = if one.received { "received" } else { "usage" };
            let _ = write!(
                out,
                ",\"{name}_before\":{},\"{name}\":{},\"revision\":{},\"restated_at\":{}",
                one.before,
                one.now,
                one.revision,
                one.at.as_second()
            );
            if several {
                let _ = write!(out, ",\"meter_id\":\"{id}\"");
            }
            out.push('}');
            comma = ",";
        }
    }
    let _ = write!(out, "],\"unit\":\"{}\"}}", unit_name(usage.kind));
    out
}
