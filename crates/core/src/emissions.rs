//! Emission rates of electricity, by US state.
//!
//! Source: EPA eGRID2023, annual CO₂ equivalent total output emission rate of the state
//! (`data/README.md`). It is one average for a year and a state: flat over the day, and the same for
//! all its utilities. Gas has no rate here, and no state outside the US has one.

use crate::directory::Utility;
use crate::usage::Decimal;

/// Where the rates come from.
pub const SOURCE: &str = "EPA eGRID2023";
/// The year that they describe.
pub const SOURCE_YEAR: u16 = 2023;
/// How they were made.
pub const METHOD: &str = "annual_average";

const TABLE: &str = include_str!("../data/egrid2023.csv");
/// Kilograms in a pound, exactly: 0.453 592 37 (international avoirdupois pound).
const KG_PER_LB: Decimal = Decimal { units: 45_359_237, exponent: -8 };
/// Digits after the point of a rate in kg per kWh.
const RATE_PLACES: i8 = 9;
/// Digits after the point of an emission in kg: a milligram.
const EMISSION_PLACES: i8 = 6;

/// The emission rate of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmissionRate {
    /// Two-letter code of the state; `US` is the average of the country.
    pub state: &'static str,
    /// Kilograms of CO₂ equivalent a kWh.
    pub kg_per_kwh: Decimal,
}

impl EmissionRate {
    /// Kilograms of CO₂ equivalent of so many kWh, to the milligram.
    pub fn of(self, kwh: Decimal) -> Option<Decimal> {
        Some(self.kg_per_kwh.times(kwh)?.round(EMISSION_PLACES))
    }
}

/// All rates, by state.
pub fn rates() -> impl Iterator<Item = EmissionRate> {
    TABLE.lines().skip(1).filter_map(|line| {
        let (state, lb_per_mwh) = line.split_once(',')?;
        let kg_per_mwh = parse(lb_per_mwh)?.times(KG_PER_LB)?;
        let kg_per_kwh = Decimal { exponent: kg_per_mwh.exponent - 3, ..kg_per_mwh }.round(RATE_PLACES);
        Some(EmissionRate { state, kg_per_kwh })
    })
}

/// The rate of a state, by its two-letter code.
pub fn of_state(code: &str) -> Option<EmissionRate> {
    rates().find(|rate| rate.state.eq_ignore_ascii_case(code))
}

/// The rate of a utility: that of its only state. A utility that serves several has none, because
/// nothing says in which of them a meter is.
pub fn of_utility(utility: &Utility) -> Option<EmissionRate> {
    match utility.states.as_slice() {
        [state] if utility.country == "US" => of_state(state),
        _ => None,
    }
}

fn parse(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = i8::try_from(fraction.len()).ok()?;
    Some(Decimal { units: format!("{whole}{fraction}").parse().ok()?, exponent: -places })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_the_sources_to_the_last_digit() {
        let text = |state| of_state(state).unwrap().kg_per_kwh.to_string();
        // lb/MWh × 0.45359237 / 1000, by hand.
        assert_eq!(text("CA"), "0.179064206");
        assert_eq!(text("NY"), "0.211653457");
        assert_eq!(text("vt"), "0.023695212");
        assert_eq!(rates().count(), TABLE.lines().count() - 1, "every line is read");
        assert_eq!(of_state("ON"), None);
        assert!(of_state("US").is_some());
    }

    #[test]
    fn an_emission_is_usage_times_rate() {
        let rate = of_state("CA").unwrap();
        let kwh = Decimal { units: 4863, exponent: -3 };
        assert_eq!(rate.of(kwh).unwrap().to_string(), "0.870789");
    }

    #[test]
    fn a_utility_of_several_states_has_no_rate() {
        let directory = crate::directory::Directory::embedded().unwrap();
        let rate = |slug| of_utility(directory.by_slug(slug).unwrap()).map(|rate| rate.state);
        assert_eq!(rate("pge"), Some("CA"));
        assert_eq!(rate("pacificorp"), None);
    }
}
