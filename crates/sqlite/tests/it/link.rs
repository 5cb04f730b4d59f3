//! Whose user a link becomes.

use connect_core::grant::Grant;
use connect_core::store::{Access, NewLink, Redeemed, SealLogin, Store, StoreError, TokenStore, User};
use connect_core::vault::VaultError;
use uuid::Uuid;

use crate::support::{CLIENT, STRANGER, World, account, at, change, digest, exchange, link, session, world};

/// Carries `link` out in a session of its own.
async fn relink(world: &World, link: NewLink) -> Uuid {
    let session = session(link.client_id);
    world.store.add_session(session.clone()).await.unwrap();
    world.store.link(change(session.id, 0), link).await.unwrap().unwrap()
}

async fn user(world: &World, id: Uuid) -> User {
    world.store.user(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_new_login_becomes_a_new_user_and_the_session_knows_it() {
    let world = world().await;
    let session = world.session().await;
    let new = link();
    let id = new.new_user_id;
    assert_eq!(world.store.link(change(session.id, 0), new).await.unwrap(), Some(id));

    let expected = User {
        id,
        client_id: CLIENT,
        user_ref: Some("customer".into()),
        utility: 3,
        username: "user@example.com".into(),
        credentials_valid: true,
        access: Access::Login,
        linked_at: at(10),
        grant: Grant::default(),
    };
    assert_eq!(user(&world, id).await, expected);
    assert_eq!(world.store.user_by_ref(CLIENT, "customer").await.unwrap().as_ref(), Some(&expected));
    assert_eq!(world.store.user_by_login(CLIENT, &digest(1)).await.unwrap().as_ref(), Some(&expected));
    let found = world.store.session_by_handle(&session.handle).await.unwrap().unwrap();
    assert_eq!((found.step, found.linked_user), (1, Some(id)));
    assert_eq!(world.peek::<Vec<u8>>("SELECT sealed_login FROM users"), format!("sealed for {id}").into_bytes());
}

#[tokio::test]
async fn a_link_from_another_step_changes_nothing() {
    let world = world().await;
    let session = world.session().await;
    let sealed = NewLink { seal_login: Some(SealLogin(Box::new(|_| panic!("must not be asked")))), ..link() };
    assert_eq!(world.store.link(change(session.id, 1), sealed).await.unwrap(), None);
    assert!(world.store.user_by_ref(CLIENT, "customer").await.unwrap().is_none());
    let found = world.store.session_by_handle(&session.handle).await.unwrap().unwrap();
    assert_eq!((found.step, found.linked_user), (0, None));
}

#[tokio::test]
async fn a_finished_session_does_not_link() {
    let world = world().await;
    let (session, _) = world.code(1).await;
    assert_eq!(world.store.redeem_code(exchange(1, 2, 1)).await.unwrap(), Redeemed::Yes);
    assert_eq!(world.store.link(change(session, 1), link()).await.unwrap(), None);
}

#[tokio::test]
async fn a_session_does_not_link_for_another_client() {
    let world = world().await;
    let session = world.session().await;
    let foreign = NewLink { client_id: STRANGER, ..link() };
    assert_eq!(world.store.link(change(session.id, 0), foreign).await.unwrap(), None);
    assert!(world.store.user_by_ref(STRANGER, "customer").await.unwrap().is_none());
}

#[tokio::test]
async fn a_login_that_cannot_be_sealed_undoes_everything() {
    let world = world().await;
    let first = relink(&world, link()).await;
    let session = world.session().await;
    let broken = NewLink {
        login_digest: digest(2),
        accounts: vec![account(1, "100", &[])],
        seal_login: Some(SealLogin(Box::new(|_| Err(VaultError::Library)))),
        ..link()
    };
    let outcome = world.store.link(change(session.id, 0), broken).await;
    assert!(matches!(outcome, Err(StoreError::Seal(VaultError::Library))), "{outcome:?}");
    assert_eq!(user(&world, first).await.user_ref.as_deref(), Some("customer"), "not taken over");
    assert!(world.store.user_by_login(CLIENT, &digest(2)).await.unwrap().is_none());
    assert_eq!(world.store.session_by_handle(&session.handle).await.unwrap().unwrap().step, 0);
}

#[tokio::test]
async fn a_panic_while_sealing_undoes_the_link_and_nothing_else() {
    let world = world().await;
    let session = world.session().await;
    let broken = NewLink { seal_login: Some(SealLogin(Box::new(|_| panic!("on purpose")))), ..link() };
    assert!(matches!(world.store.link(change(session.id, 0), broken).await, Err(StoreError::Backend(_))));
    assert!(world.store.link(change(session.id, 0), link()).await.unwrap().is_some());
}

#[tokio::test]
async fn the_same_login_is_the_same_user_under_a_new_reference() {
    let world = world().await;
    let first = relink(&world, link()).await;
    let again = NewLink { user_ref: "other".into(), username: "User@Example.com".into(), ..link() };
    assert_eq!(relink(&world, again).await, first);
    let found = user(&world, first).await;
    assert_eq!((found.user_ref.as_deref(), found.username.as_str()), (Some("other"), "User@Example.com"));
    assert!(world.store.user_by_ref(CLIENT, "customer").await.unwrap().is_none());
    assert_eq!(world.peek::<u32>("SELECT count(*) FROM users"), 1);
}

#[tokio::test]
async fn another_login_takes_the_reference_over_and_the_earlier_user_stays() {
    let world = world().await;
    let (first_session, first) = world.linked("customer", 1).await;
    assert!(world.store.issue_code(first_session, digest(1), at(0), at(60)).await.unwrap());
    assert_eq!(world.store.redeem_code(exchange(1, 100, 5)).await.unwrap(), Redeemed::Yes);

    let second = relink(&world, NewLink { login_digest: digest(2), ..link() }).await;
    let third = relink(&world, NewLink { login_digest: digest(3), ..link() }).await;
    assert!(first != second && second != third);
    assert_eq!(world.store.user_by_ref(CLIENT, "customer").await.unwrap().unwrap().id, third);
    for earlier in [first, second] {
        assert_eq!(user(&world, earlier).await.user_ref, None);
    }
    assert_eq!(
        world.store.access_token(&digest(100)).await.unwrap().unwrap().principal.user_id,
        first,
        "tokens go on"
    );
}

#[tokio::test]
async fn clients_do_not_share_references_or_logins() {
    let world = world().await;
    let ours = relink(&world, link()).await;
    let theirs = relink(&world, NewLink { client_id: STRANGER, ..link() }).await;
    assert_ne!(ours, theirs);
    assert_eq!(world.store.user_by_ref(CLIENT, "customer").await.unwrap().unwrap().id, ours);
    assert_eq!(world.store.user_by_login(STRANGER, &digest(1)).await.unwrap().unwrap().id, theirs);
}

#[tokio::test]
async fn a_renewal_with_a_new_login_keeps_the_user() {
    let world = world().await;
    let first = relink(&world, link()).await;
    world.meddle("UPDATE users SET credentials_valid = 0");
    let renewed =
        NewLink { renews: Some(first), login_digest: digest(2), username: "new".into(), utility: 4, ..link() };
    assert_eq!(relink(&world, renewed).await, first);
    let found = user(&world, first).await;
    assert_eq!((found.username.as_str(), found.utility, found.credentials_valid), ("new", 4, true));
    assert!(world.store.user_by_login(CLIENT, &digest(1)).await.unwrap().is_none(), "the old login is gone");
    assert_eq!(world.store.user_by_login(CLIENT, &digest(2)).await.unwrap().unwrap().id, first);
}

#[tokio::test]
async fn a_renewal_with_another_users_login_is_that_user() {
    let world = world().await;
    let first = relink(&world, link()).await;
    let second = relink(&world, NewLink { user_ref: "second".into(), login_digest: digest(2), ..link() }).await;
    let renewed = NewLink { renews: Some(first), login_digest: digest(2), ..link() };
    assert_eq!(relink(&world, renewed).await, second);
    assert_eq!(user(&world, second).await.user_ref.as_deref(), Some("customer"));
    assert_eq!(user(&world, first).await.user_ref, None);
    assert_eq!(world.store.user_by_login(CLIENT, &digest(1)).await.unwrap().unwrap().id, first);
}

#[tokio::test]
async fn a_renewal_of_a_deleted_user_makes_a_new_one() {
    let world = world().await;
    let first = relink(&world, link()).await;
    assert!(world.store.delete_user(first, None).await.unwrap());
    let renewed = NewLink { renews: Some(first), ..link() };
    let id = renewed.new_user_id;
    assert_eq!(relink(&world, renewed).await, id);
}

#[tokio::test]
async fn a_renewal_never_touches_another_clients_user() {
    let world = world().await;
    let theirs = relink(&world, NewLink { client_id: STRANGER, ..link() }).await;
    let ours = relink(&world, NewLink { renews: Some(theirs), login_digest: digest(2), ..link() }).await;
    assert_ne!(ours, theirs);
    assert_eq!(world.store.user_by_login(STRANGER, &digest(1)).await.unwrap().unwrap().id, theirs);
}

#[tokio::test]
async fn a_new_id_that_exists_overwrites_nobody() {
    let world = world().await;
    let theirs = relink(&world, NewLink { client_id: STRANGER, ..link() }).await;
    let session = world.session().await;
    let clash = NewLink { new_user_id: theirs, login_digest: digest(2), ..link() };
    assert!(world.store.link(change(session.id, 0), clash).await.is_err());
    assert_eq!(user(&world, theirs).await.client_id, STRANGER);
}
