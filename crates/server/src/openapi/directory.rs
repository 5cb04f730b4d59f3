//! What is the same for all customers.

use connect_core::emissions;
use serde_json::json;

use super::common::{number, string, value};
use super::model::{Access, Answer, Field, Object, Operation, Place, Shape, Trouble};
use crate::api::ErrorCode::{FeatureUnavailable, ParameterInvalid};

pub(super) fn operations() -> Vec<Operation> {
    let states: Vec<_> = emissions::rates().map(|rate| rate.state).collect();
    let states = json!({"type": "string", "enum": states});
    let utilities = Operation {
        id: "listUtilities",
        method: "GET",
        path: "/utilities",
        group: "Reference",
        title: "List utilities",
        about: "The directory: every utility that a customer can find in Connect. Public.",
        access: Access::Public,
        parameters: Vec::new(),
        body: Vec::new(),
        answer: Answer {
            headers: vec!["X-Request-Id"],
            ..Answer::json("The utilities.", Shape::rows(Shape::Named("Utility")), UTILITIES)
        },
        errors: Vec::new(),
        sample: &[],
        deprecated: false,
    };
    let rates = Operation {
        id: "listEmissionRates",
        path: "/emission-rates",
        title: "List emission rates",
        about: "What a kWh emits, by `utility_slug` or by `state`; with neither, all rates. A rate is the yearly average \
                of a US state (EPA eGRID), flat over the day. A utility that serves several states has none.",
        access: Access::Client,
        parameters: vec![
            Field::new("utility_slug", value(), "A utility's `slug`.").optional().at(Place::Query),
            Field::new("state", states, "A state's two-letter code; `US` is the average of the country.")
                .optional()
                .at(Place::Query),
        ],
        answer: Answer::json("The rates.", Shape::Named("EmissionRates"), RATES),
        errors: vec![
            Trouble::new(400, ParameterInvalid, "The utility or the state is unknown, or both are given."),
            Trouble::new(400, FeatureUnavailable, "No rate is known for this utility."),
        ],
        sample: &[("state", "CA")],
        ..utilities.clone()
    };
    let document = Operation {
        id: "getOpenApi",
        path: "/openapi.json",
        title: "Get the OpenAPI document",
        about: "This API, described for programs (OpenAPI 3.1). Public.",
        answer: Answer {
            headers: vec!["X-Request-Id"],
            ..Answer::json("The document.", json!({"type": "object"}), "{ \"openapi\": \"3.1.0\" }")
        },
        ..utilities.clone()
    };
    let waiting = Operation {
        id: "listOutageRequests",
        path: "/outage-requests",
        title: "List outage requests",
        about: "Your customers who met an outage of their utility and asked to be told when it works again, the longest \
                wait first. Once `works_since` is there, create a connect token for such a customer and send them a link to \
                your page. A request goes when the customer links the utility, and after 30 days.",
        access: Access::Client,
        answer: Answer::json("The requests.", Shape::rows(Shape::Named("OutageRequest")), WAITING),
        ..utilities.clone()
    };
    vec![utilities, rates, waiting, document]
}

pub(super) fn objects() -> Vec<Object> {
    let number_of = json!({"type": "integer", "minimum": 1});
    let states = json!({"type": "array", "items": {"type": "string"}});
    let status = json!({"type": "string", "enum": ["sandbox", "maintenance", "unsupported"]});
    vec![
        Object {
            name: "Utility",
            fields: vec![
                Field::new("id", number_of, "Stable number."),
                Field::new("slug", string(), "Stable name, for `utility_slug`."),
                Field::new("name", string(), "As customers know it."),
                Field::new("states", states, "Codes of states and provinces."),
                Field::new(
                    "status",
                    status,
                    "`sandbox`: can be linked by sandbox clients; `maintenance`: not for now; `unsupported`: not yet.",
                ),
            ],
        },
        Object {
            name: "OutageRequest",
            fields: vec![
                Field::new("user_id", string(), "Your own id of the customer."),
                Field::new("utility_id", json!({"type": "integer"}), "The utility, by number."),
                Field::new(
                    "utility_slug",
                    string(),
                    "The same by name; empty for one that has left the directory.",
                ),
                Field::new("asked_at", super::common::seconds(), "When it was asked last."),
                Field::new(
                    "works_since",
                    super::common::seconds(),
                    "When somebody was served there after that, if it still works.",
                )
                .optional(),
            ],
        },
        Object {
            name: "EmissionRates",
            fields: vec![Field::new("rates", Shape::rows(Shape::Named("EmissionRate")), "One for each state.")],
        },
        Object {
            name: "EmissionRate",
            fields: vec![
                Field::new("state", string(), "Two-letter code; `US` is the average of the country."),
                Field::new("kg_co2e_per_kwh", number(), "Kilograms of CO₂ equivalent a kWh."),
                Field::new("method", string(), "Flat over the year and the day."),
                Field::new("source", string(), "Who published it."),
                Field::new("source_year", json!({"type": "integer"}), "The year that it describes."),
            ],
        },
    ]
}

const UTILITIES: &str = r#"[
  {
    "id": 1,
    "slug": "pge",
    "name": "Pacific Gas and Electric",
    "states": ["CA"],
    "status": "sandbox"
  }
]"#;

const WAITING: &str = r#"[
  {
    "user_id": "customer-1",
    "utility_id": 1,
    "utility_slug": "pge",
    "asked_at": 1772366400,
    "works_since": 1772370000
  }
]"#;

const RATES: &str = r#"{
  "rates": [
    {
      "state": "CA",
      "kg_co2e_per_kwh": 0.179064206,
      "method": "annual_average",
      "source": "EPA eGRID2023",
      "source_year": 2023
    }
  ]
}"#;
