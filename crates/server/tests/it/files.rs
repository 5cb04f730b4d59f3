//! A customer's own Green Button file, from the utility that cannot be linked to the company's data.

use connect_core::flow::Action;
use connect_core::store::Store;
use connect_wire::{PageKind, Screen};
use serde_json::Value;

use crate::support::{Answer, CHEROKEE, Company, Customer, PGE, TestApp, get, page};

/// A month of hours, one bill; see `crates/greenbutton/tests/samples/MANIFEST.csv`.
const HOURS: &[u8] = include_bytes!("../../../greenbutton/tests/samples/GETBatchSampleEUI.xml");
/// A year of gas bills.
const GAS: &[u8] = include_bytes!("../../../greenbutton/tests/samples/Gas.xml");
/// The month that the hours are of.
const MONTH: &str = "start_date=1314835200&end_date=1320105600";

async fn linked(app: &TestApp, company: &Company, user: &str, file: &'static [u8]) -> String {
    let mut customer = app.customer(company, user).await;
    match &customer.view.screen {
        Screen::Welcome { .. } => customer.go_to_upload(CHEROKEE).await,
        screen => assert_eq!(page(screen).0, PageKind::Upload),
    }
    customer.give(file).await;
    assert!(matches!(customer.link_file().await, Screen::Linked { .. }), "{:?}", customer.view.screen);
    app.exchange(company, &customer.code().await).await
}

async fn read(app: &TestApp, company: &Company, token: &str, path: &str) -> Answer {
    app.send(get(path).by(company).bearer(token)).await
}

async fn intervals(app: &TestApp, company: &Company, token: &str, dates: &str) -> Value {
    let accounts = read(app, company, token, "/accounts").await.ok();
    let types = |account: &Value| account["available_meter_types"].to_string();
    let electric = |account: &&Value| types(account).contains("ELECTRIC");
    let account = accounts.as_array().unwrap().iter().find(electric).unwrap()["id"].as_str().unwrap().to_owned();
    read(app, company, token, &format!("/intervals?account_id={account}&type=ELECTRIC&{dates}")).await.ok()
}

fn sum(intervals: &Value) -> i64 {
    // Milli-kWh, exact: the values of the file are whole Wh.
    let wh = |interval: &Value| (interval["usage"].as_f64().unwrap() * 1000.0).round() as i64;
    intervals["intervals"].as_array().unwrap().iter().map(wh).sum()
}

#[tokio::test]
async fn what_is_in_the_file_is_shown_then_linked_then_read_by_the_company() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_upload(CHEROKEE).await;
    let (kind, text) = page(customer.give(HOURS).await);
    assert_eq!(kind, PageKind::Preview);
    for shown in ["electricity: true", "used: \"2882\"", "readings: \"768\"", "bills: 1"] {
        assert!(text.contains(shown), "{shown} in {text}");
    }
    // Until the customer says so nothing is linked.
    assert_eq!(app.store.user_by_ref(company.client.id, "u").await.unwrap(), None);
    let Screen::Linked { html } = customer.link_file().await else { panic!("not linked") };
    assert_eq!((html.matches("AccountCard").count(), html.contains("electricity: true, gas: false")), (1, true));

    let token = app.exchange(&company, &customer.code().await).await;
    let read_intervals = intervals(&app, &company, &token, MONTH).await;
    assert_eq!(read_intervals["intervals"].as_array().unwrap().len(), 768);
    assert_eq!(sum(&read_intervals), 2_882_000);
    assert_eq!(read_intervals["utility"], "Cherokee Electric Cooperative");
    let bills = read(&app, &company, &token, "/bills").await.ok();
    assert_eq!(bills[0]["bills"].as_array().unwrap().len(), 1);
    // The file says nothing of these days, and nothing more will come.
    let later = intervals(&app, &company, &token, "").await;
    assert_eq!(later["intervals"].as_array().unwrap().len(), 0);
    assert_eq!(app.worker.sync_due().await.unwrap(), 0);
    let bill = bills[0]["bills"][0]["id"].as_str().unwrap();
    read(&app, &company, &token, &format!("/bills/{bill}/pdf")).await.refused(400, "feature_unavailable");
}

