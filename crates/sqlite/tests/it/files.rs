//! What a customer's own file holds: kept under the run until it is linked, then merged.

use connect_core::connector::MeterKind::{Electric, Gas};
use connect_core::flow::{FileSummary, Stage};
use connect_core::store::{Access, Advance, Import, NewLink, Store, UsageStore};
use connect_core::usage::{Bill, Flow, Grain, Quality, Reading, Scale, Series, SeriesKind, Unit, Window};
use jiff::civil::date;
use uuid::Uuid;

use crate::support::*;

const ALL: Window = Window { from: 0, to: 2_000_000_000 };

fn preview(session: Uuid, from_step: u32) -> Advance {
    let file = FileSummary { accounts: vec![], meters: vec![], bills: 0, left_out: 0, warnings: 0 };
    Advance { session_id: session, from_step, flow: flow(Stage::Preview { utility: 3, file }), login_state: None }
}

fn days(first: i64, raws: &[i64]) -> Vec<Series> {
    let readings = raws.iter().zip(0..).map(|(raw, at)| Reading {
        start: (first + at) * 86_400,
        duration: 86_400,
        raw: *raw,
        quality: Quality::Measured,
    });
    let scale = Scale { unit: Unit::WattHour, exponent: 0 };
    vec![Series {
        kind: SeriesKind { flow: Flow::Delivered, grain: Grain::Day, scale },
        readings: readings.collect(),
    }]
}

fn bill(remote_id: &str, cents: i64) -> (Uuid, Bill) {
    let bill = Bill {
        remote_id: remote_id.into(),
        start: date(2026, 1, 1),
        end: date(2026, 2, 1),
        statement_date: None,
        due_date: None,
        payment_date: None,
        currency: Some("USD".into()),
        total_amount_due: None,
        total_charges: Some(cents * 1000),
        charges: vec![],
        electric_usage: None,
        gas_usage: None,
        pdf: false,
    };
    (Uuid::now_v7(), bill)
}

fn by_file(import: Vec<Import>, accounts: Vec<connect_core::store::Account>) -> NewLink {
    NewLink { access: Access::File, seal_session: None, import: Some(import), accounts, ..link() }
}

async fn raws(world: &World, user: Uuid, meter: u128) -> Vec<i64> {
    let series = world.store.readings(user, Uuid::from_u128(meter), ALL).await.unwrap();
    let chunks = series.iter().flat_map(|series| &series.chunks);
    chunks.flat_map(|chunk| chunk.unpack().unwrap()).map(|reading| reading.raw).collect()
}

