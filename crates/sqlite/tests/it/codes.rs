//! Authorization codes and access tokens.

use std::sync::Arc;

use connect_core::store::{AccessToken, ConnectSession, Exchange, Principal, Redeemed, Store, TokenStore};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{CLIENT, STRANGER, World, at, change, digest, exchange, link, session, world};

/// Exchanges code `code` for access token `access` at second `second`.
async fn redeem(world: &World, code: u64, client: Uuid, access: u64, second: i64) -> Redeemed {
    let exchange = Exchange { client_id: client, ..exchange(code, access, second) };
    world.store.redeem_code(exchange).await.unwrap()
}

async fn works(world: &World, access: u64) -> bool {
    world.store.access_token(&digest(access)).await.unwrap().is_some()
}

#[tokio::test]
async fn a_code_gives_a_token_for_its_user_and_finishes_the_session() {
    let world = world().await;
    let (session, user) = world.code(1).await;
    assert_eq!(redeem(&world, 1, CLIENT, 100, 5).await, Redeemed::Yes);
    let principal = Principal { client_id: CLIENT, user_id: user };
    let token = AccessToken { principal, created_at: at(5), last_used_at: None, ends_at: None };
    assert_eq!(world.store.access_token(&digest(100)).await.unwrap(), Some(token));
    assert_eq!(world.peek::<i64>("SELECT finished_at FROM connect_sessions"), at(5).as_millisecond());
    assert!(!world.store.issue_code(session, digest(2), at(6), at(60)).await.unwrap(), "finished");
}

#[tokio::test]
async fn a_second_exchange_revokes_what_the_first_one_gave_also_after_a_restart() {
    let world = world().await;
    world.code(1).await;
    assert_eq!(redeem(&world, 1, CLIENT, 100, 5).await, Redeemed::Yes);
    let world = world.reopened();
    // Expired by now: a replay all the same.
    assert_eq!(redeem(&world, 1, CLIENT, 101, 500).await, Redeemed::Replayed { revoked: 1 });
    assert_eq!(redeem(&world, 1, CLIENT, 102, 500).await, Redeemed::Replayed { revoked: 0 });
    for token in [100, 101, 102] {
        assert!(!works(&world, token).await, "{token}");
    }
}

#[tokio::test]
async fn a_replay_revokes_nothing_of_another_code_of_the_same_user() {
    let world = world().await;
    let (first, second) = (world.session().await, world.session().await);
    for (session, code) in [(first.id, 1), (second.id, 2)] {
        world.store.link(change(session, 0), link()).await.unwrap().unwrap();
        assert!(world.store.issue_code(session, digest(code), at(0), at(60)).await.unwrap());
        assert_eq!(redeem(&world, code, CLIENT, 100 + code, 5).await, Redeemed::Yes);
    }
    assert_eq!(redeem(&world, 1, CLIENT, 200, 6).await, Redeemed::Replayed { revoked: 1 });
    assert!(!works(&world, 101).await && works(&world, 102).await);
}

#[tokio::test]
async fn another_clients_replay_revokes_nothing_and_after_the_sweep_nobodys_does() {
    let world = world().await;
    world.code(1).await;
    assert_eq!(redeem(&world, 1, CLIENT, 100, 5).await, Redeemed::Yes);
    assert_eq!(redeem(&world, 1, STRANGER, 101, 6).await, Redeemed::No);
    assert!(works(&world, 100).await);
    world.store.sweep(at(5_000)).await.unwrap();
    assert_eq!(redeem(&world, 1, CLIENT, 102, 6_000).await, Redeemed::No);
    assert!(works(&world, 100).await);
}

#[tokio::test]
async fn a_code_with_a_challenge_needs_its_verifier_and_one_without_takes_none() {
    let world = world().await;
    let proven = ConnectSession { code_challenge: Some(digest(7)), ..session(CLIENT) };
    world.store.add_session(proven.clone()).await.unwrap();
    world.store.link(change(proven.id, 0), link()).await.unwrap().unwrap();
    assert!(world.store.issue_code(proven.id, digest(1), at(0), at(60)).await.unwrap());
    world.code(2).await;
    let with = async |code, access, challenge: Option<u64>| {
        let exchange = Exchange { challenge: challenge.map(digest), ..exchange(code, access, 5) };
        world.store.redeem_code(exchange).await.unwrap()
    };
    // None of these uses a code up.
    assert_eq!(with(1, 100, None).await, Redeemed::No);
    assert_eq!(with(1, 101, Some(8)).await, Redeemed::No);
    assert_eq!(with(2, 102, Some(7)).await, Redeemed::No);
    assert_eq!(with(1, 103, Some(7)).await, Redeemed::Yes);
    assert_eq!(with(2, 104, None).await, Redeemed::Yes);
    // Nor is one of them a replay: who does not know the verifier has not the whole request.
    assert_eq!(with(1, 105, Some(8)).await, Redeemed::No);
    assert_eq!(with(1, 106, None).await, Redeemed::No);
    assert!(works(&world, 103).await);
    assert_eq!(with(1, 107, Some(7)).await, Redeemed::Replayed { revoked: 1 });
}

