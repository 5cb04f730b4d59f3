//! Values that the utility has corrected.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Linked, get};

/// The start of the tests' day: 2026-03-01T12:00:00Z.
const NOW: i64 = 1_772_366_400;
const DAY: i64 = 86_400;
const CLASSIC: &str = "ea100000-0000-0000-0000-000000000000";
const CLASSIC_GAS: &str = "ea110000-0000-0000-0000-000000000000";
const STRANGE: &str = "11111111-0000-0000-0000-000000000000";

fn by_start(list: &[Value]) -> BTreeMap<i64, Value> {
    list.iter().map(|one| (one["start"].as_i64().unwrap(), one.clone())).collect()
}

#[tokio::test]
async fn each_corrected_value_is_told_with_what_it_was() {
    let linked = Linked::synced("restated").await;
    let account = linked.account().await;
    let question = format!("account_id={account}&type=ELECTRIC&start_date={}&end_date={NOW}", NOW - 10 * DAY);
    let restatements = async || linked.get(&format!("/restatements?{question}")).await;
    let before = by_start(&linked.intervals(&question).await);
    let none = restatements().await;
    assert_eq!(none.ok()["restatements"], Value::Array(vec![]));

    linked.app.place.clock.advance(5 * DAY);
    linked.sync().await;
    let after = by_start(&linked.intervals(&question).await);
    let answer = restatements().await;
    let body = answer.ok();
    assert_eq!((&body["type"], &body["unit"]), (&"ELECTRIC".into(), &"kwh".into()));
    assert_eq!(
        (&body["utility"], &body["account"]["id"]),
        (&"Pacific Gas and Electric".into(), &account.as_str().into())
    );
    let list = body["restatements"].as_array().unwrap();
    // What is new since then is no correction.
    let changed: Vec<_> = before.keys().filter(|start| before[start] != after[start]).collect();
    assert!(changed.len() > 20);
    assert!(list.iter().map(|one| one["start"].as_i64().unwrap()).eq(changed.into_iter().copied()));
    for one in list {
        let start = one["start"].as_i64().unwrap();
        // Digit for digit what /intervals said and says.
        assert_eq!(one["usage_before"].to_string(), before[&start]["usage"].to_string());
        assert_eq!(one["usage"].to_string(), after[&start]["usage"].to_string());
        assert_eq!((&one["end"], &one["restated_at"]), (&after[&start]["end"], &(NOW + 5 * DAY).into()));
        assert!(one["revision"].as_i64().unwrap() >= 2);
        assert!(one.get("meter_id").is_none() && one.get("end_before").is_none());
    }
    let tag = answer.header("etag").to_owned();
    assert_ne!(tag, none.header("etag"));
    let call = linked.call(&format!("/restatements?{question}")).header("if-none-match", &tag);
    assert_eq!(linked.app.send(call).await.status, 304);
    // Dates are those of the intervals.
    let first = list[0]["start"].as_i64().unwrap();
    let one = format!("account_id={account}&type=ELECTRIC&start_date={first}&end_date={}", first + 1);
    let one = linked.get(&format!("/restatements?{one}")).await.ok();
    assert_eq!(one["restatements"].as_array().unwrap(), &list[..1]);
}

#[tokio::test]
async fn a_customer_without_corrections_has_none() {
    let linked = Linked::synced("user@pelm.com").await;
    let gas = linked.get(&format!("/restatements?meter_id={CLASSIC_GAS}")).await.ok();
    assert_eq!((&gas["unit"], &gas["restatements"]), (&"therm".into(), &Value::Array(vec![])));
}

#[tokio::test]
async fn what_is_refused_is_refused_as_for_intervals() {
    let linked = Linked::new("user@pelm.com").await;
    let same = async |query: &str, status: u16, code: &str| {
        let answer = linked.get(&format!("/restatements?{query}")).await;
        answer.refused(status, code);
        assert_eq!(answer.body, linked.get(&format!("/intervals?{query}")).await.body);
    };
    same(&format!("meter_id={CLASSIC_GAS}"), 500, "data_unavailable").await;
    linked.sync().await;
    for (query, status, code) in [
        (String::new(), 400, "parameter_missing"),
        (format!("account_id={CLASSIC}"), 400, "parameter_missing"),
        (format!("account_id={CLASSIC}&type=WATER"), 400, "parameter_invalid"),
        (format!("account_id={CLASSIC}&type=GAS&meter_id={CLASSIC_GAS}"), 400, "parameter_invalid"),
        (format!("meter_id={CLASSIC_GAS}&type=ELECTRIC"), 400, "parameter_invalid"),
        (format!("meter_id={CLASSIC_GAS}&start_date=yesterday"), 400, "parameter_invalid"),
        (format!("meter_id={CLASSIC_GAS}&start_date=10&end_date=9"), 400, "parameter_invalid"),
        (format!("meter_id={STRANGE}"), 403, "permission_denied"),
        (format!("account_id={STRANGE}&type=GAS"), 403, "permission_denied"),
        ("account_id=ea200000-0000-0000-0000-000000000000&type=GAS".into(), 400, "feature_unavailable"),
    ] {
        same(&query, status, code).await;
    }
    let path = format!("/restatements?meter_id={CLASSIC_GAS}");
    linked.app.send(get(&path).by(&linked.company)).await.refused(401, "token_invalid");
    linked.app.send(get(&path).bearer(&linked.token)).await.refused(401, "credentials_invalid");
    linked.get("/restatements/x").await.refused(404, "parameter_invalid");
    // Another customer's account.
    let other = linked.app.linked(&linked.company, "other", "restated").await.code().await;
    let other = linked.app.exchange(&linked.company, &other).await;
    let accounts = linked.app.send(get("/accounts").by(&linked.company).bearer(&other)).await.ok();
    let foreign = accounts[0]["id"].as_str().unwrap();
    same(&format!("account_id={foreign}&type=ELECTRIC"), 403, "permission_denied").await;
}
