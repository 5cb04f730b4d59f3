//! The vault of a database: the right key or none, rotation, and what a row that was meddled with does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use connect_core::store::{Reseal, Retirement, SealedItem, Store, UsageStore, VaultStore};
use connect_core::token::Environment;
use connect_core::vault::{Keyring, Kind, Purpose, Vault, version_of};
use connect_server::worker::{OpenVaultError, open_vault, rotate, sealed_under};

use crate::support::{LOGIN, MASTER, Place, TestApp, Utility, ring};

fn now(place: &Place) -> jiff::Timestamp {
    connect_core::clock::Clock::now(&place.clock)
}

fn credentials(ring: &Keyring) -> Vault {
    ring.vault(Purpose::Credentials).unwrap()
}

async fn items(app: &TestApp, kind: Kind) -> Vec<SealedItem> {
    app.store.sealed_items(kind, u32::MAX, None, 1000).await.unwrap()
}

#[tokio::test]
async fn a_database_opens_with_its_own_key_alone() {
    let place = Place::new();
    let app = place.sandbox();
    let at = now(&place);
    let pepper = open_vault(&*app.store, &ring(1), at).await.unwrap();
    assert_eq!(open_vault(&*app.store, &ring(1), at).await.unwrap(), pepper, "the pepper stays");
    let error = open_vault(&*app.store, &ring(2), at).await.unwrap_err();
    assert!(matches!(error, OpenVaultError::NotMatching(1)), "{error}");
    assert!(error.to_string().contains("put the right key back"), "{error}");

    let mut longer = Keyring::parse(ring(1).text().expose().as_bytes()).unwrap();
    longer.add_version().unwrap();
    assert_eq!(open_vault(&*app.store, &longer, at).await.unwrap(), pepper);
    let error = open_vault(&*app.store, &ring(1), at).await.unwrap_err();
    assert!(matches!(error, OpenVaultError::Missing(2)), "{error}");
}

#[tokio::test]
async fn a_meddled_pepper_stops_the_start() {
    let place = Place::new();
    let app = place.sandbox();
    open_vault(&*app.store, &ring(1), now(&place)).await.unwrap();
    place.meddle("UPDATE service_secrets SET sealed = zeroblob(length(sealed))");
    assert!(open_vault(&*app.store, &ring(1), now(&place)).await.is_err());
}

/// Databases of before the vault: their logins go on working, and so do their tokens.
#[tokio::test]
async fn what_was_sealed_before_the_vault_is_taken_over() {
    let place = Place::new();
    let app = place.with(&Utility::prompt());
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    app.linked(&company, "u", LOGIN).await;
    let old = ring(1);
    let before = old.before().unwrap().unwrap();
    let user = app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let seal = |column: &str, plain: &[u8]| hex(&before.seal(&format!("{column}:{}", user.id), plain).unwrap());
    let (login, session) = (seal("users.login", b"the login"), seal("users.session", b"the session"));
    place.meddle(&format!("UPDATE users SET sealed_login = x'{login}', sealed_session = x'{session}'"));

    // A wrong key first: it is refused, and nothing that it leaves keeps the right one out.
    for wrong in [ring(2), ring(3)] {
        let error = open_vault(&*app.store, &wrong, now(&place)).await.unwrap_err();
        assert!(matches!(error, OpenVaultError::NotMatching(1)), "{error}");
        assert_eq!(app.store.key_versions().await.unwrap(), []);
    }
    let mut without = ring(1);
    without.add_version().unwrap();
    without.remove(1);
    let error = open_vault(&*app.store, &without, now(&place)).await.unwrap_err();
    assert!(matches!(error, OpenVaultError::Missing(1)), "{error}");

    let pepper = open_vault(&*app.store, &old, now(&place)).await.unwrap();
    assert_eq!(pepper, before.pepper, "tokens are found again");
    let vault = credentials(&old);
    for (kind, plain) in [(Kind::Login, b"the login".as_slice()), (Kind::Session, b"the session")] {
        let item = items(&app, kind).await.pop().unwrap();
        assert_eq!(version_of(&item.sealed), Some(1));
        assert_eq!(vault.open(&item.context, &item.sealed).unwrap().as_slice(), plain);
    }
    assert_eq!(open_vault(&*app.store, &old, now(&place)).await.unwrap(), pepper);
}

