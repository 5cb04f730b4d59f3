//! How sites do, and who waits for one.

use connect_core::health::{Health, Met, OutageRequest};
use connect_core::store::{NewLink, OutageStore, Store, UsageStore};

use uuid::Uuid;

use crate::support::*;

fn request(user_ref: &str, utility: u32, second: i64) -> OutageRequest {
    OutageRequest { user_ref: user_ref.into(), utility, asked_at: at(second) }
}

/// Asks in a session of its own.
async fn ask(world: &World, client: Uuid, request: OutageRequest) {
    let session = session(client);
    world.store.add_session(session.clone()).await.unwrap();
    assert!(world.store.advance_asking(change(session.id, 0), client, request).await.unwrap());
}

#[tokio::test]
async fn a_request_of_another_step_is_not_kept() {
    let world = world().await;
    let session = world.session().await;
    let stale = change(session.id, 1);
    assert!(!world.store.advance_asking(stale, CLIENT, request("customer", 3, 0)).await.unwrap());
    assert_eq!(world.store.outage_requests(CLIENT, at(1)).await.unwrap(), []);
}

#[tokio::test]
async fn of_a_deleted_customer_nothing_waits() {
    let world = world().await;
    let (_, user) = world.linked("customer", 1).await;
    ask(&world, CLIENT, request("customer", 4, 6)).await;
    ask(&world, CLIENT, request("other", 4, 6)).await;
    assert!(world.store.delete_user(user, None).await.unwrap());
    assert_eq!(world.store.outage_requests(CLIENT, at(7)).await.unwrap(), [request("other", 4, 6)]);
}

#[tokio::test]
async fn failures_add_up_until_the_site_does_its_part() {
    let world = world().await;
    use Met::{Failure, FailureAgain, Well};
    for (utility, met, second) in
        [(3, Failure, 1), (3, Failure, 2), (4, Well, 3), (3, Well, 4), (3, Failure, 5), (3, FailureAgain, 6)]
    {
        world.store.note_site(utility, met, at(second)).await.unwrap();
    }
    let expected = |failures, failed: Option<i64>, well: i64| Health {
        failures,
        failed_at: failed.map(at),
        well_at: Some(at(well)),
    };
    assert_eq!(world.store.sites().await.unwrap(), [(3, expected(1, Some(6), 4)), (4, expected(0, None, 3))]);
    assert_eq!(world.store.failing_sites().await.unwrap(), [(3, expected(1, Some(6), 4))]);
    // Half an hour later it begins anew.
    world.store.note_site(3, Failure, at(7)).await.unwrap();
    world.store.note_site(3, Failure, at(7 + 1800)).await.unwrap();
    assert_eq!(world.store.failing_sites().await.unwrap(), [(3, expected(1, Some(7 + 1800), 4))]);
}

#[tokio::test]
async fn switching_a_utility_on_says_that_it_works() {
    let world = world().await;
    world.store.note_site(3, Met::Failure, at(1)).await.unwrap();
    world.store.switch_utility(3, Some("maintenance".into()), at(2)).await.unwrap();
    world.store.switch_utility(3, None, at(9)).await.unwrap();
    let health = Health { failures: 0, failed_at: Some(at(1)), well_at: Some(at(9)) };
    assert_eq!(world.store.sites().await.unwrap(), [(3, health)]);
}

#[tokio::test]
async fn a_request_is_its_companys_and_goes_once_the_customer_is_served() {
    let world = world().await;
    for one in
        [request("customer", 3, 5), request("customer", 4, 6), request("other", 3, 7), request("customer", 3, 8)]
    {
        ask(&world, CLIENT, one).await;
    }
    ask(&world, STRANGER, request("customer", 3, 1)).await;
    let kept = [request("customer", 4, 6), request("other", 3, 7), request("customer", 3, 8)];
    assert_eq!(world.store.outage_requests(CLIENT, at(100)).await.unwrap(), kept);

    let session = world.session().await;
    world.store.link(change(session.id, 0), NewLink { utility: 3, ..link() }).await.unwrap();
    assert_eq!(world.store.outage_requests(CLIENT, at(100)).await.unwrap(), kept[..2]);
    assert_eq!(world.store.outage_requests(STRANGER, at(100)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_is_forgotten_after_thirty_days() {
    let world = world().await;
    ask(&world, CLIENT, request("customer", 3, 0)).await;
    let days = 30 * 86_400;
    assert_eq!(world.store.outage_requests(CLIENT, at(days - 1)).await.unwrap().len(), 1);
    assert_eq!(world.store.outage_requests(CLIENT, at(days)).await.unwrap().len(), 0);
    world.store.sweep(at(days)).await.unwrap();
    assert_eq!(world.peek::<i64>("SELECT count(*) FROM outage_requests"), 1);
    world.store.sweep(at(days + 1)).await.unwrap();
    assert_eq!(world.peek::<i64>("SELECT count(*) FROM outage_requests"), 0);
}
