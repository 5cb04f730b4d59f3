//! What a grant does to what is there.

use connect_core::connector::MeterKind::Electric;
use connect_core::connector::{RemoteAccount, RemoteMeter};
use connect_core::grant::{Choices, Grant, History, Meters};
use connect_core::store::{NewLink, Store, TokenStore, UsageStore};
use connect_core::usage::window::add;
use connect_core::usage::{Flow, Grain, Quality, Reading, Scale, Series, SeriesKind, Unit, Window};
use jiff::Timestamp;
use uuid::Uuid;

use crate::support::*;

const DAY: i64 = 86_400;
/// 2026-03-01T00:00:00Z.
const MARCH: i64 = 1_772_323_200;

fn series(days: &[i64]) -> Vec<Series> {
    let reading = |day: &i64| Reading { start: *day, duration: 86_400, raw: 1, quality: Quality::Measured };
    let scale = Scale { unit: Unit::WattHour, exponent: 0 };
    let kind = SeriesKind { flow: Flow::Delivered, grain: Grain::Day, scale };
    vec![Series { kind, readings: days.iter().map(reading).collect() }]
}

fn linked_with(grant: Grant) -> NewLink {
    NewLink { grant, accounts: vec![account(1, "1", &[meter(11, Electric)])], ..link() }
}

async fn relink(world: &World, grant: Grant) -> Uuid {
    let session = session(CLIENT);
    world.store.add_session(session.clone()).await.unwrap();
    world.store.link(change(session.id, 0), linked_with(grant)).await.unwrap().unwrap()
}

/// A link that shares everything, with readings of January and of March and with two bills.
async fn with_data(world: &World) -> Uuid {
    let user = relink(world, Grant::default()).await;
    let job = world.store.claim_sync(Uuid::nil(), at(20), at(140), vec![]).await.unwrap().unwrap();
    let turn = connect_core::store::Turn { user_id: user, lease: job.lease, now: at(20), until: at(140) };
    let window = Window { from: MARCH - 59 * DAY, to: MARCH + 9 * DAY };
    let read = series(&[MARCH - 50 * DAY, MARCH + DAY, MARCH + 5 * DAY]);
    let fetched = add(None, window, window.to, None, &read);
    assert!(world.store.put_readings(turn, Uuid::from_u128(11), fetched, read).await.unwrap());
    for (id, start, end) in [(1, "2026-01-01", "2026-02-01"), (2, "2026-02-05", "2026-03-05")] {
        world.meddle(&format!(
            "INSERT INTO bills (user_id, id, account_id, remote_id, start, bill)
             SELECT user_id, randomblob(16), id, 'b{id}', '{start}', '{{\"start\":\"{start}\",\"end\":\"{end}\"}}' FROM accounts"
        ));
    }
    user
}

fn counts(world: &World) -> (i64, i64) {
    (world.peek("SELECT count(*) FROM reading_chunks"), world.peek("SELECT count(*) FROM bills"))
}

async fn has_progress(world: &World, user: Uuid) -> bool {
    !world.store.sync_state(user).await.unwrap().unwrap().progress.meters.is_empty()
}

#[tokio::test]
async fn the_same_grant_again_keeps_what_is_there() {
    let world = world().await;
    let user = with_data(&world).await;
    assert_eq!(relink(&world, Grant::default()).await, user);
    assert_eq!(counts(&world), (2, 2));
    assert!(has_progress(&world, user).await);
}

#[tokio::test]
async fn what_is_shared_no_more_is_deleted() {
    let world = world().await;
    let user = with_data(&world).await;
    let choices = Choices { bills: false, ..Choices::default() };
    relink(&world, Grant { choices, ..Grant::default() }).await;
    assert_eq!(counts(&world), (2, 0));
    let choices = Choices { usage: false, ..Choices::default() };
    relink(&world, Grant { choices, ..Grant::default() }).await;
    assert_eq!(counts(&world), (0, 0));
    // Of what was deleted nothing counts as fetched, should it be shared again.
    assert!(!has_progress(&world, user).await);
}

#[tokio::test]
async fn a_shorter_history_deletes_the_months_and_bills_before_it() {
    let world = world().await;
    let user = with_data(&world).await;
    let from = Timestamp::from_second(MARCH + 3 * DAY).unwrap();
    let choices = Choices { history: History::Nothing, ..Choices::default() };
    let grant = Grant { choices, from: Some(from), ..Grant::default() };
    relink(&world, grant.clone()).await;
    // March stays as a whole; what is before the 4th is held back where it is read.
    assert_eq!(counts(&world), (1, 1));
    assert_eq!(world.store.user(user).await.unwrap().unwrap().grant, grant);
}

