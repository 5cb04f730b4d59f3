//! `GET /emission-rates`: what a kWh emits, by utility or state. Ours: the contract names the
//! endpoint and says no more of it.

use axum::extract::State;
use connect_core::emissions::{self, EmissionRate, METHOD, SOURCE, SOURCE_YEAR};
use serde::Serialize;
use serde_json::value::RawValue;

use super::auth::Company;
use super::query::Query;
use super::reply::Reply;
use super::{ApiError, ApiState};

/// Answer of `GET /emission-rates`.
#[derive(Serialize)]
pub(super) struct Rates {
    rates: Vec<Rate>,
}

#[derive(Serialize)]
struct Rate {
    /// Two-letter code of a state; `US` is the average of the country.
    state: &'static str,
    /// Exact, hence not a floating-point number on its way.
    kg_co2e_per_kwh: Box<RawValue>,
    /// Flat over the year and the day.
    method: &'static str,
    source: &'static str,
    source_year: u16,
}

pub(super) async fn list(
    State(state): State<ApiState>,
    Company(client): Company,
    Query(query): Query,
) -> Result<Reply<Rates>, ApiError> {
    let found: Vec<EmissionRate> = match (query.get("utility_slug"), query.get("state")) {
        (Some(_), Some(_)) => return Err(ApiError::invalid("Send 'utility_slug' or 'state', not both.")),
        (None, None) => emissions::rates().collect(),
        (None, Some(code)) => {
            let known =
                || ApiError::invalid("No rate is known for this 'state'. It is a US state's two-letter code.");
            vec![emissions::of_state(code).ok_or_else(known)?]
        }
        (Some(slug), None) => {
            let unknown = || ApiError::invalid("No utility has this 'utility_slug'. GET /utilities lists them.");
            let utility = state.service.directory().by_slug(slug).ok_or_else(unknown)?;
            let none = || ApiError::feature("No emission rate is known for this utility.");
            vec![emissions::of_utility(utility).ok_or_else(none)?]
        }
    };
    let rates = found.into_iter().filter_map(Rate::of).collect();
    Ok(Reply::new(client.environment, Rates { rates }))
}

impl Rate {
    fn of(rate: EmissionRate) -> Option<Self> {
        Some(Self {
            state: rate.state,
            kg_co2e_per_kwh: RawValue::from_string(rate.kg_per_kwh.to_string()).ok()?,
            method: METHOD,
            source: SOURCE,
            source_year: SOURCE_YEAR,
        })
    }
}
