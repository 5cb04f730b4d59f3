//! Intervals and their corrections.

use serde_json::json;

use super::common::{kind, number, seconds, string, uuid, value};
use super::model::{Access, Answer, Field, Object, Operation, Parameter, Place, Shape, Trouble};
use crate::api::ErrorCode::{
    DataUnavailable, FeatureUnavailable, ParameterInvalid, ParameterMissing, PermissionDenied,
};
use crate::api::{MAX_LIMIT, MAX_TIME};

pub(super) fn operations() -> Vec<Operation> {
    let intervals = Operation {
        id: "listIntervals",
        method: "GET",
        path: "/intervals",
        group: "Usage",
        title: "List usage intervals",
        about: INTERVALS_ABOUT,
        access: Access::User,
        parameters: [which(), dates(), page(), tag()].concat(),
        body: Vec::new(),
        answer: Answer {
            other: vec![("text/csv", CSV)],
            ..Answer::json("The intervals.", Shape::Named("Usage"), INTERVALS)
        }
        .tagged()
        .header("Link")
        .link("nextPage", "listIntervals", &[("cursor", "$response.body#/next_cursor")]),
        errors: [
            vec![Trouble::new(
                400,
                ParameterInvalid,
                "The `cursor` was given for other parameters, or `end_date` is not later than `start_date`.",
            )],
            common_errors(),
        ]
        .concat(),
        sample: &[("account_id", "ea100000-0000-0000-0000-000000000000"), ("type", "ELECTRIC"), ("limit", "1000")],
        deprecated: false,
    };
    let restatements = Operation {
        id: "listRestatements",
        path: "/restatements",
        title: "List corrections",
        about: RESTATEMENTS_ABOUT,
        parameters: [which(), dates(), tag()].concat(),
        answer: Answer::json("The corrections.", Shape::Named("Restatements"), RESTATEMENTS).tagged(),
        errors: [
            vec![Trouble::new(400, ParameterInvalid, "`end_date` is not later than `start_date`.")],
            common_errors(),
        ]
        .concat(),
        sample: &[("account_id", "ea100000-0000-0000-0000-000000000000"), ("type", "ELECTRIC")],
        ..intervals.clone()
    };
    let older = Operation {
        id: "listIntervalsOfAccount",
        path: "/accounts/{account_id}/intervals",
        title: "List usage intervals (older path)",
        about: "The same as `GET /intervals`. Without `type` it means electricity.",
        parameters: [
            vec![
                Field::new("account_id", uuid(), "An account's `id`.").at(Place::Path),
                Field::new("type", kind(), "`ELECTRIC` if it is absent.").optional().at(Place::Query),
            ],
            dates(),
            page(),
            tag(),
        ]
        .concat(),
        answer: Answer {
            other: vec![("text/csv", CSV)],
            ..Answer::json("The intervals.", Shape::Named("Usage"), INTERVALS)
        }
        .tagged()
        .header("Link"),
        sample: &[("account_id", "ea100000-0000-0000-0000-000000000000"), ("limit", "1000")],
        deprecated: true,
        ..intervals.clone()
    };
    vec![intervals, restatements, older]
}

fn which() -> Vec<Parameter> {
    let query =
        |name, schema: serde_json::Value, about| Field::new(name, schema, about).optional().at(Place::Query);
    vec![
        query("account_id", uuid(), "An account's `id`, together with `type`."),
        query("type", kind(), "`ELECTRIC` or `GAS`. Required with `account_id`."),
        query("meter_id", uuid(), "A meter's `id`, instead of `account_id`."),
    ]
}

fn dates() -> Vec<Parameter> {
    let time = json!({"type": "integer", "minimum": 0, "maximum": MAX_TIME});
    let date = |name, about| Field::new(name, time.clone(), about).optional().at(Place::Query);
    vec![
        date("start_date", "From here on, in seconds since 1970. Without it: two months before `end_date`."),
        date(
            "end_date",
            "Up to here, exclusive. Without it: two months after `start_date`; without both: the last two months.",
        ),
    ]
}

fn page() -> Vec<Parameter> {
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT});
    vec![
        Field::new("limit", limit, "Most intervals of the answer. Without it all come in one.")
            .optional()
            .at(Place::Query),
        Field::new("cursor", value(), "`next_cursor` of the page before.").optional().at(Place::Query),
    ]
}

/// `If-None-Match`.
pub(super) fn tag() -> Vec<Parameter> {
    let about = "The `ETag` of the answer that you have: if it has not changed, the answer is 304 without a body.";
    vec![Field::new("If-None-Match", string(), about).optional().at(Place::Header)]
}

fn common_errors() -> Vec<Trouble> {
    vec![
        Trouble::new(400, ParameterMissing, "Neither `meter_id` nor `account_id` with `type` is given."),
        Trouble::new(
            400,
            ParameterInvalid,
            "`meter_id` and `account_id` are given, or the meter is not of this `type`.",
        ),
        Trouble::new(400, FeatureUnavailable, "The account has no meter of this type, or the meter no intervals."),
        Trouble::new(
            403,
            PermissionDenied,
            "The access token is not for this account or meter, or the customer does not share usage.",
        ),
        Trouble::new(
            500,
            DataUnavailable,
            "The data asked for is being read. The newest two months come seconds after the link, the rest in minutes.",
        ),
    ]
}