/// One damaged row must not keep everybody else out.
#[tokio::test]
async fn a_damaged_item_of_before_the_vault_stops_nobody() {
    let place = Place::new();
    let app = place.with(&Utility::prompt());
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    let old = ring(1);
    let before = old.before().unwrap().unwrap();
    for name in ["a", "b"] {
        app.linked(&company, name, &format!("{name}@pelm.com")).await;
        let user = app.store.user_by_ref(company.client.id, name).await.unwrap().unwrap();
        let sealed = before.seal(&format!("users.login:{}", user.id), b"the login").unwrap();
        let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
        place.meddle(&format!(
            "UPDATE users SET sealed_login = x'{hex}', sealed_session = NULL WHERE user_ref = '{name}'"
        ));
    }
    place.meddle(
        "UPDATE users SET sealed_login = x'00112233445566778899aabbccddeeff00112233' WHERE user_ref = 'b'",
    );
    open_vault(&*app.store, &old, now(&place)).await.unwrap();
    let opens = |item: &SealedItem| credentials(&old).open(&item.context, &item.sealed).is_ok();
    assert_eq!(items(&app, Kind::Login).await.iter().filter(|item| opens(item)).count(), 1);
}

/// Whatever a thief of the database file could put in a row: another row's item, another column's, an older
/// one's bits.
#[tokio::test]
async fn items_that_were_moved_between_rows_do_not_open() {
    let place = Place::new();
    let app = place.with(&Utility::prompt());
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    let rival = app.company("Rival", Environment::Sandbox).await;
    app.linked(&company, "a", LOGIN).await;
    app.linked(&company, "b", "elec_gas@pelm.com").await;
    app.linked(&rival, "c", LOGIN).await;
    let vault = credentials(&ring(MASTER));
    let mut all = items(&app, Kind::Login).await;
    all.extend(items(&app, Kind::Session).await);
    assert_eq!(all.len(), 6);
    for item in &all {
        for place in &all {
            let opens = vault.open(&place.context, &item.sealed).is_ok();
            assert_eq!(opens, item.context == place.context, "{:?} in {:?}", item.context, place.context);
        }
    }
    // And the worker sends nothing that does not open.
    place.meddle("UPDATE users SET sealed_session = NULL, sealed_login = (SELECT sealed_login FROM users WHERE user_ref = 'b') WHERE user_ref = 'a'");
    app.worker.sync_due().await.unwrap();
    let user = app.store.user_by_ref(company.client.id, "a").await.unwrap().unwrap();
    let state = app.store.sync_state(user.id).await.unwrap().unwrap();
    assert_eq!(state.error.as_deref(), Some("internal"));
}

/// Rotation while customers link and others are deleted: afterwards everything is under the new version, everything
/// opens, and nothing that was written meanwhile is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_goes_on_beside_the_service() {
    let place = Place::new();
    let app = Arc::new(place.with(&Utility::prompt()));
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    for customer in 0..30 {
        app.linked(&company, &format!("before-{customer}"), &format!("user{customer}@pelm.com")).await;
    }
    let mut new = Keyring::parse(ring(MASTER).text().expose().as_bytes()).unwrap();
    new.add_version().unwrap();
    app.worker.replace_keys(&new.derive(Purpose::Credentials).unwrap()).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let busy = tokio::spawn({
        let (app, company, done) = (app.clone(), company.clone(), done.clone());
        async move {
            let mut linked = 0;
            while !done.load(Ordering::Relaxed) || linked < 5 {
                app.linked(&company, &format!("during-{linked}"), &format!("new{linked}@pelm.com")).await;
                linked += 1;
            }
            linked
        }
    });
    let rotated = rotate(&*app.store, &new, |_| {}).await.unwrap();
    done.store(true, Ordering::Relaxed);
    let linked = busy.await.unwrap();
    assert!(rotated.done >= 60 && rotated.failed == 0, "{rotated:?}");

    assert!(new.remove(1));
    let vault = credentials(&new);
    for kind in [Kind::Login, Kind::Session] {
        let all = items(&app, kind).await;
        assert_eq!(all.len(), 30 + linked);
        for item in all {
            assert_eq!(version_of(&item.sealed), Some(2));
            vault.open(&item.context, &item.sealed).unwrap();
        }
    }
    let again = rotate(&*app.store, &new, |_| {}).await.unwrap();
    assert_eq!((again.done, again.failed), (0, 0));
}

