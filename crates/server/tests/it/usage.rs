//! What can be read through a link: intervals, bills, documents, emission rates.

use serde_json::Value;

use crate::support::{Answer, Linked, TestApp, get};

const CLASSIC: &str = "ea100000-0000-0000-0000-000000000000";
const CLASSIC_GAS: &str = "ea110000-0000-0000-0000-000000000000";
const CLASSIC_ELECTRIC: &str = "ea120000-0000-0000-0000-000000000000";
const STRANGE: &str = "11111111-0000-0000-0000-000000000000";
/// The start of the tests' day: 2026-03-01T12:00:00Z.
const NOW: i64 = 1_772_366_400;
const DAY: i64 = 86_400;

fn whole(name: &str, interval: &Value) -> i64 {
    interval[name].as_i64().unwrap()
}

#[tokio::test]
async fn before_the_first_turn_the_data_is_on_its_way() {
    let linked = Linked::new("user@pelm.com").await;
    for path in [
        format!("/intervals?account_id={CLASSIC}&type=ELECTRIC"),
        format!("/intervals?meter_id={CLASSIC_GAS}"),
        "/bills".to_owned(),
    ] {
        let answer = linked.get(&path).await;
        answer.refused(500, "data_unavailable");
        assert_eq!(
            answer.message(),
            "We're currently loading data for this account, please try again in 5 minutes."
        );
    }
    linked.get("/accounts").await.ok();
}

#[tokio::test]
async fn intervals_are_those_of_the_last_two_months_without_holes() {
    let linked = Linked::synced("user@pelm.com").await;
    let body = linked.get(&format!("/intervals?account_id={CLASSIC}&type=ELECTRIC&start_date=&end_date=")).await;
    let body = body.ok();
    assert_eq!((&body["utility"], &body["type"]), (&"Pacific Gas and Electric".into(), &"ELECTRIC".into()));
    assert_eq!(body["account"]["id"], CLASSIC);
    assert_eq!(body["time_zone"], "America/Los_Angeles");
    let intervals = body["intervals"].as_array().unwrap();
    // 2026-01-01T12:00Z up to the end of yesterday in California, 2026-03-01T08:00Z.
    assert_eq!(whole("start", &intervals[0]), NOW - 59 * DAY);
    assert_eq!(whole("end", intervals.last().unwrap()), NOW - 4 * 3600);
    assert!(intervals.windows(2).all(|pair| pair[0]["end"] == pair[1]["start"]), "no hole, no overlap");
    assert!(intervals.iter().all(|i| whole("end", i) - whole("start", i) == 900));
    assert!(intervals.iter().all(|i| i["usage"].as_f64().unwrap() >= 0.0 && i["ghg_emissions"].is_number()));
}

#[tokio::test]
async fn both_ways_to_ask_and_the_old_path_answer_alike() {
    let linked = Linked::synced("user@pelm.com").await;
    let dates = format!("start_date={}&end_date={}", NOW - 3 * DAY, NOW - 2 * DAY);
    let by_account = linked.intervals(&format!("account_id={CLASSIC}&type=ELECTRIC&{dates}")).await;
    assert_eq!(by_account.len(), 96);
    assert_eq!(linked.intervals(&format!("meter_id={CLASSIC_ELECTRIC}&{dates}")).await, by_account);
    let old = linked.get(&format!("/accounts/{CLASSIC}/intervals?{dates}")).await;
    assert_eq!(old.ok()["intervals"].as_array().unwrap(), &by_account);
    let gas = linked.get(&format!("/accounts/{CLASSIC}/intervals?type=GAS&{dates}")).await.ok();
    assert_eq!(gas["type"], "GAS");
    assert!(gas["intervals"][0].get("ghg_emissions").is_none(), "no rate is known for gas");
}

/// The only account of a login, and its electricity.
async fn electricity(linked: &Linked, dates: &str) -> Answer {
    let account = linked.account().await;
    linked.get(&format!("/intervals?account_id={account}&type=ELECTRIC{dates}")).await
}

#[tokio::test]
async fn what_comes_from_the_customer_stands_apart() {
    let linked = Linked::synced("solar").await;
    let body = electricity(&linked, "").await.ok();
    let intervals = body["intervals"].as_array().unwrap();
    let sum = |name: &str| intervals.iter().map(|i| i[name].as_f64().unwrap()).sum::<f64>();
    assert!(sum("received") > 1.0 && sum("usage") > 1.0);
    assert!(intervals.iter().all(|i| i["usage"].as_f64().unwrap() >= 0.0), "nothing is subtracted");
    let one_way = Linked::synced("good").await;
    let body = electricity(&one_way, "").await.ok();
    assert!(body["intervals"].as_array().unwrap().iter().all(|i| i.get("received").is_none()));
}