#[tokio::test]
async fn an_upload_is_kept_until_the_run_leaves_it() {
    let world = world().await;
    let session = world.session().await;
    assert!(world.store.advance_with_upload(preview(session.id, 0), b"first".to_vec()).await.unwrap());
    assert_eq!(world.store.upload(session.id).await.unwrap().as_deref(), Some(&b"first"[..]));
    // From a stale step nothing is kept.
    assert!(!world.store.advance_with_upload(preview(session.id, 0), b"stale".to_vec()).await.unwrap());
    assert!(world.store.advance_with_upload(preview(session.id, 1), b"second".to_vec()).await.unwrap());
    assert_eq!(world.store.upload(session.id).await.unwrap().as_deref(), Some(&b"second"[..]));
    assert!(!world.store.advance(change(session.id, 1)).await.unwrap());
    assert!(world.store.upload(session.id).await.unwrap().is_some());
    assert!(world.store.advance(change(session.id, 2)).await.unwrap());
    assert_eq!(world.store.upload(session.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_file_is_linked_with_its_data_and_nothing_is_fetched() {
    let world = world().await;
    let session = world.session().await;
    world.store.advance_with_upload(preview(session.id, 0), b"x".to_vec()).await.unwrap();
    let accounts = vec![account(1, "100", &[meter(10, Electric), meter(11, Gas)])];
    let import = Import { meters: vec![days(10, &[1, 2, 3]), vec![]], bills: vec![bill("jan", 900)] };
    let linked = world.store.link(change(session.id, 1), by_file(vec![import], accounts)).await.unwrap().unwrap();

    assert_eq!(world.store.upload(session.id).await.unwrap(), None);
    assert_eq!(world.store.user(linked).await.unwrap().unwrap().access, Access::File);
    assert_eq!(raws(&world, linked, 10).await, [1, 2, 3]);
    assert_eq!(world.store.bills(linked).await.unwrap().len(), 1);
    let state = world.store.sync_state(linked).await.unwrap().unwrap();
    assert_eq!(state.due_at, None);
    let [electric, gas] = [10, 11].map(|id| state.progress.meters[&Uuid::from_u128(id)]);
    assert!(electric.has_readings() && electric.is_whole() && !gas.has_readings() && gas.is_whole());
    assert!(world.store.claim_sync(Uuid::now_v7(), at(1000), at(1060), vec![]).await.unwrap().is_none());
    assert_eq!(world.store.sealed_logins(linked).await.unwrap().unwrap().session, None);
}

#[tokio::test]
async fn the_next_file_is_merged_and_takes_nothing_away() {
    let world = world().await;
    let link_file = async |import: Import, accounts| {
        let session = world.session().await;
        world.store.link(change(session.id, 0), by_file(vec![import], accounts)).await.unwrap().unwrap()
    };
    let first = Import { meters: vec![days(10, &[1, 2, 3])], bills: vec![bill("jan", 900)] };
    let user = link_file(first, vec![account(1, "100", &[meter(10, Electric)])]).await;
    // Another id for the same account, as every file has; a corrected day, a new one, the same bill.
    let next = Import { meters: vec![days(12, &[4, 5])], bills: vec![bill("jan", 950)] };
    assert_eq!(link_file(next, vec![account(2, "100", &[meter(20, Electric)])]).await, user);
    let other = Import { meters: vec![days(1, &[7])], bills: vec![] };
    assert_eq!(link_file(other, vec![account(3, "200", &[meter(30, Electric)])]).await, user);

    assert_eq!(raws(&world, user, 10).await, [1, 2, 4, 5]);
    assert_eq!(raws(&world, user, 30).await, [7]);
    let numbers: Vec<_> =
        world.store.accounts(user).await.unwrap().into_iter().map(|a| a.account_number).collect();
    assert_eq!(numbers.len(), 2, "{numbers:?}");
    let bills = world.store.bills(user).await.unwrap();
    assert_eq!(bills.iter().map(|stored| stored.bill.total_charges).collect::<Vec<_>>(), [Some(950_000)]);
}

#[tokio::test]
async fn a_users_data_is_found_by_the_address_of_the_utilitys_notifications() {
    let world = world().await;
    let session = world.session().await;
    let address = "https://utility.example/Batch/Subscription/7";
    let consented = NewLink { access: Access::Consent, subscription: Some(address.into()), ..link() };
    let user = world.store.link(change(session.id, 0), consented).await.unwrap().unwrap();
    let found = world.store.users_by_subscription(address).await.unwrap();
    assert_eq!(found.iter().map(|found| (found.id, found.access)).collect::<Vec<_>>(), [(user, Access::Consent)]);
    assert_eq!(world.store.users_by_subscription("https://utility.example/").await.unwrap(), []);
}

#[tokio::test]
async fn another_way_to_the_data_keeps_what_is_there_and_reads_anew() {
    let world = world().await;
    let session = world.session().await;
    let import = Import { meters: vec![days(10, &[1, 2, 3])], bills: vec![] };
    let file = by_file(vec![import], vec![account(1, "", &[meter(10, Electric)])]);
    let user = world.store.link(change(session.id, 0), file).await.unwrap().unwrap();
    // The utility can be linked by now; its account has a number, and its meter another id.
    let session = world.session().await;
    let login =
        NewLink { renews: Some(user), accounts: vec![account(2, "100", &[meter(20, Electric)])], ..link() };
    assert_eq!(world.store.link(change(session.id, 0), login).await.unwrap(), Some(user));
    assert_eq!(raws(&world, user, 10).await, [1, 2, 3]);
    assert_eq!(world.store.accounts(user).await.unwrap().len(), 2);
    let job = world.store.claim_sync(Uuid::now_v7(), at(1000), at(1060), vec![]).await.unwrap().unwrap();
    assert!(job.progress.meters.is_empty(), "nothing counts as fetched by the login");
}

#[tokio::test]
async fn an_account_that_gets_a_number_is_known_by_its_meter() {
    let world = world().await;
    let session = world.session().await;
    let import = || vec![Import { meters: vec![days(10, &[1])], bills: vec![] }];
    let unnamed = by_file(import(), vec![account(1, "", &[meter(10, Electric)])]);
    let user = world.store.link(change(session.id, 0), unnamed).await.unwrap().unwrap();
    let session = world.session().await;
    let named = by_file(import(), vec![account(2, "123", &[meter(10, Electric)])]);
    assert_eq!(world.store.link(change(session.id, 0), named).await.unwrap(), Some(user));
    let accounts = world.store.accounts(user).await.unwrap();
    assert_eq!(accounts, [account(1, "123", &[meter(10, Electric)])]);
}
