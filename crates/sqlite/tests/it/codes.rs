//! Authorization codes and access tokens.

use std::sync::Arc;

use connect_core::store::{Principal, Redeemed, Store};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{CLIENT, STRANGER, World, at, digest, world};

/// Exchanges code `code` for access token `access` at second `second`.
async fn redeem(world: &World, code: u64, client: Uuid, access: u64, second: i64) -> Redeemed {
    world.store.redeem_code(digest(code), client, digest(access), at(second)).await.unwrap()
}

#[tokio::test]
async fn a_code_gives_a_token_for_its_user_and_finishes_the_session() {
    let world = world().await;
    let (session, user) = world.code(1).await;
    assert_eq!(redeem(&world, 1, CLIENT, 100, 5).await, Redeemed::Yes);
    let principal = world.store.principal(&digest(100)).await.unwrap();
    assert_eq!(principal, Some(Principal { client_id: CLIENT, user_id: user }));
    assert_eq!(world.peek::<i64>("SELECT finished_at FROM connect_sessions"), at(5).as_millisecond());
    assert!(!world.store.issue_code(session, digest(2), at(6), at(60)).await.unwrap(), "finished");
}

#[tokio::test]
async fn a_code_works_once_also_after_a_restart() {
    let world = world().await;
    world.code(1).await;
    assert_eq!(redeem(&world, 1, CLIENT, 100, 5).await, Redeemed::Yes);
    assert_eq!(redeem(&world, 1, CLIENT, 101, 5).await, Redeemed::No);
    let world = world.reopened();
    assert_eq!(redeem(&world, 1, CLIENT, 102, 5).await, Redeemed::No);
    assert!(world.store.principal(&digest(100)).await.unwrap().is_some());
    for token in [101, 102] {
        assert!(world.store.principal(&digest(token)).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn another_clients_attempt_fails_and_leaves_the_code_good() {
    let world = world().await;
    let (_, user) = world.code(1).await;
    assert_eq!(redeem(&world, 1, STRANGER, 100, 5).await, Redeemed::No);
    assert!(world.store.principal(&digest(100)).await.unwrap().is_none());
    assert_eq!(redeem(&world, 1, CLIENT, 101, 5).await, Redeemed::Yes);
    assert_eq!(world.store.principal(&digest(101)).await.unwrap().unwrap().user_id, user);
}

#[tokio::test]
async fn a_code_works_until_just_before_it_expires() {
    let world = world().await;
    world.code(1).await;
    assert_eq!(redeem(&world, 1, CLIENT, 100, 61).await, Redeemed::No);
    assert_eq!(redeem(&world, 1, CLIENT, 100, 60).await, Redeemed::No);
    assert_eq!(redeem(&world, 1, CLIENT, 100, 59).await, Redeemed::Yes);
    assert_eq!(redeem(&world, 2, CLIENT, 101, 0).await, Redeemed::No, "unknown");
}

#[tokio::test]
async fn a_new_code_replaces_the_earlier_one() {
    let world = world().await;
    let (session, _) = world.code(1).await;
    assert!(world.store.issue_code(session, digest(2), at(1), at(61)).await.unwrap());
    assert_eq!(redeem(&world, 1, CLIENT, 100, 5).await, Redeemed::No);
    assert_eq!(redeem(&world, 2, CLIENT, 101, 5).await, Redeemed::Yes);
}

#[tokio::test]
async fn a_code_needs_a_linked_user() {
    let world = world().await;
    let session = world.session().await;
    assert!(!world.store.issue_code(session.id, digest(1), at(0), at(60)).await.unwrap());
    assert!(!world.store.issue_code(Uuid::from_u128(99), digest(1), at(0), at(60)).await.unwrap());
}

#[tokio::test]
async fn a_token_that_cannot_be_stored_leaves_the_code_good() {
    let world = world().await;
    world.code(1).await;
    world.code(2).await;
    assert_eq!(redeem(&world, 1, CLIENT, 100, 5).await, Redeemed::Yes);
    assert!(world.store.redeem_code(digest(2), CLIENT, digest(100), at(5)).await.is_err(), "that token exists");
    assert_eq!(redeem(&world, 2, CLIENT, 101, 5).await, Redeemed::Yes);
}

#[tokio::test]
async fn a_finished_session_gives_no_token_even_if_the_file_holds_a_code_for_it() {
    let world = world().await;
    world.code(1).await;
    world.meddle("UPDATE connect_sessions SET finished_at = 1");
    assert!(world.store.redeem_code(digest(1), CLIENT, digest(100), at(5)).await.is_err());
    assert_eq!(world.peek::<u32>("SELECT count(*) FROM access_tokens"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_exchanges_of_a_code_at_once_one_succeeds_and_none_fails() {
    let world = world().await;
    for code in 0..200 {
        world.code(code).await;
    }
    let store = Arc::new(world.store);
    // Code by code, and all at the same time: every attempt brings a token of its own.
    for codes in [0..20, 20..200] {
        let mut tasks = JoinSet::new();
        for attempt in 0..64 {
            for code in codes.clone() {
                let store = store.clone();
                tasks.spawn(async move {
                    let access = digest(1_000 + code * 64 + attempt);
                    let answer = store.redeem_code(digest(code), CLIENT, access, at(5)).await.unwrap();
                    (code, attempt, answer)
                });
            }
        }
        let answers = tasks.join_all().await;
        for code in codes {
            let won: Vec<_> = answers
                .iter()
                .filter(|(c, _, answer)| *c == code && *answer == Redeemed::Yes)
                .map(|(_, a, _)| *a)
                .collect();
            assert_eq!(won.len(), 1, "code {code}");
            for attempt in 0..64 {
                let found = store.principal(&digest(1_000 + code * 64 + attempt)).await.unwrap();
                assert_eq!(found.is_some(), attempt == won[0], "only the winner's token exists");
            }
        }
    }
    assert!(store.stats().commits < store.stats().jobs, "exchanges at the same time share commits");
}
