//! Accounts and meters over several links of one login.

use connect_core::connector::MeterKind::{Electric, Gas};
use connect_core::store::{Account, NewLink, Store};
use uuid::Uuid;

use crate::support::{World, account, change, link, meter, world};

/// Links the same login with these accounts and reads back what is stored.
async fn linked_with(world: &World, accounts: &[Account]) -> Vec<Account> {
    let session = world.session().await;
    let link = NewLink { accounts: accounts.to_vec(), ..link() };
    let user = world.store.link(change(session.id, 0), link).await.unwrap().unwrap();
    world.store.accounts(user).await.unwrap()
}

#[tokio::test]
async fn accounts_and_meters_keep_the_connectors_order() {
    let world = world().await;
    let found = [
        account(9, "300", &[meter(8, Gas), meter(7, Electric), meter(6, Gas)]),
        account(5, "100", &[]),
        account(4, "0200", &[meter(3, Electric)]),
    ];
    assert_eq!(linked_with(&world, &found).await, found);
    assert_eq!(world.store.accounts(Uuid::from_u128(99)).await.unwrap(), []);
}

#[tokio::test]
async fn a_known_account_keeps_its_ids_and_takes_the_rest_over() {
    let world = world().await;
    linked_with(&world, &[account(1, "100", &[meter(10, Electric)]), account(2, "200", &[meter(20, Gas)])]).await;
    let mut moved = account(91, "200", &[meter(920, Gas)]);
    moved.address = "Somewhere else".into();
    let found = linked_with(&world, &[moved.clone(), account(92, "100", &[meter(910, Electric)])]).await;
    moved.id = Uuid::from_u128(2);
    moved.meters = vec![meter(20, Gas)];
    assert_eq!(found, [moved, account(1, "100", &[meter(10, Electric)])]);
}

#[tokio::test]
async fn an_account_that_is_gone_is_removed_and_a_new_one_added() {
    let world = world().await;
    linked_with(&world, &[account(1, "100", &[meter(10, Electric)]), account(2, "200", &[meter(20, Gas)])]).await;
    let now = [account(2, "200", &[meter(20, Gas)]), account(3, "300", &[meter(30, Gas)])];
    assert_eq!(linked_with(&world, &now).await, now);
    let last = [account(3, "300", &[meter(30, Gas)])];
    assert_eq!(linked_with(&world, &last).await, last);
    assert_eq!(world.peek::<u32>("SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM meters)"), 2);
}

#[tokio::test]
async fn accounts_that_are_not_known_yet_take_nothing_away() {
    let world = world().await;
    let known = [account(1, "100", &[meter(10, Electric)])];
    linked_with(&world, &known).await;
    assert_eq!(linked_with(&world, &[]).await, known);
}

#[tokio::test]
async fn meters_without_stable_ids_are_known_by_kind_and_order_or_not_at_all() {
    for (stored, found, expected) in [
        // The same.
        (vec![(1, Electric), (2, Gas)], vec![(11, Electric), (12, Gas)], vec![1, 2]),
        (vec![(1, Electric), (2, Electric)], vec![(11, Electric), (12, Electric)], vec![1, 2]),
        // One more, one less: nobody knows which is which.
        (vec![(1, Electric)], vec![(11, Electric), (12, Electric)], vec![11, 12]),
        (vec![(1, Electric), (2, Electric)], vec![(11, Electric)], vec![11]),
        // Those with stable ids are known by them.
        (vec![(1, Electric), (2, Electric)], vec![(2, Electric)], vec![2]),
        (vec![(1, Electric), (2, Electric)], vec![(2, Electric), (1, Electric)], vec![2, 1]),
        (vec![(1, Electric), (2, Electric)], vec![(2, Electric), (11, Electric)], vec![2, 1]),
        // Another kind is another meter.
        (vec![(1, Electric)], vec![(11, Gas)], vec![11]),
        // Another order.
        (vec![(1, Electric), (2, Gas)], vec![(11, Gas), (12, Electric)], vec![2, 1]),
        (vec![(1, Electric), (2, Gas)], vec![(11, Electric), (12, Electric), (13, Gas)], vec![11, 12, 2]),
    ] {
        let world = world().await;
        let meters = |list: &[(u128, _)]| list.iter().map(|(id, kind)| meter(*id, *kind)).collect::<Vec<_>>();
        linked_with(&world, &[account(1, "100", &meters(&stored))]).await;
        let kept = linked_with(&world, &[account(1, "100", &meters(&found))]).await;
        let ids: Vec<u128> = kept[0].meters.iter().map(|meter| meter.id.as_u128()).collect();
        let kinds = |list: &[connect_core::store::Meter]| list.iter().map(|meter| meter.kind).collect::<Vec<_>>();
        assert_eq!(ids, expected, "{stored:?} -> {found:?}");
        assert_eq!(kinds(&kept[0].meters), kinds(&meters(&found)));
    }
}

#[tokio::test]
async fn an_id_may_move_to_another_account() {
    let world = world().await;
    linked_with(&world, &[account(1, "100", &[meter(10, Electric)]), account(2, "200", &[meter(20, Electric)])])
        .await;
    // The utility has renumbered one account and moved a meter: the connector's own ids stay.
    let now = [account(1, "101", &[meter(10, Electric), meter(20, Electric)])];
    assert_eq!(linked_with(&world, &now).await, now);
}

#[tokio::test]
async fn a_number_that_is_listed_twice_is_two_accounts() {
    let world = world().await;
    let found = [account(1, "100", &[meter(10, Electric)]), account(2, "100", &[meter(20, Gas)])];
    assert_eq!(linked_with(&world, &found).await, found);
    let again = [account(91, "100", &[meter(910, Electric)]), account(92, "100", &[meter(920, Gas)])];
    assert_eq!(linked_with(&world, &again).await, found);
}

#[tokio::test]
async fn users_may_have_the_same_ids() {
    let world = world().await;
    let found = [account(1, "100", &[meter(10, Electric)])];
    let mut users = Vec::new();
    for login in [1, 2] {
        let session = world.session().await;
        let link = NewLink {
            user_ref: format!("customer-{login}"),
            login_digest: crate::support::digest(login),
            accounts: found.to_vec(),
            ..link()
        };
        users.push(world.store.link(change(session.id, 0), link).await.unwrap().unwrap());
    }
    assert!(world.store.delete_user(users[0], None).await.unwrap());
    assert_eq!(world.store.accounts(users[0]).await.unwrap(), []);
    assert_eq!(world.store.accounts(users[1]).await.unwrap(), found);
}