#[tokio::test]
async fn a_meter_that_is_read_for_the_bill_has_bills_and_no_usage() {
    let linked = Linked::synced("no_intervals").await;
    electricity(&linked, "").await.refused(400, "feature_unavailable");
    assert!(!linked.get("/bills").await.ok()[0]["bills"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_closed_account_has_its_past() {
    let linked = Linked::synced("closed_only").await;
    let body = electricity(&linked, "").await.ok();
    assert!(body["intervals"].as_array().unwrap().is_empty());
    let past = format!("&start_date={}&end_date={}", NOW - 600 * DAY, NOW - 590 * DAY);
    assert_eq!(electricity(&linked, &past).await.ok()["intervals"].as_array().unwrap().len(), 240);
}

#[tokio::test]
async fn the_days_of_the_clock_change_have_23_and_25_hours() {
    let linked = Linked::synced("dst").await;
    // 2025-11-02 and 2025-03-09 in California, by local midnights.
    for (from, to, quarters) in [(1_762_066_800, 1_762_156_800, 100), (1_741_507_200, 1_741_590_000, 92)] {
        let body = electricity(&linked, &format!("&start_date={from}&end_date={to}")).await.ok();
        let intervals = body["intervals"].as_array().unwrap();
        assert_eq!(intervals.len(), quarters);
        assert!(intervals.windows(2).all(|pair| pair[0]["end"] == pair[1]["start"]));
    }
}

#[tokio::test]
async fn a_corrected_reading_is_served_and_the_tag_changes() {
    let linked = Linked::synced("restated").await;
    let dates = format!("&start_date={}&end_date={}", NOW - 3 * DAY, NOW - DAY);
    let before = electricity(&linked, &dates).await;
    linked.app.place.clock.advance(5 * 24 * 3600);
    assert_eq!(linked.app.worker.sync_due().await.unwrap(), 1);
    let after = electricity(&linked, &dates).await;
    let (old, new) = (before.ok(), after.ok());
    let count = |body: &Value| body["intervals"].as_array().unwrap().len();
    assert_eq!(count(&old), count(&new));
    assert_ne!(old["intervals"], new["intervals"]);
    assert_ne!(before.header("etag"), after.header("etag"));
}

#[tokio::test]
async fn two_years_are_there_and_nothing_before() {
    let linked = Linked::synced("user@pelm.com").await;
    let year = linked
        .intervals(&format!("meter_id={CLASSIC_ELECTRIC}&start_date={}&end_date={}", NOW - 365 * DAY, NOW))
        .await;
    assert!(year.len() > 34_000, "{}", year.len());
    let before = format!("meter_id={CLASSIC_ELECTRIC}&start_date=0&end_date={}", NOW - 1000 * DAY);
    assert!(linked.intervals(&before).await.is_empty());
}

#[tokio::test]
async fn a_second_turn_a_day_later_adds_a_day_and_doubles_nothing() {
    let linked = Linked::synced("user@pelm.com").await;
    let all = format!("meter_id={CLASSIC_ELECTRIC}&start_date={}&end_date={}", NOW - 30 * DAY, NOW + 10 * DAY);
    let before = linked.intervals(&all).await;
    assert_eq!(linked.app.worker.sync_due().await.unwrap(), 0, "not due yet");
    linked.app.place.clock.advance(26 * 3600);
    assert_eq!(linked.app.worker.sync_due().await.unwrap(), 1);
    let after = linked.intervals(&all).await;
    assert_eq!(after.len(), before.len() + 96);
    assert_eq!(after[..before.len()], before);
}

#[tokio::test]
async fn bad_questions_get_clear_answers() {
    let linked = Linked::synced("user@pelm.com").await;
    for (query, status, code) in [
        ("".to_owned(), 400, "parameter_missing"),
        (format!("account_id={CLASSIC}"), 400, "parameter_missing"),
        (format!("account_id={CLASSIC}&type=WATER"), 400, "parameter_invalid"),
        (format!("account_id={CLASSIC}&type=electric"), 400, "parameter_invalid"),
        (format!("account_id={CLASSIC}&type=GAS&meter_id={CLASSIC_GAS}"), 400, "parameter_invalid"),
        (format!("meter_id={CLASSIC_GAS}&start_date=yesterday"), 400, "parameter_invalid"),
        (format!("meter_id={CLASSIC_GAS}&start_date=10&end_date=9"), 400, "parameter_invalid"),
        (format!("meter_id={CLASSIC_GAS}&meter_id={CLASSIC_GAS}"), 400, "parameter_invalid"),
        (format!("meter_id={STRANGE}"), 403, "permission_denied"),
        ("meter_id=1".to_owned(), 403, "permission_denied"),
        (format!("account_id={STRANGE}&type=GAS"), 403, "permission_denied"),
        ("account_id=ea200000-0000-0000-0000-000000000000&type=GAS".to_owned(), 400, "feature_unavailable"),
    ] {
        linked.get(&format!("/intervals?{query}")).await.refused(status, code);
    }
    linked.get("/accounts/nonsense/intervals").await.refused(403, "permission_denied");
    linked.get(&format!("/bills?account_id={STRANGE}")).await.refused(403, "permission_denied");
    linked.get(&format!("/bills/{STRANGE}/pdf")).await.refused(403, "permission_denied");
    for path in ["/bills/x", "/intervals/x", "/accounts/x", "/bills/x/y"] {
        linked.get(path).await.refused(404, "parameter_invalid");
    }
}

#[tokio::test]
async fn another_customers_account_is_as_unknown_as_none() {
    let linked = Linked::synced("gas_only").await;
    let other = linked.app.linked(&linked.company, "other", "elec_gas").await.code().await;
    let other = linked.app.exchange(&linked.company, &other).await;
    linked.app.worker.sync_due().await.unwrap();
    let accounts = linked.app.send(get("/accounts").by(&linked.company).bearer(&other)).await.ok();
    let foreign = accounts[0]["id"].as_str().unwrap();
    let denied = linked.get(&format!("/intervals?account_id={foreign}&type=GAS")).await;
    let unknown = linked.get(&format!("/intervals?account_id={STRANGE}&type=GAS")).await;
    denied.refused(403, "permission_denied");
    assert_eq!(denied.body, unknown.body);
}

#[tokio::test]
async fn csv_has_the_same_figures_and_a_tag_saves_the_second_answer() {
    let linked = Linked::synced("user@pelm.com").await;
    let path =
        format!("/intervals?meter_id={CLASSIC_ELECTRIC}&start_date={}&end_date={}", NOW - 3 * DAY, NOW - 2 * DAY);
    let call = || get(&path).by(&linked.company).bearer(&linked.token);
    let json = linked.app.send(call()).await;
    let csv = linked.app.send(call().header("accept", "text/csv")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    let text = String::from_utf8(csv.body.to_vec()).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("meter_id,start,end,usage_kwh,received_kwh,ghg_emissions_kg_co2e"));
    let intervals = json.ok();
    let intervals = intervals["intervals"].as_array().unwrap();
    let expected = intervals
        .iter()
        .map(|i| format!("{CLASSIC_ELECTRIC},{},{},{},,{}", i["start"], i["end"], i["usage"], i["ghg_emissions"]));
    assert!(lines.eq(expected));

    let tag = json.header("etag");
    let again = linked.app.send(call().header("if-none-match", tag)).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let other = linked.app.send(call().header("accept", "text/csv").header("if-none-match", tag)).await;
    assert_eq!(other.status, 200, "another form");
}

#[tokio::test]
async fn bills_are_grouped_by_account_and_add_up() {
    let linked = Linked::synced("user@pelm.com").await;
    let body = linked.get("/bills").await.ok();
    let groups = body.as_array().unwrap();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0]["account_id"], CLASSIC);
    let bills = groups[0]["bills"].as_array().unwrap();
    assert!(bills.len() >= 22, "{}", bills.len());
    let last = &bills[0];
    // 2026-01-01 and 2026-02-01 in California.
    assert_eq!((whole("start_date", last), whole("end_date", last)), (1_767_254_400, 1_769_932_800));
    for bill in bills {
        let cents = |value: &Value| (value.as_f64().unwrap() * 100.0).round() as i64;
        let charges = &bill["charges"];
        let sum = cents(&charges["electric_charges"]) + cents(&charges["gas_charges"]);
        assert_eq!(sum, cents(&bill["total_charges"]));
        assert!(bill["electric_usage_kwh"].as_f64().unwrap() > 0.0);
        assert_eq!(bill["currency"], "USD");
    }
    let one = linked.get(&format!("/bills?account_id={CLASSIC}")).await.ok();
    assert_eq!(one.as_array().unwrap(), &groups[..1]);
}

#[tokio::test]
async fn a_bill_has_a_document_with_its_figures() {
    let linked = Linked::synced("user@pelm.com").await;
    let bill = linked.get("/bills").await.ok()[0]["bills"][0].clone();
    let pdf = linked.get(&format!("/bills/{}/pdf", bill["id"].as_str().unwrap())).await;
    assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
    assert_eq!(pdf.header("content-disposition"), "attachment; filename=\"bill.pdf\"");
    assert!(pdf.body.starts_with(b"%PDF-"));
    assert!(crate::support::contains(&pdf.body, "1077345636"), "the account's number");
}

#[tokio::test]
async fn emission_rates_name_their_source() {
    let (app, company) = TestApp::start().await;
    let ask = |query: &'static str| app.send(get(query).by(&company));
    let california = ask("/emission-rates?utility_slug=pge").await.ok();
    assert_eq!(california, ask("/emission-rates?state=CA").await.ok());
    let rate = &california["rates"][0];
    assert_eq!(rate["kg_co2e_per_kwh"].to_string(), "0.179064206");
    assert_eq!((&rate["source"], &rate["source_year"]), (&"EPA eGRID2023".into(), &2023.into()));
    assert_eq!(ask("/emission-rates").await.ok()["rates"].as_array().unwrap().len(), 52);
    ask("/emission-rates?state=XX").await.refused(400, "parameter_invalid");
    ask("/emission-rates?utility_slug=nope").await.refused(400, "parameter_invalid");
    ask("/emission-rates?utility_slug=pge&state=CA").await.refused(400, "parameter_invalid");
    app.send(get("/emission-rates")).await.refused(401, "credentials_invalid");
}
