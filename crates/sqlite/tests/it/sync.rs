//! Jobs and their leases.

use connect_core::store::{Leave, NewLink, Store, SyncJob, Turn, TurnEnd, UsageStore};
use connect_sqlite::SqliteStore;
use uuid::Uuid;

use crate::support::{account, at, change, link, world};

const FIRST: Uuid = Uuid::from_u128(100);
const SECOND: Uuid = Uuid::from_u128(200);

async fn claim(store: &SqliteStore, lease: Uuid, now: i64) -> Option<SyncJob> {
    store.claim_sync(lease, at(now), at(now + 60), vec![]).await.unwrap()
}

fn turn(user_id: Uuid, lease: Uuid) -> Turn {
    Turn { user_id, lease, now: at(20), until: at(200) }
}

fn end(due: Option<i64>) -> TurnEnd {
    TurnEnd { due_at: due.map(at), failures: 2, error: Some("site_down"), credentials_valid: false }
}

#[tokio::test]
async fn a_link_queues_a_job_that_one_worker_gets() {
    let world = world().await;
    assert!(claim(&world.store, FIRST, 100).await.is_none());
    let (_, user) = world.linked("customer", 1).await;
    assert!(claim(&world.store, FIRST, 9).await.is_none(), "linked at second 10");
    let job = claim(&world.store, FIRST, 10).await.unwrap();
    assert_eq!((job.user.id, job.failures), (user, 0));
    assert_eq!(job.sealed.login, format!("sealed for {user}").into_bytes());
    assert_eq!(job.sealed.session.unwrap(), format!("session for {user}").into_bytes());
    assert!(claim(&world.store, SECOND, 10).await.is_none(), "it is taken");
}

#[tokio::test]
async fn of_many_workers_at_once_each_gets_another_job() {
    let world = world().await;
    for login in 0..8 {
        world.linked(&format!("customer-{login}"), login).await;
    }
    let claims = (0..16u128).map(|worker| {
        let store = &world.store;
        async move { store.claim_sync(Uuid::from_u128(worker), at(20), at(80), vec![]).await.unwrap() }
    });
    let jobs = futures::future::join_all(claims).await;
    let mut users: Vec<_> = jobs.iter().flatten().map(|job| job.user.id).collect();
    assert_eq!(users.len(), 8);
    users.sort();
    users.dedup();
    assert_eq!(users.len(), 8, "no job twice");
}

#[tokio::test]
async fn a_dead_workers_job_is_taken_over_and_its_late_writes_are_refused() {
    let world = world().await;
    let (_, user) = world.linked("customer", 1).await;
    claim(&world.store, FIRST, 10).await.unwrap();
    assert!(claim(&world.store, SECOND, 69).await.is_none());
    claim(&world.store, SECOND, 70).await.unwrap();
    let (late, own) = (turn(user, FIRST), turn(user, SECOND));
    assert!(!world.store.put_session(late, b"late".to_vec()).await.unwrap());
    assert!(world.store.put_accounts(late, vec![account(1, "100", &[])]).await.unwrap().is_none());
    assert!(!world.store.end_turn(late, end(None)).await.unwrap());
    assert!(world.store.put_session(own, b"new".to_vec()).await.unwrap());
    // The write has made the lease longer, until second 200; after the second death it takes longer still.
    assert!(claim(&world.store, FIRST, 319).await.is_none());
    assert_eq!(claim(&world.store, FIRST, 320).await.unwrap().sealed.session.unwrap(), b"new");
}

#[tokio::test]
async fn an_ended_turn_says_when_the_next_is_due_and_whether_the_login_is_good() {
    let world = world().await;
    let (_, user) = world.linked("customer", 1).await;
    claim(&world.store, FIRST, 10).await.unwrap();
    assert!(world.store.end_turn(turn(user, FIRST), end(Some(500))).await.unwrap());
    assert!(!world.store.user(user).await.unwrap().unwrap().credentials_valid);
    let state = world.store.sync_state(user).await.unwrap().unwrap();
    assert_eq!((state.due_at, state.error.as_deref()), (Some(at(500)), Some("site_down")));
    assert!(claim(&world.store, FIRST, 499).await.is_none());
    let job = claim(&world.store, FIRST, 500).await.unwrap();
    assert_eq!(job.failures, 2);
}

