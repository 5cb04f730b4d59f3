//! What a customer shares, from the choice to the receipt.

use connect_core::flow::Action;
use connect_core::token::Environment;
use connect_server::service::RunError;
use connect_wire::{PageKind, Screen};
use serde_json::{Value, json};

use crate::support::{Answer, Company, Customer, LOGIN, PASSWORD, PGE, Place, TestApp, get, page, post};

/// 2026-03-01T12:00:00Z, when the tests begin.
const NOW: i64 = 1_772_366_400;
const DAY: i64 = 86_400;
const CLASSIC: &str = "ea100000-0000-0000-0000-000000000000";

/// A customer who has chosen what is shared, at the credentials.
async fn shaped(app: &TestApp, company: &Company, user: &str, chosen: &str) -> Customer {
    let mut customer = app.customer(company, user).await;
    assert_eq!(page(customer.act(Action::OpenSharing).await).0, PageKind::Sharing);
    assert!(matches!(customer.choose(chosen).await, Screen::Welcome { .. }), "{:?}", customer.view.screen);
    customer.go_to_credentials(PGE).await;
    customer
}

/// The access token of a link that shares this, with its data read.
async fn linked(app: &TestApp, company: &Company, user: &str, chosen: &str) -> String {
    let mut customer = shaped(app, company, user, chosen).await;
    customer.sign_in(LOGIN, PASSWORD).await;
    let access = app.exchange(company, &customer.code().await).await;
    assert_eq!(app.worker.sync_due().await.unwrap(), 1);
    access
}

async fn read(app: &TestApp, company: &Company, access: &str, path: &str) -> Answer {
    app.send(get(path).by(company).bearer(access)).await
}

async fn intervals(app: &TestApp, company: &Company, access: &str, from: i64, to: i64) -> Vec<Value> {
    let path = format!("/intervals?account_id={CLASSIC}&type=ELECTRIC&start_date={from}&end_date={to}");
    read(app, company, access, &path).await.ok()["intervals"].as_array().unwrap().clone()
}

async fn bills(app: &TestApp, company: &Company, access: &str) -> Vec<Value> {
    let accounts = read(app, company, access, "/bills").await.ok();
    let of = |account: &Value| account["bills"].as_array().unwrap().clone();
    accounts.as_array().unwrap().iter().flat_map(of).collect()
}

/// What the address of the receipt ends in, as the confirmation has it.
fn receipt(customer: &Customer) -> String {
    let Screen::Linked { html } = &customer.view.screen else { panic!("{:?}", customer.view.screen) };
    html.split_once("receipt: Some(\"").unwrap().1.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn of_several_meters_only_the_chosen_ones_are_shared() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(PGE).await;
    let (kind, asked) = page(customer.submit_login(LOGIN, PASSWORD).await);
    assert_eq!((kind, asked.matches("MeterChoice {").count()), (PageKind::Meters, 3));
    assert!(asked.contains("1 WARRIORS WAY") && asked.contains("ending: \"5636\""), "{asked}");
    // Nothing is linked yet, and nobody gets a code.
    assert!(matches!(app.service.hand_over_code(&customer.token).await, Err(RunError::OutOfPlace)));
    assert!(page(customer.choose("").await).1.contains("notice: Some(Nothing)"));
    for bad in ["3", "0,x", "-1", "usage"] {
        let refused = app.service.choose(&customer.token, customer.view.step, bad).await;
        let nothing_new = |view: &connect_wire::FlowView| view.step == customer.view.step;
        assert!(refused.as_ref().map_or(true, nothing_new), "{bad}: {refused:?}");
    }
    customer.choose("2").await;
    assert!(customer.is_linked());
    let access = app.exchange(&company, &customer.code().await).await;
    let expect_one = async || {
        let accounts = read(&app, &company, &access, "/accounts").await.ok();
        assert_eq!(accounts.as_array().unwrap().len(), 1, "{accounts}");
        assert_eq!(accounts[0]["address"], "1 FERRY BUILDING SAN FRANCISCO CA 94105");
    };
    expect_one().await;
    // Reading from the utility adds none of the others.
    assert_eq!(app.worker.sync_due().await.unwrap(), 1);
    expect_one().await;
    read(&app, &company, &access, &format!("/intervals?account_id={CLASSIC}&type=ELECTRIC"))
        .await
        .refused(403, "permission_denied");
}

#[tokio::test]
async fn a_renewal_asks_only_about_what_is_new() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(PGE).await;
    customer.submit_login(LOGIN, PASSWORD).await;
    customer.choose("0").await;
    let access = app.exchange(&company, &customer.code().await).await;
    let mut again = app.customer(&company, "u").await;
    again.submit_login(LOGIN, PASSWORD).await;
    assert!(again.is_linked(), "{:?}", again.view.screen);
    let accounts = read(&app, &company, &access, "/accounts").await.ok();
    assert_eq!(accounts[0]["available_meter_types"], json!(["GAS"]), "{accounts}");
    assert_eq!(accounts.as_array().unwrap().len(), 1);
    // Another login has other meters.
    let mut other = app.customer(&company, "u").await;
    let (kind, asked) = page(other.submit_login("elec_gas", PASSWORD).await);
    assert_eq!((kind, asked.matches("chosen: true").count()), (PageKind::Meters, 2));
}