#[tokio::test]
async fn a_use_is_noted_once_an_hour() {
    let world = world().await;
    world.code(1).await;
    assert_eq!(redeem(&world, 1, CLIENT, 100, 5).await, Redeemed::Yes);
    for (second, noted) in [(10, 10), (11, 10), (10 + 3599, 10), (10 + 3600, 10 + 3600), (20, 10 + 3600)] {
        world.store.note_token_used(&digest(100), at(second)).await.unwrap();
        let token = world.store.access_token(&digest(100)).await.unwrap().unwrap();
        assert_eq!(token.last_used_at, Some(at(noted)), "at {second}");
    }
    world.store.note_token_used(&digest(99), at(1)).await.unwrap();
}

#[tokio::test]
async fn what_is_revoked_is_the_clients_own_and_unused() {
    let world = world().await;
    world.code(1).await;
    let (linked, _) = world.code(2).await;
    let (third, _) = world.code(3).await;
    let store = &world.store;
    assert_eq!(redeem(&world, 1, CLIENT, 100, 5).await, Redeemed::Yes);

    assert!(!store.revoke_access_token(&digest(100), STRANGER).await.unwrap());
    assert!(works(&world, 100).await);
    assert!(store.revoke_access_token(&digest(100), CLIENT).await.unwrap());
    assert!(!works(&world, 100).await);
    assert!(!store.revoke_access_token(&digest(100), CLIENT).await.unwrap(), "only once");

    assert!(!store.revoke_code(&digest(1), CLIENT).await.unwrap(), "used");
    assert!(!store.revoke_code(&digest(2), STRANGER).await.unwrap());
    assert!(store.revoke_code(&digest(2), CLIENT).await.unwrap());
    assert_eq!(redeem(&world, 2, CLIENT, 101, 6).await, Redeemed::No);
    // The customer, who is still there, gets another one.
    assert!(store.issue_code(linked, digest(20), at(6), at(66)).await.unwrap());
    assert_eq!(redeem(&world, 20, CLIENT, 102, 7).await, Redeemed::Yes);

    let token: Vec<u8> =
        world.peek(&format!("SELECT token_digest FROM connect_sessions WHERE id = x'{}'", third.simple()));
    let token = token.try_into().unwrap();
    assert!(store.end_session(&token, STRANGER, at(7)).await.unwrap().is_none());
    assert_eq!(store.end_session(&token, CLIENT, at(7)).await.unwrap(), Some(third));
    assert!(store.end_session(&token, CLIENT, at(8)).await.unwrap().is_none(), "only once");
    assert_eq!(redeem(&world, 3, CLIENT, 103, 9).await, Redeemed::No);
    assert!(!store.issue_code(third, digest(30), at(9), at(69)).await.unwrap());
    assert!(!store.advance(change(third, 1)).await.unwrap());
}

#[tokio::test]
async fn another_clients_attempt_fails_and_leaves_the_code_good() {
    let world = world().await;
    let (_, user) = world.code(1).await;
    assert_eq!(redeem(&world, 1, STRANGER, 100, 5).await, Redeemed::No);
    assert!(!works(&world, 100).await);
    assert_eq!(redeem(&world, 1, CLIENT, 101, 5).await, Redeemed::Yes);
    assert_eq!(world.store.access_token(&digest(101)).await.unwrap().unwrap().principal.user_id, user);
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
    assert!(world.store.redeem_code(exchange(2, 100, 5)).await.is_err(), "that token exists");
    assert_eq!(redeem(&world, 2, CLIENT, 101, 5).await, Redeemed::Yes);
}

#[tokio::test]
async fn a_finished_session_gives_no_token_even_if_the_file_holds_a_code_for_it() {
    let world = world().await;
    world.code(1).await;
    world.meddle("UPDATE connect_sessions SET finished_at = 1");
    assert!(world.store.redeem_code(exchange(1, 100, 5)).await.is_err());
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
                    let exchange = exchange(code, 1_000 + code * 64 + attempt, 5);
                    let answer = store.redeem_code(exchange).await.unwrap();
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
            let revoked: usize = answers
                .iter()
                .filter_map(|(c, _, answer)| match answer {
                    Redeemed::Replayed { revoked } if *c == code => Some(*revoked),
                    _ => None,
                })
                .sum();
            assert_eq!(revoked, 1, "the losers of code {code} are replays");
            for attempt in 0..64 {
                let found = store.access_token(&digest(1_000 + code * 64 + attempt)).await.unwrap();
                assert!(found.is_none(), "code {code}, attempt {attempt}");
            }
        }
    }
    assert!(store.stats().commits < store.stats().jobs, "exchanges at the same time share commits");
}
