//! Clients and runs.

use std::sync::Arc;

use connect_core::flow::Stage;
use connect_core::store::{Advance, ClientStore, Redeemed, Store, StoreError, TokenStore};
use connect_core::token::Handle;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{CLIENT, at, change, client, digest, exchange, flow, secret, session, world};

#[tokio::test]
async fn a_client_reads_back_and_exists_once() {
    let world = world().await;
    let found = world.store.client(CLIENT).await.unwrap().unwrap();
    let added = client(CLIENT);
    assert_eq!((found.id, found.name, found.environment), (added.id, added.name, added.environment));
    assert_eq!(found.code_seconds, added.code_seconds);
    assert!(world.store.client(Uuid::from_u128(99)).await.unwrap().is_none());
    assert!(matches!(world.store.add_client(client(CLIENT), secret(9)).await, Err(StoreError::Backend(_))));
}

#[tokio::test]
async fn a_session_reads_back_by_handle_and_by_token_across_a_restart() {
    let world = world().await;
    let mut added = session(CLIENT);
    added.login_state = Some(vec![0, 1, 255]);
    world.store.add_session(added.clone()).await.unwrap();
    let world = world.reopened();
    let by_handle = world.store.session_by_handle(&added.handle).await.unwrap();
    let by_token = world.store.session_by_token(&added.token_digest).await.unwrap();
    for found in [by_handle.unwrap(), by_token.unwrap()] {
        assert_eq!(format!("{found:?}"), format!("{added:?}"));
    }
    let unknown = Handle::parse(&"0".repeat(22)).unwrap();
    assert!(world.store.session_by_handle(&unknown).await.unwrap().is_none());
    assert!(world.store.session_by_token(&digest(0)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_starts_at_step_0_and_belongs_to_a_client() {
    let world = world().await;
    let mut added = session(CLIENT);
    added.step = 7;
    world.store.add_session(added.clone()).await.unwrap();
    assert_eq!(world.store.session_by_handle(&added.handle).await.unwrap().unwrap().step, 0);
    assert!(world.store.add_session(session(Uuid::from_u128(99))).await.is_err());
}

#[tokio::test]
async fn a_handle_or_token_is_given_once() {
    let world = world().await;
    let first = world.session().await;
    let mut second = session(CLIENT);
    second.handle = first.handle.clone();
    assert!(world.store.add_session(second).await.is_err());
    let mut third = session(CLIENT);
    third.token_digest = first.token_digest;
    assert!(world.store.add_session(third).await.is_err());
}

#[tokio::test]
async fn an_advance_changes_flow_step_and_login_state_only_from_its_own_step() {
    let world = world().await;
    let session = world.session().await;
    let with = |from_step, login_state| Advance { login_state, ..change(session.id, from_step) };

    assert!(!world.store.advance(with(1, None)).await.unwrap(), "too early");
    assert!(world.store.advance(with(0, Some(vec![1]))).await.unwrap());
    assert!(!world.store.advance(with(0, None)).await.unwrap(), "too late");
    let found = world.store.session_by_handle(&session.handle).await.unwrap().unwrap();
    assert_eq!((found.step, found.flow, found.login_state), (1, flow(Stage::Select), Some(vec![1])));

    assert!(world.store.advance(with(1, None)).await.unwrap());
    let found = world.store.session_by_handle(&session.handle).await.unwrap().unwrap();
    assert_eq!((found.step, found.login_state), (2, None));
    assert!(!world.store.advance(change(Uuid::from_u128(99), 0)).await.unwrap(), "unknown session");
}

#[tokio::test]
async fn a_finished_session_does_not_advance() {
    let world = world().await;
    let (session, _) = world.code(1).await;
    assert_eq!(world.store.redeem_code(exchange(1, 2, 1)).await.unwrap(), Redeemed::Yes);
    assert!(!world.store.advance(change(session, 1)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_advances_at_once_one_is_carried_out() {
    let world = world().await;
    let session = world.session().await;
    let store = Arc::new(world.store);
    for step in 0..10 {
        let mut tasks = JoinSet::new();
        for _ in 0..32 {
            let (store, change) = (store.clone(), change(session.id, step));
            tasks.spawn(async move { store.advance(change).await.unwrap() });
        }
        assert_eq!(tasks.join_all().await.iter().filter(|done| **done).count(), 1);
    }
    assert_eq!(store.session_by_handle(&session.handle).await.unwrap().unwrap().step, 10);
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_an_error_and_names_itself() {
    let world = world().await;
    let session = world.session().await;
    for (damage, what) in [
        ("UPDATE connect_sessions SET flow = '{\"mode\":'", "flow"),
        ("UPDATE connect_sessions SET flow = '{}'", "flow"),
        ("UPDATE connect_sessions SET step = -1", "step"),
        ("UPDATE connect_sessions SET expires_at = 9223372036854775807", "time"),
    ] {
        world.meddle(&format!("BEGIN; CREATE TABLE saved AS SELECT * FROM connect_sessions; {damage}; COMMIT"));
        let found = world.store.session_by_handle(&session.handle).await;
        assert!(matches!(found, Err(StoreError::Corrupt(named)) if named == what), "{damage}: {found:?}");
        world.meddle(
            "BEGIN; DELETE FROM connect_sessions; INSERT INTO connect_sessions SELECT * FROM saved; DROP TABLE saved; COMMIT",
        );
    }
    assert!(world.store.session_by_handle(&session.handle).await.unwrap().is_some());
    world.meddle("UPDATE connect_sessions SET handle = 'short'");
    let found = world.store.session_by_token(&session.token_digest).await;
    assert!(matches!(found, Err(StoreError::Corrupt("handle"))), "{found:?}");
}

#[tokio::test]
async fn a_sweep_takes_what_has_expired_and_leaves_the_rest() {
    let world = world().await;
    let mut ended = session(CLIENT);
    ended.expires_at = at(99);
    let mut edge = session(CLIENT);
    edge.expires_at = at(100);
    for session in [&ended, &edge] {
        world.store.add_session(session.clone()).await.unwrap();
    }
    assert_eq!(world.store.sweep(at(100)).await.unwrap(), 1);
    assert!(world.store.session_by_handle(&ended.handle).await.unwrap().is_none());
    assert!(world.store.session_by_handle(&edge.handle).await.unwrap().is_some());
    assert_eq!(world.store.sweep(at(100)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_sweep_takes_a_used_code_with_its_session_and_leaves_the_access_token() {
    let world = world().await;
    world.code(1).await;
    assert_eq!(world.store.redeem_code(exchange(1, 2, 1)).await.unwrap(), Redeemed::Yes);
    assert_eq!(world.store.sweep(at(60)).await.unwrap(), 0);
    assert_eq!(world.store.sweep(at(61)).await.unwrap(), 1, "the code");
    assert_eq!(world.store.sweep(at(1801)).await.unwrap(), 1, "the session");
    assert!(world.store.access_token(&digest(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_session_stays_while_its_code_can_be_exchanged() {
    let world = world().await;
    let (session, _) = world.linked("customer", 1).await;
    assert!(world.store.issue_code(session, digest(1), at(1799), at(1860)).await.unwrap());
    assert_eq!(world.store.sweep(at(1801)).await.unwrap(), 0);
    assert_eq!(world.store.redeem_code(exchange(1, 2, 1802)).await.unwrap(), Redeemed::Yes);
    assert_eq!(world.store.sweep(at(1861)).await.unwrap(), 2);
}

#[tokio::test]
async fn a_large_sweep_goes_in_batches() {
    let world = world().await;
    world.meddle(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2300)
         INSERT INTO connect_sessions
             (id, handle, token_digest, client_id, user_ref, created_at, expires_at, step, flow)
         SELECT randomblob(16), printf('%022d', i), randomblob(32), (SELECT min(id) FROM clients), 'x', 0, i, 0, '{}'
         FROM n",
    );
    let before = world.store.stats();
    assert_eq!(world.store.sweep(at(0)).await.unwrap(), 2300);
    assert!(world.store.stats().jobs - before.jobs >= 3, "no job deletes more than 1000 rows");
}

#[tokio::test]
async fn only_a_run_that_is_open_is_extended_and_never_shortened() {
    let world = world().await;
    let session = world.session().await;
    let until = |second| jiff::Timestamp::from_second(session.expires_at.as_second() + second).unwrap();
    let extend = |now, to| world.store.extend_session(session.id, until(now), until(to));
    assert!(extend(-1, 60).await.unwrap());
    assert_eq!(world.store.session_by_handle(&session.handle).await.unwrap().unwrap().expires_at, until(60));
    assert!(!extend(-1, 30).await.unwrap(), "not shorter");
    assert!(!extend(60, 90).await.unwrap(), "not when it is over");
    world.store.end_session(&session.token_digest, CLIENT, until(-1)).await.unwrap();
    assert!(!extend(0, 90).await.unwrap(), "not when it was ended");
}