/// The choice covers it no more, so it is asked about: be it the only one.
#[tokio::test]
async fn who_has_chosen_is_asked_about_a_single_meter_that_the_choice_does_not_cover() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(PGE).await;
    customer.submit_login(LOGIN, PASSWORD).await;
    customer.choose("0").await;
    let mut other = app.customer(&company, "u").await;
    let (kind, asked) = page(other.submit_login("gas_only", PASSWORD).await);
    assert_eq!((kind, asked.matches("MeterChoice {").count()), (PageKind::Meters, 1));
}

#[tokio::test]
async fn the_choice_survives_a_restart_and_leaving_links_nothing() {
    let place = Place::new();
    let (token, company) = {
        let app = place.sandbox();
        let company = app.company("Northwind Solar", Environment::Sandbox).await;
        let mut customer = app.customer(&company, "u").await;
        customer.go_to_credentials(PGE).await;
        assert_eq!(page(customer.submit_login(LOGIN, PASSWORD).await).0, PageKind::Meters);
        (customer.token, company)
    };
    let app = place.sandbox();
    let mut customer = Customer::open(app.service.clone(), token).await;
    assert_eq!(page(&customer.view.screen).0, PageKind::Meters);
    // Back is back to the login, and what was accepted is gone.
    assert!(matches!(customer.act(Action::Back).await, Screen::Credentials(_)));
    assert_eq!(app.customer(&company, "u").await.view.mode, connect_wire::Mode::Create);
    customer.sign_in(LOGIN, PASSWORD).await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn what_is_not_chosen_is_refused_and_not_read() {
    let (app, company) = TestApp::start().await;
    let access = linked(&app, &company, "u1", "usage,history-whole,until-stopped").await;
    let refused = read(&app, &company, &access, "/bills").await;
    refused.refused(403, "permission_denied");
    assert_eq!(refused.message(), "The customer does not share bills.");
    assert!(!intervals(&app, &company, &access, NOW - 2 * DAY, NOW).await.is_empty());
    assert!(!app.place.rows().iter().any(|row| row.starts_with("bills:")));

    let access = linked(&app, &company, "u2", "bills,history-whole,until-stopped").await;
    let path = format!("/intervals?account_id={CLASSIC}&type=ELECTRIC");
    let refused = read(&app, &company, &access, &path).await;
    refused.refused(403, "permission_denied");
    assert_eq!(refused.message(), "The customer does not share usage.");
    assert!(!bills(&app, &company, &access).await.is_empty());
    assert!(!app.place.rows().iter().any(|row| row.starts_with("reading_chunks:")));
}

#[tokio::test]
async fn nothing_older_than_the_history_is_given() {
    let (app, company) = TestApp::start().await;
    let access = linked(&app, &company, "u3", "usage,bills,history-year,until-stopped").await;
    let bound = 1_740_830_400; // 2025-03-01T12:00:00Z
    let around = intervals(&app, &company, &access, bound - 5 * DAY, bound + DAY).await;
    assert_eq!(around[0]["start"], bound, "{around:?}");
    assert_eq!(intervals(&app, &company, &access, bound - 90 * DAY, bound - 60 * DAY).await, Vec::<Value>::new());
    let bills = bills(&app, &company, &access).await;
    assert!(!bills.is_empty());
    assert!(bills.iter().all(|bill| bill["end_date"].as_i64().unwrap() > bound - DAY), "{bills:?}");
    // Page by page it is the same.
    let path = format!(
        "/intervals?account_id={CLASSIC}&type=ELECTRIC&start_date={}&end_date={}&limit=10",
        bound - 5 * DAY,
        bound + DAY
    );
    let first = read(&app, &company, &access, &path).await.ok();
    assert_eq!(first["intervals"][0]["start"], bound);
    let next = format!("{path}&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(read(&app, &company, &access, &next).await.ok()["intervals"][0]["start"], around[10]["start"]);

    // A link of its own: nothing is there of another one.
    let mut customer = shaped(&app, &company, "u4", "usage,history-none,until-stopped").await;
    customer.sign_in("elec_gas", PASSWORD).await;
    let access = app.exchange(&company, &customer.code().await).await;
    app.worker.sync_due().await.unwrap();
    let accounts = read(&app, &company, &access, "/accounts").await.ok();
    let path = format!("/intervals?account_id={}&type=ELECTRIC", accounts[0]["id"].as_str().unwrap());
    assert_eq!(read(&app, &company, &access, &path).await.ok()["intervals"], json!([]));

    let access = linked(&app, &company, "u5", "usage,history-none,until-stopped").await;
    assert_eq!(intervals(&app, &company, &access, NOW - 60 * DAY, NOW).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_company_sees_what_is_shared() {
    let (app, company) = TestApp::start().await;
    let access = linked(&app, &company, "u5", "usage,history-none,until-quarter").await;
    let about = app.send(post("/auth/introspect").by(&company).form(&[("token", &access)])).await.ok();
    let expected = (json!("accounts usage"), json!(NOW), json!(1_780_315_200));
    assert_eq!((about["scope"].clone(), about["shared_from"].clone(), about["exp"].clone()), expected, "{about}");
}

#[tokio::test]
async fn sharing_ends_by_itself_with_everything_that_was_read() {
    let (app, company) = TestApp::start().await;
    let access = linked(&app, &company, "u6", "usage,bills,history-whole,until-quarter").await;
    app.place.clock.advance(92 * DAY - 1);
    read(&app, &company, &access, "/accounts").await.ok();
    assert_eq!(app.service.end_grants().await.unwrap(), 0);
    app.place.clock.advance(1);
    // From that moment on, whenever the rows go.
    read(&app, &company, &access, "/accounts").await.refused(401, "token_invalid");
    let about = app.send(post("/auth/introspect").by(&company).form(&[("token", &access)])).await.ok();
    assert_eq!(about, json!({ "active": false }));
    assert_eq!(app.service.end_grants().await.unwrap(), 1);
    assert!(!app.place.rows().iter().any(|row| row.starts_with("users:") || row.starts_with("reading_chunks:")));
    assert!(app.audit().await.iter().any(|entry| entry["kind"] == "sharing_ended" && entry["actor"] == "service"));
}

#[tokio::test]
async fn the_receipt_says_what_is_shared_and_stops_it() {
    let (app, company) = TestApp::start().await;
    let mut customer = shaped(&app, &company, "u7", "usage,history-year,until-year").await;
    customer.submit_login(LOGIN, PASSWORD).await;
    customer.choose("1").await;
    let mark = receipt(&customer);
    let access = app.exchange(&company, &customer.code().await).await;
    let shown = app.service.receipt(&mark).await.unwrap().unwrap();
    assert_eq!((shown.company.as_str(), shown.utility.id, shown.accounts.len()), ("Northwind Solar", PGE, 1));
    assert!(shown.accounts[0].electricity && !shown.accounts[0].gas && shown.accounts[0].ending == "5636");
    assert!(!shown.grant.choices.bills && shown.grant.until.is_some());

    // Nobody else's, and none that was changed by a letter.
    let mut other = mark.clone().into_bytes();
    let last = other.len() - 1;
    other[last] = if other[last] == b'a' { b'b' } else { b'a' };
    for bad in [
        String::from_utf8(other).unwrap(),
        mark[..40].to_owned(),
        String::new(),
        "é".repeat(40),
        mark.to_uppercase(),
    ] {
        assert!(app.service.receipt(&bad).await.unwrap().is_none(), "{bad}");
        assert!(app.service.stop_sharing(&bad).await.unwrap().is_none(), "{bad}");
    }
    read(&app, &company, &access, "/accounts").await.ok();

    assert_eq!(app.service.stop_sharing(&mark).await.unwrap().as_deref(), Some("Northwind Solar"));
    read(&app, &company, &access, "/accounts").await.refused(401, "token_invalid");
    assert!(app.service.receipt(&mark).await.unwrap().is_none());
    assert!(app.service.stop_sharing(&mark).await.unwrap().is_none());
    let stopped =
        app.audit().await.into_iter().filter(|entry| entry["kind"] == "sharing_stopped").collect::<Vec<_>>();
    assert_eq!((stopped.len(), &stopped[0]["actor"]), (1, &json!("customer")));
    // Who links again begins anew.
    assert_eq!(app.customer(&company, "u7").await.view.mode, connect_wire::Mode::Create);
}

#[tokio::test]
async fn of_a_file_only_what_is_shared_is_shown_and_linked() {
    const FILE: &str = include_str!("../../../greenbutton/tests/samples/GETBatchSampleEUI.xml");
    let (app, company) = TestApp::start().await;
    let upload = async |user: &str, chosen: &str| {
        let mut customer = app.customer(&company, user).await;
        customer.act(Action::OpenSharing).await;
        customer.choose(chosen).await;
        customer.go_to_upload(crate::support::CHEROKEE).await;
        customer
    };
    let mut customer = upload("a", "usage,history-whole,until-stopped").await;
    assert!(page(customer.give(FILE).await).1.contains("bills: 0"), "{:?}", customer.view.screen);
    assert!(matches!(customer.link_file().await, Screen::Linked { .. }));
    // The file is of 2011.
    let mut customer = upload("b", "usage,bills,history-year,until-stopped").await;
    let (kind, shown) = page(customer.give(FILE).await);
    assert!(kind == PageKind::Upload && shown.contains("NotShared"), "{shown}");
}

#[tokio::test]
async fn what_no_form_offers_changes_nothing() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.act(Action::OpenSharing).await;
    for bad in ["everything", "usage,usage2", "usage;bills", "history-forever"] {
        let refused = app.service.choose(&customer.token, customer.view.step, bad).await;
        assert!(matches!(refused, Err(RunError::OutOfPlace)), "{bad}: {refused:?}");
    }
    assert!(page(customer.choose("history-year,until-year").await).1.contains("notice: Some(Nothing)"));
    assert!(
        matches!(customer.act(Action::Back).await, Screen::Welcome { html } if html.contains("history: Whole"))
    );
}
