//! Bills and their documents.

use serde_json::json;

use super::common::{number, seconds, uuid};
use super::model::{Access, Answer, Field, Object, Operation, Place, Shape, Trouble};
use super::usage::tag;
use crate::api::ErrorCode::{DataUnavailable, FeatureUnavailable, PermissionDenied};

pub(super) fn operations() -> Vec<Operation> {
    let account = Field::new("account_id", uuid(), "Of this account alone; without it, of all.").optional();
    let bills = Operation {
        id: "listBills",
        method: "GET",
        path: "/bills",
        group: "Bills",
        title: "List bills",
        about: "One entry for each account, with its bills, newest first. Amounts are exact. What the utility does not \
                say is absent.\n\n\
                Dates are days of the utility, given as the second at which they begin there; `end_date` is the day \
                after the last.",
        access: Access::User,
        parameters: [vec![account.at(Place::Query)], tag()].concat(),
        body: Vec::new(),
        answer: Answer::json("The bills.", Shape::rows(Shape::Named("AccountBills")), BILLS).tagged().link(
            "document",
            "getBillPdf",
            &[("bill_id", "$response.body#/0/bills/0/id")],
        ),
        errors: vec![
            Trouble::new(400, FeatureUnavailable, "The utility has no bills."),
            Trouble::new(
                403,
                PermissionDenied,
                "The access token is not for this account, or the customer does not share bills.",
            ),
            Trouble::new(500, DataUnavailable, "The bills are being read. Try again in a while."),
        ],
        sample: &[],
        deprecated: false,
    };
    let pdf = Operation {
        id: "getBillPdf",
        path: "/bills/{bill_id}/pdf",
        title: "Get a bill as a PDF",
        about: "The PDF of a bill with `\"pdf\": true`, as the utility sends it. It is kept, encrypted, from the first \
                request on and then answered from here, also while the utility is down.",
        parameters: [vec![Field::new("bill_id", uuid(), "A bill's `id`.").at(Place::Path)], tag()].concat(),
        answer: Answer {
            shape: None,
            other: vec![("application/pdf", "")],
            ..Answer::json("The document.", Shape::Named("Bill"), "")
        }
        .tagged()
        .header("Content-Disposition"),
        errors: vec![
            Trouble::new(400, FeatureUnavailable, "The bill has no document."),
            Trouble::new(
                403,
                PermissionDenied,
                "The access token is not for this bill, or the customer does not share it.",
            ),
            Trouble::new(
                500,
                DataUnavailable,
                "The utility cannot be asked now, or sent something that is no PDF. Try again in a while.",
            ),
        ],
        sample: &[("bill_id", "01998f60-5c1e-7a50-8d3b-6f3f0a4f7d21")],
        ..bills.clone()
    };
    vec![bills, pdf]
}

pub(super) fn objects() -> Vec<Object> {
    let money = |name, about| Field::new(name, number(), about).optional();
    let day = |name, about| Field::new(name, seconds(), about).optional();
    vec![
        Object {
            name: "AccountBills",
            fields: vec![
                Field::new("account_id", uuid(), "The account."),
                Field::new("bills", Shape::rows(Shape::Named("Bill")), "Newest first."),
            ],
        },
        Object {
            name: "Bill",
            fields: vec![
                Field::new("id", uuid(), "For `bill_id`."),
                Field::new("account_id", uuid(), "The account."),
                Field::new("start_date", seconds(), "First day of the period."),
                Field::new("end_date", seconds(), "The day after the last of the period."),
                day("statement_date", "Day of the statement."),
                day("due_date", "Day by which it is to be paid."),
                day("payment_date", "Day on which it was paid."),
                Field::new("currency", json!({"type": "string"}), "As `USD`.").optional(),
                money("total_amount_due", "With earlier balances; may be negative."),
                money("total_charges", "Of the period alone."),
                Field::new("charges", Shape::Named("Charges"), "What `total_charges` is made of."),
                Field::new("electric_usage_kwh", number(), "Electricity of the period, in kWh.").optional(),
                Field::new("gas_usage_therm", number(), "Gas of the period, in therms.").optional(),
                Field::new("pdf", json!({"type": "boolean"}), "Whether there is a document."),
            ],
        },
        Object {
            name: "Charges",
            fields: vec![
                money("electric_charges", "For electricity."),
                money("gas_charges", "For gas."),
                money("other_charges", "For anything else."),
            ],
        },
    ]
}

const BILLS: &str = r#"[
  {
    "account_id": "ea100000-0000-0000-0000-000000000000",
    "bills": [
      {
        "id": "01998f60-5c1e-7a50-8d3b-6f3f0a4f7d21",
        "account_id": "ea100000-0000-0000-0000-000000000000",
        "start_date": 1767254400,
        "end_date": 1769932800,
        "statement_date": 1770364800,
        "due_date": 1772179200,
        "currency": "USD",
        "total_amount_due": 187.21,
        "total_charges": 187.21,
        "charges": {
          "electric_charges": 121.05,
          "gas_charges": 66.16
        },
        "electric_usage_kwh": 402.118,
        "gas_usage_therm": 31.207,
        "pdf": true
      }
    ]
  }
]"#;
