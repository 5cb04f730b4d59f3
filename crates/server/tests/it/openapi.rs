//! The description of the API is true: its paths are the router's, its codes the code's, and what the
//! service answers is what it says. `make schemathesis` tries the same with thousands of requests.

use std::collections::{BTreeMap, BTreeSet};

use connect_server::api::{self, ErrorCode};
use connect_server::openapi;
use serde_json::{Value, json};

use crate::support::{Answer, Linked, TestApp, get, post};

fn document() -> Value {
    serde_json::from_str(&openapi::document()).unwrap()
}

/// Methods by path.
type Routes = BTreeMap<String, BTreeSet<String>>;

fn described(document: &Value) -> Routes {
    let paths = document["paths"].as_object().unwrap();
    let methods = |item: &Value| item.as_object().unwrap().keys().map(|m| m.to_uppercase()).collect();
    paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect()
}

fn routed() -> Routes {
    let methods = |methods: &[&str]| methods.iter().map(|method| (*method).to_owned()).collect();
    api::endpoints().iter().map(|endpoint| (endpoint.path.to_owned(), methods(endpoint.methods))).collect()
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let routed = routed();
    assert!(routed.contains_key("/accounts/{account_id}/intervals"), "{routed:?}");
    assert_eq!(described(&document()), routed);
}

#[test]
fn every_error_code_is_described_and_nothing_else() {
    // A code that is new does not compile here; it belongs into `ErrorCode::ALL` as well.
    let known = |code| match code {
        ErrorCode::ParameterMissing
        | ErrorCode::ParameterInvalid
        | ErrorCode::TokenInvalid
        | ErrorCode::CredentialsInvalid
        | ErrorCode::PermissionDenied
        | ErrorCode::FeatureUnavailable
        | ErrorCode::QuotaReached
        | ErrorCode::DataUnavailable
        | ErrorCode::InternalError => true,
    };
    assert!(ErrorCode::ALL.into_iter().all(known));
    let names = ErrorCode::ALL.map(ErrorCode::name);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert_eq!(document()["components"]["schemas"]["Error"]["properties"]["error_code"]["enum"], json!(names));
    let page =
        openapi::page(openapi::Page { base: "http://localhost:8080", styles: "/main.css", quickstart: true });
    for name in names {
        assert!(page.contains(&format!("<code>{name}</code>")), "{name}");
    }
}

#[tokio::test]
async fn answers_are_as_described() {
    let linked = Linked::synced("user@pelm.com").await;
    let described = Described(document());
    let account = "ea100000-0000-0000-0000-000000000000";
    let bills = linked.get("/bills").await;
    let bill = bills.ok()[0]["bills"][0]["id"].as_str().unwrap().to_owned();
    linked.app.asks_to_be_told(&linked.company, "v").await;
    linked.app.place.clock.advance(60);
    linked.app.asks_to_be_told(&linked.company, "w").await;
    for (path, address) in [
        ("/accounts", "/accounts".to_owned()),
        ("/users/{user_id}", "/users/u".to_owned()),
        ("/intervals", format!("/intervals?account_id={account}&type=ELECTRIC")),
        ("/intervals", format!("/intervals?account_id={account}&type=GAS&limit=2")),
        ("/accounts/{account_id}/intervals", format!("/accounts/{account}/intervals?limit=1")),
        ("/restatements", format!("/restatements?account_id={account}&type=ELECTRIC")),
        ("/bills", "/bills".to_owned()),
        ("/bills/{bill_id}/pdf", format!("/bills/{bill}/pdf")),
        ("/emission-rates", "/emission-rates".to_owned()),
        ("/outage-requests", "/outage-requests".to_owned()),
        ("/utilities", "/utilities".to_owned()),
        ("/openapi.json", "/openapi.json".to_owned()),
        // Refused.
        ("/intervals", "/intervals".to_owned()),
        ("/intervals", format!("/intervals?account_id={account}&type=WIND")),
        ("/users/{user_id}", "/users/somebody-else".to_owned()),
        ("/bills", "/bills?account_id=0".to_owned()),
    ] {
        described.fits("get", path, &linked.get(&address).await);
        described.fits("get", path, &linked.app.send(get(&address)).await);
    }
    let restated = Linked::synced("restated").await;
    restated.app.place.clock.advance(4 * 86_400);
    restated.sync().await;
    let account = restated.account().await;
    let answer = restated.get(&format!("/restatements?account_id={account}&type=ELECTRIC")).await;
    assert!(!answer.ok()["restatements"].as_array().unwrap().is_empty());
    described.fits("get", "/restatements", &answer);
    let solar = Linked::synced("solar").await;
    let account = solar.account().await;
    let answer = solar.get(&format!("/intervals?account_id={account}&type=ELECTRIC")).await;
    assert!(answer.ok()["intervals"].as_array().unwrap().iter().any(|i| i.get("received").is_some()));
    described.fits("get", "/intervals", &answer);
}