#[tokio::test]
async fn the_next_file_goes_to_the_same_link_and_takes_nothing_away() {
    let (app, company) = TestApp::start().await;
    let first = linked(&app, &company, "u", HOURS).await;
    let user = app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap().id;
    // Now the run starts at the upload, with the utility fixed.
    let customer = app.customer(&company, "u").await;
    assert!(!customer.view.can_go_back);
    let second = linked(&app, &company, "u", GAS).await;
    assert_eq!(app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap().id, user);
    for token in [first, second] {
        assert_eq!(sum(&intervals(&app, &company, &token, MONTH).await), 2_882_000);
        let accounts = read(&app, &company, &token, "/accounts").await.ok();
        // Neither file names an account: both meters are of the customer's only one.
        assert_eq!(accounts.as_array().unwrap().len(), 1, "{accounts}");
        assert_eq!(accounts[0]["meters"].as_array().unwrap().len(), 2, "{accounts}");
    }
    // The same file once more changes nothing.
    linked(&app, &company, "u", HOURS).await;
    let third = linked(&app, &company, "u", HOURS).await;
    assert_eq!(sum(&intervals(&app, &company, &third, MONTH).await), 2_882_000);
    // Another customer of the company has a link of their own.
    linked(&app, &company, "other", HOURS).await;
    assert_ne!(app.store.user_by_ref(company.client.id, "other").await.unwrap().unwrap().id, user);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_explained_and_the_next_one_may_be_good() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_upload(CHEROKEE).await;
    let feed = |inside: &str| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:e=\"http://naesb.org/espi\">\n<entry><content>\n{inside}"
        )
    };
    let block = "<e:IntervalBlock><e:IntervalReading><e:timePeriod><e:duration>3600</e:duration>\
                 <e:start>1314835200</e:start></e:timePeriod><e:value>5</e:value></e:IntervalReading></e:IntervalBlock>";
    let closed = "</content></entry></feed>";
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "Empty"),
        (b"%PDF-1.7\n".to_vec(), "Pdf"),
        (b"<!doctype html><html><body>Sign in</body></html>".to_vec(), "WebPage"),
        (b"{\"a\": 1}".to_vec(), "NotGreenButton"),
        (b"hello\nworld\n".to_vec(), "NotGreenButton"),
        (vec![0xff; 100], "NotGreenButton"),
        (feed("<e:UsagePoint>\n</e:Foo>").into(), "place: \"line 4"),
        (feed(&format!("{block}{closed}")).into(), "Unusable"),
        (feed(&format!("<e:UsagePoint></e:UsagePoint>{closed}")).into(), "NoReadings"),
        (b"<!DOCTYPE x [<!ENTITY a \"b\">]><feed>&a;</feed>".to_vec(), "document type definition"),
    ];
    for (file, expected) in cases {
        let shown = String::from_utf8_lossy(&file).into_owned();
        let (kind, text) = page(customer.give(file).await);
        assert_eq!(kind, PageKind::Upload, "{shown}");
        assert!(text.contains(expected), "{expected} for {shown}: {text}");
    }
    let view = app.service.refuse_file(&customer.token, customer.view.step).await.unwrap();
    assert!(page(&view.screen).1.contains("TooLarge { megabytes: 64 }"));
    customer.view = view;
    assert_eq!(page(customer.give(HOURS).await).0, PageKind::Preview);
}

#[tokio::test]
async fn a_file_is_only_taken_where_one_is_waited_for() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    // A utility that can be linked is signed in to.
    customer.go_to_credentials(PGE).await;
    let view = app.service.use_file(&customer.token, customer.view.step).await.unwrap();
    assert!(matches!(view.screen, Screen::Credentials(_)));
    assert!(!app.service.waits_for_file(&customer.token, customer.view.step).await.unwrap());

    let mut customer = app.customer(&company, "v").await;
    customer.go_to_upload(CHEROKEE).await;
    let at_upload = customer.clone();
    assert!(app.service.waits_for_file(&customer.token, customer.view.step).await.unwrap());
    customer.act(Action::Back).await;
    // The upload that was on its way comes too late.
    let late = app.service.read_file(&at_upload.token, at_upload.view.step, HOURS).await.unwrap();
    assert!(matches!(late.screen, Screen::Credentials(_)));
    assert_eq!(app.place.meddle("DELETE FROM uploads"), 0);
}

#[tokio::test]
async fn linking_twice_links_once_and_what_was_read_is_sealed_and_deleted() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_upload(CHEROKEE).await;
    customer.give(HOURS).await;
    let session = app.store.session_by_handle(&customer.handle()).await.unwrap().unwrap().id;
    let kept = app.store.upload(session).await.unwrap().unwrap();
    assert!(!contains(&kept, b"1423 Elm St"), "what is kept of the file is not in the clear");
    let mut twice: Vec<Customer> = vec![customer.clone(), customer.clone()];
    let mut answers = Vec::new();
    for customer in &mut twice {
        answers.push(matches!(customer.link_file().await, Screen::Linked { .. }));
    }
    assert_eq!(answers, [true, true]);
    assert_eq!(app.place.rows().iter().filter(|row| row.starts_with("users: ")).count(), 1);
    assert_eq!(app.place.meddle("DELETE FROM uploads"), 0);
}

#[tokio::test]
async fn what_was_read_is_forgotten_when_the_customer_takes_another_utility() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_upload(CHEROKEE).await;
    customer.give(HOURS).await;
    customer.act(Action::ChangeUtility).await;
    assert_eq!(app.place.meddle("DELETE FROM uploads"), 0);
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}
