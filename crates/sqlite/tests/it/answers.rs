//! Answers that are remembered, with what they tell, or not at all.

use std::sync::Arc;

use connect_core::store::{Exchange, NewAnswer, Redeemed, Store, StoredAnswer, TokenStore};
use tokio::task::JoinSet;

use crate::support::{CLIENT, STRANGER, at, digest, exchange, session, world};

/// An answer under key `key` to request `request`, remembered until second `until`.
fn answer(key: u64, request: u64, until: i64) -> NewAnswer {
    let sealed = format!("answer {key} {request}").into_bytes();
    NewAnswer { key: digest(key), request: digest(request), sealed, expires_at: at(until) }
}

fn stored(key: u64, request: u64) -> StoredAnswer {
    let NewAnswer { request, sealed, .. } = answer(key, request, 0);
    StoredAnswer { request, sealed }
}

fn keyed(code: u64, access: u64, second: i64, answer: NewAnswer) -> Exchange {
    Exchange { answer: Some(answer), ..exchange(code, access, second) }
}

#[tokio::test]
async fn an_exchange_with_its_key_again_is_no_replay() {
    let world = world().await;
    world.code(1).await;
    let again = || keyed(1, 100, 5, answer(7, 70, 1_000));
    assert_eq!(world.store.redeem_code(again()).await.unwrap(), Redeemed::Yes);
    assert_eq!(world.store.redeem_code(again()).await.unwrap(), Redeemed::Known(stored(7, 70)));
    assert!(world.store.access_token(&digest(100)).await.unwrap().is_some());
    // With another key, or none, it is one.
    let other = keyed(1, 101, 6, answer(8, 70, 1_000));
    assert_eq!(world.store.redeem_code(other).await.unwrap(), Redeemed::Replayed { revoked: 1 });
    assert!(world.store.answer(CLIENT, &digest(8), at(6)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    let world = world().await;
    let store = &world.store;
    assert_eq!(store.redeem_code(keyed(1, 100, 5, answer(7, 70, 1_000))).await.unwrap(), Redeemed::No);
    assert!(store.answer(CLIENT, &digest(7), at(5)).await.unwrap().is_none());
    world.code(1).await;
    assert_eq!(store.redeem_code(keyed(1, 100, 5, answer(7, 70, 1_000))).await.unwrap(), Redeemed::Yes);
    // A session that cannot be stored leaves no answer either.
    let broken = session(uuid::Uuid::from_u128(99));
    assert!(store.add_session_once(broken.clone(), answer(8, 80, 1_000)).await.is_err());
    assert!(store.answer(broken.client_id, &digest(8), at(5)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_key_that_is_in_use_keeps_a_session_from_being_made() {
    let world = world().await;
    let store = &world.store;
    let (first, second, foreign) = (session(CLIENT), session(CLIENT), session(STRANGER));
    assert!(store.add_session_once(first.clone(), answer(7, 70, 1_000)).await.unwrap().is_none());
    let known = store.add_session_once(second.clone(), answer(7, 71, 1_000)).await.unwrap();
    assert_eq!(known, Some(stored(7, 70)));
    assert!(store.session_by_handle(&second.handle).await.unwrap().is_none());
    assert!(store.add_session_once(foreign.clone(), answer(7, 72, 1_000)).await.unwrap().is_none());
    assert_eq!(store.answer(STRANGER, &digest(7), at(1)).await.unwrap(), Some(stored(7, 72)));
}

#[tokio::test]
async fn an_answer_is_forgotten_in_time_and_its_key_is_free_again() {
    let world = world().await;
    let store = &world.store;
    store.add_session_once(session(CLIENT), answer(7, 70, 100)).await.unwrap();
    store.add_session_once(session(CLIENT), answer(8, 80, 200)).await.unwrap();
    assert!(store.answer(CLIENT, &digest(7), at(99)).await.unwrap().is_some());
    assert!(store.answer(CLIENT, &digest(7), at(100)).await.unwrap().is_none());
    let later = connect_core::store::ConnectSession { created_at: at(100), ..session(CLIENT) };
    assert!(store.add_session_once(later, answer(7, 71, 300)).await.unwrap().is_none());
    assert_eq!(store.answer(CLIENT, &digest(7), at(101)).await.unwrap(), Some(stored(7, 71)));
    assert_eq!(store.sweep(at(201)).await.unwrap(), 1);
    assert_eq!(world.peek::<u32>("SELECT count(*) FROM idempotent_answers"), 1);
    assert!(store.answer(CLIENT, &digest(7), at(201)).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_with_one_key_at_once_one_is_carried_out() {
    let world = world().await;
    world.code(1).await;
    let store = Arc::new(world.store);
    let mut tasks = JoinSet::new();
    for attempt in 0..64 {
        let store = store.clone();
        let exchange = keyed(1, 100 + attempt, 5, answer(7, 70, 1_000));
        tasks.spawn(async move { store.redeem_code(exchange).await.unwrap() });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| **answer == Redeemed::Yes).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Redeemed::Known(stored(7, 70))).count(), 63);
    let mut alive = 0;
    for attempt in 0..64 {
        alive += usize::from(store.access_token(&digest(100 + attempt)).await.unwrap().is_some());
    }
    assert_eq!(alive, 1);
}
