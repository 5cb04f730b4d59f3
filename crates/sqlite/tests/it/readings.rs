//! Readings and bills: merged, kept, read.

use connect_core::connector::MeterKind::Electric;
use connect_core::store::{
    BillDocument, NewLink, SeriesMonths, Store, StoreResult, StoredSeries, Turn, UsageStore,
};
use connect_core::usage::window::add;
use connect_core::usage::{
    Bill, Correction, Flow, Grain, Quality, Reading, Scale, Series, SeriesKind, StoredBill, Unit, Window,
};
use jiff::civil::date;
use uuid::Uuid;

use crate::support::{World, account, at, change, link, meter, world};

const LEASE: Uuid = Uuid::from_u128(100);
const METER: Uuid = Uuid::from_u128(10);
const KIND: SeriesKind =
    SeriesKind { flow: Flow::Delivered, grain: Grain::Hour, scale: Scale { unit: Unit::WattHour, exponent: 0 } };
/// 2024-01-31T23:00Z: the last hour of a month.
const START: i64 = 1_706_742_000;

/// A user with a meter, whose job is taken.
async fn synced() -> (World, Turn) {
    let world = world().await;
    let session = world.session().await;
    let accounts = vec![account(1, "100", &[meter(10, Electric)])];
    let user = world.store.link(change(session.id, 0), NewLink { accounts, ..link() }).await.unwrap().unwrap();
    world.store.claim_sync(LEASE, at(20), at(80), vec![]).await.unwrap().unwrap();
    (world, Turn { user_id: user, lease: LEASE, now: at(20), until: at(200) })
}

fn hours(values: &[i64]) -> Vec<Reading> {
    (0..)
        .zip(values)
        .map(|(i, raw)| Reading { start: START + i * 3600, duration: 3600, raw: *raw, quality: Quality::Measured })
        .collect()
}

fn window(hours: i64) -> Window {
    Window { from: START, to: START + hours * 3600 }
}

async fn put(world: &World, turn: Turn, values: &[i64]) -> bool {
    put_series(world, turn, KIND, values).await.unwrap()
}

async fn put_series(world: &World, turn: Turn, kind: SeriesKind, values: &[i64]) -> StoreResult<bool> {
    let series = vec![Series { kind, readings: hours(values) }];
    let fetched = add(None, window(3), window(3).to, None, &series);
    world.store.put_readings(turn, METER, fetched, series).await
}

async fn stored(world: &World, turn: Turn, window: Window) -> Vec<StoredSeries> {
    world.store.readings(turn.user_id, METER, window).await.unwrap()
}

fn unpacked(series: &StoredSeries) -> Vec<Reading> {
    series.chunks.iter().flat_map(|chunk| chunk.unpack().unwrap()).collect()
}

#[tokio::test]
async fn readings_come_back_over_the_end_of_a_month() {
    let (world, turn) = synced().await;
    assert!(put(&world, turn, &[1, 2, 3]).await);
    let found = stored(&world, turn, window(3)).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kind, found[0].chunks.len()), (KIND, 2));
    assert_eq!(unpacked(&found[0]), hours(&[1, 2, 3]));
    assert_eq!(stored(&world, turn, window(1)).await[0].chunks.len(), 1, "only the months asked for");
    let progress = world.store.sync_state(turn.user_id).await.unwrap().unwrap().progress;
    assert_eq!(progress.meters[&METER].window, window(3));
}