#[tokio::test]
async fn a_rotation_that_was_broken_off_goes_on_and_names_what_is_damaged() {
    let place = Place::new();
    let app = place.with(&Utility::prompt());
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    for customer in 0..3 {
        app.linked(&company, &format!("u{customer}"), &format!("user{customer}@pelm.com")).await;
    }
    let mut new = Keyring::parse(ring(MASTER).text().expose().as_bytes()).unwrap();
    new.add_version().unwrap();
    let vault = credentials(&new);
    // One was done before the power went.
    let first = items(&app, Kind::Login).await.remove(0);
    let sealed = vault.rewrap(&first.context, &first.sealed).unwrap().unwrap();
    let reseal = |old: SealedItem, new: Vec<u8>| app.store.reseal(vec![Reseal { old, new }]);
    assert_eq!(reseal(first.clone(), sealed.clone()).await.unwrap(), 1);
    assert_eq!(reseal(first, sealed).await.unwrap(), 0, "it is not what was read any more");
    // One is damaged.
    place.meddle("UPDATE users SET sealed_session = substr(sealed_session, 1, 60) WHERE user_ref = 'u2'");
    let rotated = rotate(&*app.store, &new, |_| {}).await.unwrap();
    assert_eq!((rotated.done, rotated.failed), (4, 1));
    let counts = sealed_under(&*app.store).await.unwrap();
    let of = |kind| counts.iter().find(|(found, _)| *found == kind).unwrap().1.clone();
    assert_eq!(of(Kind::Login), [(2, 3)]);
    assert_eq!(of(Kind::Session), [(1, 1), (2, 2)]);
}

#[tokio::test]
async fn an_old_version_is_retired_when_nothing_needs_it() {
    let place = Place::new();
    let app = place.sandbox();
    let at = || now(&place);
    let mut ring = ring(1);
    open_vault(&*app.store, &ring, at()).await.unwrap();
    let retire = |version| app.store.retire_key_version(version, at(), at(), 0);
    assert_eq!(retire(1).await.unwrap(), Retirement::TooSoon, "it is the only one");
    assert_eq!(retire(7).await.unwrap(), Retirement::Unknown);
    ring.add_version().unwrap();
    open_vault(&*app.store, &ring, at()).await.unwrap();
    assert_eq!(retire(1).await.unwrap(), Retirement::InUse(1), "the pepper is under it");
    rotate(&*app.store, &ring, |_| {}).await.unwrap();
    let earlier = connect_core::clock::after(at(), -60);
    assert_eq!(app.store.retire_key_version(1, earlier, at(), 0).await.unwrap(), Retirement::TooSoon);
    assert_eq!(retire(1).await.unwrap(), Retirement::Done);
    assert_eq!(retire(2).await.unwrap(), Retirement::TooSoon, "the latest stays");
    let damaged = app.store.retire_key_version(1, at(), at(), 5).await.unwrap();
    assert_eq!(damaged, Retirement::Done, "again, whatever is given up");
    // From now on the old key is not asked for.
    ring.remove(1);
    open_vault(&*app.store, &ring, at()).await.unwrap();
}

/// Deleting a customer overwrites the data key: nothing is left of it in the file or its log.
#[tokio::test]
async fn a_deleted_customers_data_keys_are_gone() {
    let place = Place::new();
    let app = place.with(&Utility::prompt());
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    app.linked(&company, "u", LOGIN).await;
    let sealed = [items(&app, Kind::Login).await, items(&app, Kind::Session).await].concat();
    let heads: Vec<String> =
        sealed.iter().map(|item| item.sealed[5..65].iter().map(|b| *b as char).collect()).collect();
    let found = |bytes: Vec<u8>| {
        let text: String = bytes.iter().map(|b| *b as char).collect();
        heads.iter().filter(|head| text.contains(*head)).count()
    };
    assert_eq!(found(place.bytes()), 2);
    let user = app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap();
    assert!(app.store.delete_user(user.id, None).await.unwrap());
    // The log is emptied between two changes: by the next one it has been.
    app.company("Later", Environment::Sandbox).await;
    assert_eq!(found(place.bytes()), 0);
}