pub(super) fn objects() -> Vec<Object> {
    let head = || {
        vec![
            Field::new("utility", string(), "Name of the utility."),
            Field::new("type", kind(), "What was measured."),
            Field::new("time_zone", string(), "Of the utility, as in the IANA database."),
            Field::new("account", Shape::Named("Account"), "As in `GET /accounts`."),
        ]
    };
    let several = || Field::new("meter_id", uuid(), "There if the answer is about several meters.").optional();
    let positive = json!({"type": "integer", "minimum": 1});
    vec![
        Object {
            name: "Usage",
            fields: [
                head(),
                vec![
                    Field::new("intervals", Shape::rows(Shape::Named("Interval")), "By meter, then by `start`."),
                    Field::new("next_cursor", string(), "For `cursor` of the next page; absent on the last.")
                        .optional(),
                ],
            ]
            .concat(),
        },
        Object {
            name: "Interval",
            fields: vec![
                Field::new("start", seconds(), "In seconds since 1970."),
                Field::new("end", seconds(), "Exclusive."),
                Field::new("usage", number(), "What went to the customer, in kWh or therms.").optional(),
                Field::new(
                    "received",
                    number(),
                    "What came from the customer (solar). Never subtracted from `usage`.",
                )
                .optional(),
                Field::new("ghg_emissions", number(), "`usage` × the state's rate, in kg CO₂e.").optional(),
                several(),
            ],
        },
        Object {
            name: "Restatements",
            fields: [
                head(),
                vec![
                    Field::new(
                        "restatements",
                        Shape::rows(Shape::Named("Restatement")),
                        "By meter, oldest interval first.",
                    ),
                    Field::new("unit", json!({"type": "string", "enum": ["kwh", "therm"]}), "Of the values."),
                ],
            ]
            .concat(),
        },
        Object {
            name: "Restatement",
            fields: vec![
                Field::new("start", seconds(), "Of the interval."),
                Field::new("end", seconds(), "Of the interval, exclusive."),
                Field::new("end_before", seconds(), "There if the length was corrected.").optional(),
                Field::new("usage_before", number(), "What `GET /intervals` gave.").optional(),
                Field::new("usage", number(), "What it gives now.").optional(),
                Field::new("received_before", number(), "The same for what came from the customer.").optional(),
                Field::new("received", number(), "What it gives now.").optional(),
                Field::new("revision", positive, "Rises with each correction."),
                Field::new("restated_at", seconds(), "When the new value was read."),
                several(),
            ],
        },
    ]
}

const INTERVALS_ABOUT: &str = "What was used, for `account_id` with `type`, or for `meter_id`. Up to two years of \
    history, in the finest granularity that the utility gives for each time (15 minutes to a day); nothing is counted \
    twice.\n\n\
    - An interval belongs to the question by its `start`. A gap is a gap: missing intervals are absent, never 0.\n\
    - `Accept: text/csv` gives the same as CSV.\n\
    - With `limit`, an answer that is not the last has `next_cursor` (in JSON) and the header `Link` with the address of \
    the next page. A cursor does not expire; new data moves nothing. It belongs to its account or meter, type and dates.\n\
    - Corrected values replace earlier ones; `GET /restatements` tells which.";

const RESTATEMENTS_ABOUT: &str = "Which values the utility has corrected, for those who keep a copy of the intervals. \
    A value that was corrected more than once is there as often. What `GET /intervals` does not show is left out.";

const INTERVALS: &str = r#"{
  "utility": "Pacific Gas and Electric",
  "type": "ELECTRIC",
  "time_zone": "America/Los_Angeles",
  "account": {
    "id": "ea100000-0000-0000-0000-000000000000",
    "account_number": "1077345636",
    "address": "1 WARRIORS WAY SAN FRANCISCO CA 94158",
    "available_meter_types": ["GAS", "ELECTRIC"],
    "meters": [
      { "id": "ea110000-0000-0000-0000-000000000000", "type": "GAS" },
      { "id": "ea120000-0000-0000-0000-000000000000", "type": "ELECTRIC" }
    ],
    "usage_unit": "kwh",
    "gas_usage_unit": "therm",
    "ghg_emissions_unit": "kg_co2e"
  },
  "intervals": [
    { "start": 1772265600, "end": 1772266500, "usage": 0.184, "ghg_emissions": 0.032948 },
    { "start": 1772266500, "end": 1772267400, "usage": 0.201, "ghg_emissions": 0.035992 }
  ],
  "next_cursor": "AAAAAGmhk4AAAAAAaaGagOoSAAA"
}"#;

const CSV: &str = "meter_id,start,end,usage_kwh,received_kwh,ghg_emissions_kg_co2e\r\n\
    ea120000-0000-0000-0000-000000000000,1772265600,1772266500,0.184,,0.032948\r\n";

const RESTATEMENTS: &str = r#"{
  "utility": "Pacific Gas and Electric",
  "type": "ELECTRIC",
  "time_zone": "America/Los_Angeles",
  "account": {
    "id": "ea200000-0000-0000-0000-000000000000",
    "account_number": "2077345636",
    "address": "1 FERRY BUILDING SAN FRANCISCO CA 94105",
    "available_meter_types": ["ELECTRIC"],
    "meters": [{ "id": "ea210000-0000-0000-0000-000000000000", "type": "ELECTRIC" }],
    "usage_unit": "kwh",
    "ghg_emissions_unit": "kg_co2e"
  },
  "restatements": [
    {
      "start": 1772265600,
      "end": 1772266500,
      "usage_before": 0.2,
      "usage": 0.184,
      "revision": 2,
      "restated_at": 1772798400
    }
  ],
  "unit": "kwh"
}"#;