#[tokio::test]
async fn months_are_told_without_reading_what_is_in_them() {
    let (world, turn) = synced().await;
    put(&world, turn, &[1, 2, 3]).await;
    let received = SeriesKind { flow: Flow::Received, ..KIND };
    put_series(&world, turn, received, &[9]).await.unwrap();
    world.meddle("UPDATE reading_chunks SET data = x'00'");
    let months = async |window| world.store.reading_months(turn.user_id, METER, window).await.unwrap();
    // January and February 2024.
    let all =
        [SeriesMonths { kind: KIND, months: vec![648, 649] }, SeriesMonths { kind: received, months: vec![648] }];
    assert_eq!(months(window(3)).await, all);
    assert_eq!(months(Window { from: START + 3600, to: START + 7200 }).await[0].months, [649]);
    assert!(months(Window { from: 0, to: START - 40 * 86_400 }).await.is_empty());
    assert!(world.store.reading_months(Uuid::nil(), METER, window(3)).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_same_fetch_again_doubles_nothing_and_writes_nothing() {
    let (world, turn) = synced().await;
    put(&world, turn, &[1, 2, 3]).await;
    let before = stored(&world, turn, window(3)).await;
    put(&world, turn, &[1, 2, 3]).await;
    assert_eq!(stored(&world, turn, window(3)).await, before);
}

#[tokio::test]
async fn a_corrected_value_wins_and_the_old_one_is_kept() {
    let (world, turn) = synced().await;
    put(&world, turn, &[1, 2, 3]).await;
    put(&world, turn, &[1, 7, 3]).await;
    let after = stored(&world, turn, window(3)).await;
    assert_eq!(unpacked(&after[0]), hours(&[1, 7, 3]));
    put(&world, Turn { now: at(30), ..turn }, &[1, 8, 4]).await;
    let corrections = async |window| world.store.corrections(turn.user_id, METER, window).await.unwrap();
    let correction = |before, revision, seconds| Correction { kind: KIND, before, revision, at: at(seconds) };
    let [_, second, third] = hours(&[1, 2, 3])[..] else { panic!() };
    let again = Reading { raw: 7, ..second };
    assert_eq!(
        corrections(window(3)).await,
        [correction(second, 2, 20), correction(again, 3, 30), correction(third, 3, 30)]
    );
    assert_eq!(corrections(Window { from: third.start, to: third.end() }).await, [correction(third, 3, 30)]);
    assert_eq!(corrections(window(1)).await, []);
}

#[tokio::test]
async fn series_of_another_kind_stay_apart() {
    let (world, turn) = synced().await;
    put(&world, turn, &[1, 2, 3]).await;
    let received = SeriesKind { flow: Flow::Received, ..KIND };
    put_series(&world, turn, received, &[9]).await.unwrap();
    let found = stored(&world, turn, window(3)).await;
    assert_eq!(
        found.iter().map(|s| (s.kind.flow, unpacked(s).len())).collect::<Vec<_>>(),
        [(Flow::Delivered, 3), (Flow::Received, 1)]
    );
}

#[tokio::test]
async fn a_lost_lease_writes_nothing() {
    let (world, turn) = synced().await;
    let late = Turn { lease: Uuid::from_u128(1), ..turn };
    assert!(!put(&world, late, &[1]).await);
    assert!(!world.store.put_bills(late, Uuid::from_u128(1), vec![bill("a", 1)]).await.unwrap());
    assert!(stored(&world, turn, window(3)).await.is_empty());
    assert!(world.store.bills(turn.user_id).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_damaged_chunk_is_an_error_that_names_itself() {
    let (world, turn) = synced().await;
    put(&world, turn, &[1]).await;
    world.meddle("UPDATE reading_chunks SET data = x'01'");
    let error = put_series(&world, turn, KIND, &[2]).await.unwrap_err();
    assert_eq!(error.to_string(), "store: a stored chunk of readings could not be read");
}

#[tokio::test]
async fn what_hangs_on_a_user_goes_with_the_user() {
    let (world, turn) = synced().await;
    put(&world, turn, &[1, 2, 3]).await;
    put(&world, turn, &[1, 4, 3]).await;
    world.store.put_bills(turn, Uuid::from_u128(1), vec![bill("a", 1)]).await.unwrap();
    assert!(world.store.put_document(turn.user_id, Uuid::from_u128(1), document("a", 1)).await.unwrap());
    world.store.delete_user(turn.user_id, None).await.unwrap();
    for table in ["bill_documents", "series", "reading_chunks", "restatements", "bills", "sync_jobs"] {
        assert_eq!(world.peek::<u32>(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
}

fn bill(remote_id: &str, id: u128) -> StoredBill {
    StoredBill {
        id: Uuid::from_u128(id),
        account_id: Uuid::from_u128(1),
        bill: Bill {
            remote_id: remote_id.into(),
            start: date(2024, 1, 1),
            end: date(2024, 2, 1),
            statement_date: None,
            due_date: None,
            payment_date: None,
            currency: Some("USD".into()),
            total_amount_due: Some(-1_234_567),
            total_charges: None,
            charges: vec![],
            electric_usage: None,
            gas_usage: None,
            pdf: false,
        },
    }
}

fn document(sealed: &str, hash: u8) -> BillDocument {
    let edition = bill("a", 1).bill.edition();
    BillDocument { edition, sha256: [hash; 32], fetched_at: at(30), sealed: sealed.into() }
}

#[tokio::test]
async fn a_document_is_kept_for_a_bill_that_exists_and_outlives_the_next_fetch() {
    let (world, turn) = synced().await;
    let (account, id) = (Uuid::from_u128(1), Uuid::from_u128(5));
    let put = async |user, hash| world.store.put_document(user, id, document("sealed", hash)).await.unwrap();
    assert!(!put(turn.user_id, 1).await, "there is no such bill");
    world.store.put_bills(turn, account, vec![bill("a", 5)]).await.unwrap();
    assert_eq!(world.store.document(turn.user_id, id).await.unwrap(), None);
    assert!(put(turn.user_id, 1).await);
    assert!(put(turn.user_id, 2).await, "in place of the first");
    assert!(!put(Uuid::nil(), 3).await, "another user's");
    // The bill is read again every day.
    world.store.put_bills(turn, account, vec![bill("a", 9)]).await.unwrap();
    let world = world.reopened();
    assert_eq!(world.store.document(turn.user_id, id).await.unwrap(), Some(document("sealed", 2)));
    assert_eq!(world.store.document(Uuid::nil(), id).await.unwrap(), None);
}

#[tokio::test]
async fn bills_are_replaced_by_the_utilitys_mark_and_keep_their_id() {
    let (world, turn) = synced().await;
    let account = Uuid::from_u128(1);
    let later = StoredBill { bill: Bill { start: date(2024, 2, 1), ..bill("b", 2).bill }, ..bill("b", 2) };
    assert!(world.store.put_bills(turn, account, vec![bill("a", 1), later.clone()]).await.unwrap());
    assert_eq!(world.store.bills(turn.user_id).await.unwrap(), [later.clone(), bill("a", 1)]);
    let mut corrected = bill("a", 9);
    corrected.bill.total_charges = Some(5);
    assert!(world.store.put_bills(turn, account, vec![corrected.clone()]).await.unwrap());
    corrected.id = Uuid::from_u128(1);
    assert_eq!(world.store.bills(turn.user_id).await.unwrap(), [later, corrected]);
    assert_eq!(world.store.sync_state(turn.user_id).await.unwrap().unwrap().progress.billed, [account]);
}

#[tokio::test]
async fn in_the_background_nothing_goes_and_no_two_meters_are_mixed() {
    let (world, turn) = synced().await;
    put(&world, turn, &[1, 2, 3]).await;
    // A list that is short for a day.
    assert!(world.store.put_accounts(turn, vec![]).await.unwrap().unwrap().is_empty());
    assert_eq!(unpacked(&stored(&world, turn, window(3)).await[0]), hours(&[1, 2, 3]));
    // A second meter comes, in front of the first, both known by their ids.
    let both = account(1, "100", &[meter(11, Electric), meter(10, Electric)]);
    let found = world.store.put_accounts(turn, vec![both]).await.unwrap().unwrap();
    assert_eq!(found[0].meters.iter().map(|m| m.id.as_u128()).collect::<Vec<_>>(), [11, 10]);
    assert_eq!(unpacked(&stored(&world, turn, window(3)).await[0]), hours(&[1, 2, 3]));
    // One of two that nobody can tell apart: it is new.
    let one = account(1, "100", &[meter(99, Electric)]);
    let found = world.store.put_accounts(turn, vec![one]).await.unwrap().unwrap();
    assert_eq!(found[0].meters[0].id.as_u128(), 99);
}

#[tokio::test]
async fn a_link_to_other_accounts_forgets_what_was_read_of_the_old_ones() {
    let (world, turn) = synced().await;
    put(&world, turn, &[1, 2, 3]).await;
    let relink = async |accounts| {
        let session = world.session().await;
        world.store.link(change(session.id, 0), NewLink { accounts, ..link() }).await.unwrap().unwrap()
    };
    relink(vec![account(2, "200", &[meter(20, Electric)])]).await;
    relink(vec![account(1, "100", &[meter(10, Electric)])]).await;
    let progress = world.store.sync_state(turn.user_id).await.unwrap().unwrap().progress;
    assert!(progress.meters.is_empty(), "its history is read anew");
}