#[tokio::test]
async fn answers_to_bodies_are_as_described() {
    let (app, company) = TestApp::start().await;
    let described = Described(document());
    let code = app.code(&company, "u").await;
    for (path, call) in [
        ("/auth/connect-token", post("/auth/connect-token").form(&[("user_id", "v")])),
        ("/auth/connect_token", post("/auth/connect_token").json(&json!({"user_id": "v", "utility_id": null}))),
        ("/auth/token", post("/auth/token").form(&[("code", &code)])),
        ("/auth/token", post("/auth/token").form(&[("code", &code)])),
        ("/auth/connect-token", post("/auth/connect-token")),
        ("/auth/connect-token", post("/auth/connect-token").body("text/plain", "user_id=v")),
        ("/auth/connect-token", post("/auth/connect-token").form(&[("user_id", &"x".repeat(70_000))])),
    ] {
        described.fits("post", path, &app.send(call.by(&company)).await);
    }
    described.fits("post", "/auth/token", &app.send(post("/auth/token")).await);
}

#[test]
fn examples_are_as_described() {
    let described = Described(document());
    let mut examples = 0;
    let paths = described.0["paths"].as_object().unwrap();
    let operations = paths.values().flat_map(|item| item.as_object().unwrap().values());
    for response in operations.flat_map(|operation| operation["responses"].as_object().unwrap().values()) {
        let Some(json) = response["content"].get("application/json") else { continue };
        let several = json["examples"].as_object().into_iter().flat_map(|all| all.values());
        for example in several.map(|example| &example["value"]).chain(json.get("example")) {
            described.check(&json["schema"], example, "example");
            examples += 1;
        }
    }
    assert!(examples > 50, "{examples}");
}

/// The document, and as much of JSON Schema as it uses. Fields that it does not name are wrong here.
struct Described(Value);

impl Described {
    /// The answer has one of the statuses of the operation, with the headers and the body of it.
    #[track_caller]
    fn fits(&self, method: &str, path: &str, answer: &Answer) {
        let responses = &self.0["paths"][path][method]["responses"];
        let response = &responses[answer.status.to_string()];
        assert!(response.is_object(), "{method} {path}: {answer:?}");
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let header = self.resolve(header);
            let there = !answer.header(name).is_empty();
            assert!(there || header["required"] != true, "{name}: {method} {path}: {answer:?}");
        }
        let media = answer.header("content-type");
        let content = response["content"].get(media).unwrap_or_else(|| panic!("{media}: {method} {path}"));
        if media == "application/json" {
            self.check(&content["schema"], &serde_json::from_slice(&answer.body).unwrap(), path);
        }
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let Some(reference) = schema["$ref"].as_str() else { return schema };
        self.0.pointer(&reference[1..]).unwrap_or_else(|| panic!("{reference}"))
    }

    #[track_caller]
    fn check(&self, schema: &Value, value: &Value, at: &str) {
        let schema = self.resolve(schema);
        let right = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            other => panic!("{at}: {other:?}"),
        };
        assert!(right, "{at}: {value} is not {schema}");
        let one_of = schema["enum"].as_array().is_none_or(|values| values.contains(value));
        assert!(one_of && schema.get("const").is_none_or(|only| only == value), "{at}: {value}");
        if schema["format"] == "uuid" {
            assert!(uuid::Uuid::try_parse(value.as_str().unwrap()).is_ok(), "{at}: {value}");
        }
        for row in value.as_array().into_iter().flatten().take(1000) {
            self.check(&schema["items"], row, at);
        }
        // Without a list of fields it is any object.
        let (Some(fields), Some(object)) = (schema["properties"].as_object(), value.as_object()) else { return };
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(name.as_str().unwrap()), "{at}: {name} is missing in {value}");
        }
        for (name, value) in object {
            let field = fields.get(name).unwrap_or_else(|| panic!("{at}: {name} is not described"));
            self.check(field, value, &format!("{at} {name}"));
        }
    }
}
