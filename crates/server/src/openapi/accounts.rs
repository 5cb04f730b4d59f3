//! Users, their accounts and meters.

use serde_json::json;

use super::common::{kind, string, uuid, value};
use super::model::{Access, Answer, Field, Object, Operation, Parameter, Place, Shape, Trouble};
use crate::api::ErrorCode::{DataUnavailable, PermissionDenied};

pub(super) fn operations() -> Vec<Operation> {
    let user = Operation {
        id: "getUser",
        method: "GET",
        path: "/users/{user_id}",
        group: "Customers",
        title: "Get a user",
        about: "The link of a customer: at which utility, under which user name, and whether the login still works. \
                With `\"credentials_valid\": false` no new data comes until the customer has been through Connect \
                again, with the same `user_id`.",
        access: Access::User,
        parameters: vec![user_id()],
        body: Vec::new(),
        answer: Answer::json("The user.", Shape::Named("User"), USER),
        errors: vec![Trouble::new(403, PermissionDenied, "The access token is for another `user_id`.")],
        sample: &[("user_id", "customer-1")],
        deprecated: false,
    };
    let delete = Operation {
        id: "deleteUser",
        method: "DELETE",
        title: "Delete a user",
        about: "Deletes the link and everything that was read through it. All access tokens of this user stop working \
                at once.",
        answer: Answer::json("The user is deleted.", Shape::Named("DeletedUser"), DELETED),
        ..user.clone()
    };
    let accounts = Operation {
        id: "listAccounts",
        path: "/accounts",
        title: "List accounts",
        about: "The accounts under the customer's login, usually one for each property, with their meters. There is at \
                least one.",
        parameters: Vec::new(),
        answer: Answer::json("The accounts.", Shape::rows(Shape::Named("Account")), ACCOUNTS)
            .link("electricity", "listIntervals", &[("account_id", "$response.body#/0/id"), ("type", "ELECTRIC")])
            .link("meter", "listIntervals", &[("meter_id", "$response.body#/0/meters/0/id")])
            .link("corrections", "listRestatements", &[("meter_id", "$response.body#/0/meters/0/id")])
            .link("bills", "listBills", &[("account_id", "$response.body#/0/id")]),
        errors: vec![Trouble::new(
            500,
            DataUnavailable,
            "The utility still prepares the data of a customer who has agreed on its site. Try again in a while.",
        )],
        sample: &[],
        ..user.clone()
    };
    vec![user, delete, accounts]
}

fn user_id() -> Parameter {
    let mut schema = value();
    schema["minLength"] = json!(1);
    Field::new("user_id", schema, "Your own id of the customer, as in the connect token.").at(Place::Path)
}

pub(super) fn objects() -> Vec<Object> {
    let kinds = json!({"type": "array", "items": kind()});
    vec![
        Object {
            name: "User",
            fields: vec![
                Field::new("id", string(), "Your own id of the customer."),
                Field::new("utility", Shape::Named("LinkedUtility"), "The utility of the link."),
                Field::new("utility_username", string(), "User name at the utility."),
                Field::new(
                    "credentials_valid",
                    json!({"type": "boolean"}),
                    "False when the customer must go through Connect again.",
                ),
            ],
        },
        Object {
            name: "LinkedUtility",
            fields: vec![
                Field::new("id", json!({"type": "integer"}), "Stable number."),
                Field::new("full_name", string(), "Its name in full."),
            ],
        },
        Object {
            name: "DeletedUser",
            fields: vec![
                Field::new("id", string(), "Your own id of the customer."),
                Field::new("deleted", json!({"type": "boolean", "const": true}), "It is."),
            ],
        },
        Object {
            name: "Account",
            fields: vec![
                Field::new("id", uuid(), "For `account_id`. It stays the same."),
                Field::new(
                    "account_number",
                    string(),
                    "As on the bill, with its leading zeros; empty if a customer's file does not say it.",
                ),
                Field::new("address", string(), "On one line; empty if a customer's file does not say it."),
                Field::new("available_meter_types", kinds, "What it measures."),
                Field::new("meters", Shape::rows(Shape::Named("Meter")), "Its meters."),
                Field::new(
                    "usage_unit",
                    json!({"type": "string", "enum": ["kwh", "therm"]}),
                    "Unit of `usage`; `therm` for gas alone.",
                ),
                Field::new(
                    "gas_usage_unit",
                    json!({"type": "string", "const": "therm"}),
                    "Unit of gas; absent without gas.",
                )
                .optional(),
                Field::new(
                    "ghg_emissions_unit",
                    json!({"type": "string", "const": "kg_co2e"}),
                    "Unit of `ghg_emissions`.",
                ),
            ],
        },
        Object {
            name: "Meter",
            fields: vec![
                Field::new("id", uuid(), "For `meter_id`."),
                Field::new("type", kind(), "What it measures."),
            ],
        },
    ]
}

const USER: &str = r#"{
  "id": "customer-1",
  "utility": { "id": 1, "full_name": "Pacific Gas & Electricity" },
  "utility_username": "user@pelm.com",
  "credentials_valid": true
}"#;

const DELETED: &str = r#"{
  "id": "customer-1",
  "deleted": true
}"#;

const ACCOUNTS: &str = r#"[
  {
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
  }
]"#;