#[tokio::test]
async fn a_job_at_rest_wakes_up_when_the_customer_links_again() {
    let world = world().await;
    let (_, user) = world.linked("customer", 1).await;
    claim(&world.store, FIRST, 10).await.unwrap();
    assert!(world.store.end_turn(turn(user, FIRST), end(None)).await.unwrap());
    assert!(claim(&world.store, FIRST, 1_000_000).await.is_none());
    let session = world.session().await;
    world.store.link(change(session.id, 0), NewLink { at: at(30), ..link() }).await.unwrap().unwrap();
    let job = claim(&world.store, FIRST, 30).await.unwrap();
    assert_eq!((job.user.id, job.failures, job.user.credentials_valid), (user, 0, true));
}

#[tokio::test]
async fn linking_again_ends_the_turn_of_a_worker_with_the_old_login() {
    let world = world().await;
    let (_, user) = world.linked("customer", 1).await;
    claim(&world.store, FIRST, 10).await.unwrap();
    let session = world.session().await;
    world.store.link(change(session.id, 0), link()).await.unwrap().unwrap();
    assert!(!world.store.put_session(turn(user, FIRST), b"old".to_vec()).await.unwrap());
    assert!(!world.store.end_turn(turn(user, FIRST), end(None)).await.unwrap());
    assert!(world.store.user(user).await.unwrap().unwrap().credentials_valid);
}

#[tokio::test]
async fn jobs_of_utilities_that_rest_are_left() {
    let world = world().await;
    world.linked("customer", 1).await;
    let except = |utility| world.store.claim_sync(FIRST, at(20), at(80), vec![utility]);
    assert!(except(3).await.unwrap().is_none());
    assert!(except(4).await.unwrap().is_some());
}

#[tokio::test]
async fn a_deleted_user_has_no_job() {
    let world = world().await;
    let (_, user) = world.linked("customer", 1).await;
    claim(&world.store, FIRST, 10).await.unwrap();
    world.store.delete_user(user, None).await.unwrap();
    assert!(!world.store.put_session(turn(user, FIRST), b"late".to_vec()).await.unwrap());
    assert!(world.store.sync_state(user).await.unwrap().is_none());
}

#[tokio::test]
async fn a_job_that_kills_its_workers_comes_later_each_time() {
    let world = world().await;
    world.linked("customer", 1).await;
    assert_eq!(claim(&world.store, FIRST, 10).await.unwrap().failures, 0);
    assert_eq!(claim(&world.store, FIRST, 70).await.unwrap().failures, 1, "once may be chance");
    assert!(claim(&world.store, FIRST, 130).await.is_none());
    assert!(claim(&world.store, FIRST, 249).await.is_none());
    assert_eq!(claim(&world.store, FIRST, 250).await.unwrap().failures, 2);
}

#[tokio::test]
async fn the_password_is_sent_once_until_it_had_a_good_end() {
    let world = world().await;
    let (_, user) = world.linked("customer", 1).await;
    claim(&world.store, FIRST, 10).await.unwrap();
    let at_second = |second| Turn { now: at(second), ..turn(user, FIRST) };
    let ask = |turn| world.store.may_log_in(turn, 3600);
    assert_eq!(ask(at_second(20)).await.unwrap(), Leave::Given);
    assert_eq!(ask(at_second(3619)).await.unwrap(), Leave::Wait);
    assert_eq!(ask(at_second(3620)).await.unwrap(), Leave::Given);
    assert!(world.store.put_session(at_second(3621), b"new".to_vec()).await.unwrap());
    assert_eq!(ask(at_second(3622)).await.unwrap(), Leave::Given, "the last one was good");
    assert_eq!(ask(turn(user, SECOND)).await.unwrap(), Leave::LeaseLost);
}

#[tokio::test]
async fn a_progress_that_cannot_be_read_stops_nobody() {
    let world = world().await;
    world.linked("customer", 1).await;
    world.meddle("UPDATE sync_jobs SET progress = 'x'");
    assert!(claim(&world.store, FIRST, 10).await.unwrap().progress.meters.is_empty());
}
