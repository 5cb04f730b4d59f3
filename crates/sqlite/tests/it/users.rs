//! Deletion.

use connect_core::connector::MeterKind::Electric;
use connect_core::store::{NewLink, Redeemed, Store, TokenStore};
use uuid::Uuid;

use crate::support::{CLIENT, World, account, at, change, digest, exchange, link, meter, world};

#[tokio::test]
async fn a_deleted_user_leaves_nothing_behind() {
    let world = world().await;
    // A user with accounts, an exchanged code and one that is not exchanged yet.
    let link = || NewLink { accounts: vec![account(1, "100", &[meter(10, Electric)])], ..link() };
    let (first, second) = (world.session().await, world.session().await);
    let user = world.store.link(change(first.id, 0), link()).await.unwrap().unwrap();
    assert_eq!(world.store.link(change(second.id, 0), link()).await.unwrap(), Some(user));
    for (session, code) in [(first.id, 1), (second.id, 2)] {
        assert!(world.store.issue_code(session, digest(code), at(0), at(60)).await.unwrap());
    }
    assert_eq!(world.store.redeem_code(exchange(1, 100, 1)).await.unwrap(), Redeemed::Yes);

    assert!(world.store.delete_user(user, None).await.unwrap());

    assert!(world.store.user(user).await.unwrap().is_none());
    assert!(world.store.user_by_ref(CLIENT, "customer").await.unwrap().is_none());
    assert!(world.store.user_by_login(CLIENT, &digest(1)).await.unwrap().is_none());
    assert!(world.store.access_token(&digest(100)).await.unwrap().is_none());
    assert_eq!(world.store.redeem_code(exchange(2, 101, 1)).await.unwrap(), Redeemed::No);
    for table in ["users", "accounts", "meters", "access_tokens", "authorization_codes"] {
        assert_eq!(world.peek::<u32>(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }

    // Their confirmation shows the accounts.
    assert!(world.store.session_by_handle(&first.handle).await.unwrap().is_none());
    assert!(world.store.session_by_handle(&second.handle).await.unwrap().is_none());
    assert!(!world.store.issue_code(second.id, digest(3), at(1), at(60)).await.unwrap());
    assert!(!world.store.delete_user(user, None).await.unwrap(), "only once");
    assert!(!world.store.delete_user(Uuid::from_u128(99), None).await.unwrap());
}

#[tokio::test]
async fn a_deleted_login_is_not_left_in_the_file() {
    let world = world().await;
    let (_, user) = world.linked("customer", 1).await;
    assert!(world.store.delete_user(user, None).await.unwrap());
    let secret = format!("sealed for {user}");
    let World { store, path, _dir } = world;
    // Closing empties the write-ahead log.
    drop(store);
    let file = std::fs::read(&path).unwrap();
    assert!(!file.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
}