#[tokio::test]
async fn a_token_tells_when_its_grant_ends_and_the_job_ends_with_it() {
    let world = world().await;
    let (_, user) = world.code(7).await;
    let until = at(5_000);
    let again = session(CLIENT);
    world.store.add_session(again.clone()).await.unwrap();
    let grant = Grant { until: Some(until), ..Grant::default() };
    let renewed = NewLink { login_digest: digest(7), grant, ..link() };
    world.store.link(change(again.id, 0), renewed).await.unwrap();
    world.store.redeem_code(exchange(7, 8, 11)).await.unwrap();
    let token = world.store.access_token(&digest(8)).await.unwrap().unwrap();
    assert_eq!((token.principal.user_id, token.ends_at), (user, Some(until)));

    let claim = |second| world.store.claim_sync(Uuid::now_v7(), at(second), at(second + 1), vec![]);
    assert!(claim(4_000).await.unwrap().is_some());
    assert_eq!(world.store.users_ended(at(4_999)).await.unwrap().len(), 0);
    assert_eq!(world.store.users_ended(at(5_000)).await.unwrap(), [user]);
    assert!(claim(50_000).await.unwrap().is_none());
}

#[tokio::test]
async fn a_grant_that_cannot_be_read_shares_nothing_and_stops_nobody() {
    let world = world().await;
    let user = relink(&world, Grant::default()).await;
    world.meddle("UPDATE users SET sharing = '{}'");
    assert_eq!(world.store.user(user).await.unwrap().unwrap().grant, Grant::nothing());
    assert!(world.store.claim_sync(Uuid::nil(), at(20), at(140), vec![]).await.unwrap().is_some());
    // The customer links again, or goes.
    relink(&world, Grant::default()).await;
    assert_eq!(world.store.user(user).await.unwrap().unwrap().grant, Grant::default());
    world.meddle("UPDATE users SET sharing = '{}'");
    assert!(world.store.delete_user(user, None).await.unwrap());
}

#[tokio::test]
async fn a_link_of_before_there_was_a_choice_shares_everything() {
    let world = world().await;
    let user = relink(&world, Grant::default()).await;
    world.meddle("UPDATE users SET sharing = NULL");
    assert_eq!(world.store.user(user).await.unwrap().unwrap().grant, Grant::default());
}

#[tokio::test]
async fn only_a_grant_that_has_ended_is_deleted_as_such() {
    let world = world().await;
    let user = relink(&world, Grant { until: Some(at(100)), ..Grant::default() }).await;
    assert!(!world.store.delete_user(user, Some(at(99))).await.unwrap());
    // Renewed meanwhile.
    relink(&world, Grant { until: Some(at(500)), ..Grant::default() }).await;
    assert!(!world.store.delete_user(user, Some(at(100))).await.unwrap());
    assert!(world.store.delete_user(user, Some(at(500))).await.unwrap());
}

/// Two meters without marks of their own: of another choice the readings of one must not become the other's.
#[tokio::test]
async fn another_choice_among_meters_without_marks_begins_anew() {
    let world = world().await;
    let chosen = |place| {
        let kinds = [Electric, Electric].map(|kind| RemoteMeter { public_id: None, kind });
        let account = RemoteAccount {
            public_id: None,
            account_number: "1".into(),
            address: String::new(),
            meters: kinds.into(),
        };
        Grant { meters: Some(Meters::choose(&[account], &[place])), ..Grant::default() }
    };
    let meters = async |user| {
        let accounts = world.store.accounts(user).await.unwrap();
        accounts[0].meters.iter().map(|meter| meter.id.as_u128()).collect::<Vec<_>>()
    };
    let link_of = async |grant: Grant, id| {
        let session = session(CLIENT);
        world.store.add_session(session.clone()).await.unwrap();
        let link = NewLink { grant, accounts: vec![account(1, "1", &[meter(id, Electric)])], ..link() };
        world.store.link(change(session.id, 0), link).await.unwrap().unwrap()
    };
    let user = link_of(chosen(0), 11).await;
    link_of(chosen(0), 12).await;
    assert_eq!(meters(user).await, [11], "the same choice: the same meter");
    link_of(chosen(1), 13).await;
    assert_eq!(meters(user).await, [13]);
}
