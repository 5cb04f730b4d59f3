//! Clients: their secrets, origins and settings.

use connect_core::origin::Origin;
use connect_core::store::{ClientStore, SecretAge};
use connect_core::theme::{Logo, Rgb, Scheme, Theme};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{CLIENT, STRANGER, World, secret, world};

const NOBODY: Uuid = Uuid::from_u128(99);

async fn secrets(world: &World, id: Uuid) -> Vec<connect_core::store::ClientSecret> {
    world.store.client_with_secrets(id).await.unwrap().unwrap().1
}

#[tokio::test]
async fn a_client_has_one_or_two_secrets() {
    let world = world().await;
    let store = &world.store;
    assert!(!store.remove_client_secret(CLIENT, SecretAge::Older).await.unwrap(), "the only one stays");
    assert!(store.add_client_secret(CLIENT, secret(10)).await.unwrap());
    assert_eq!(secrets(&world, CLIENT).await, [secret(9), secret(10)]);
    assert!(!store.add_client_secret(CLIENT, secret(11)).await.unwrap(), "a third one");
    assert_eq!(secrets(&world, CLIENT).await, [secret(9), secret(10)]);

    assert!(store.remove_client_secret(CLIENT, SecretAge::Older).await.unwrap());
    assert_eq!(secrets(&world, CLIENT).await, [secret(10)]);
    assert!(store.add_client_secret(CLIENT, secret(12)).await.unwrap());
    assert!(store.remove_client_secret(CLIENT, SecretAge::Newer).await.unwrap());
    assert_eq!(secrets(&world, CLIENT).await, [secret(10)]);
    assert_eq!(secrets(&world, STRANGER).await, [secret(9)]);

    assert!(!store.add_client_secret(NOBODY, secret(13)).await.unwrap());
    assert!(!store.remove_client_secret(NOBODY, SecretAge::Older).await.unwrap());
    assert!(store.client_with_secrets(NOBODY).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_rotations_at_once_one_adds_a_secret() {
    let world = std::sync::Arc::new(world().await);
    let mut tasks = JoinSet::new();
    for number in 10..42 {
        let world = world.clone();
        tasks.spawn(async move { world.store.add_client_secret(CLIENT, secret(number)).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|added| *added).count(), 1);
    assert_eq!(secrets(&world, CLIENT).await.len(), 2);
}

#[tokio::test]
async fn origins_belong_to_their_client() {
    let world = world().await;
    let store = &world.store;
    let origin = |text| Origin::parse(text).unwrap();
    let (one, two) = (origin("https://b.example"), origin("https://a.example:8443"));
    for add in [&one, &two, &one] {
        assert!(store.add_client_origin(CLIENT, add.clone()).await.unwrap());
    }
    assert!(!store.add_client_origin(NOBODY, one.clone()).await.unwrap());
    assert_eq!(store.client_origins(CLIENT).await.unwrap(), [two.clone(), one.clone()]);
    assert!(store.client_origins(STRANGER).await.unwrap().is_empty());
    assert!(!store.remove_client_origin(STRANGER, one.clone()).await.unwrap());
    assert!(store.remove_client_origin(CLIENT, one.clone()).await.unwrap());
    assert!(!store.remove_client_origin(CLIENT, one).await.unwrap(), "only once");
    assert_eq!(store.client_origins(CLIENT).await.unwrap(), [two]);
    world.meddle("UPDATE client_origins SET origin = 'https://*.example'");
    assert!(store.client_origins(CLIENT).await.is_err());
}

#[tokio::test]
async fn a_client_may_have_a_life_of_its_codes() {
    let world = world().await;
    let store = &world.store;
    let life = async || store.client(CLIENT).await.unwrap().unwrap().code_seconds;
    for seconds in [Some(1), Some(600), None] {
        assert!(store.set_code_seconds(CLIENT, seconds).await.unwrap());
        assert_eq!(life().await, seconds);
    }
    for seconds in [0, 601] {
        assert!(store.set_code_seconds(CLIENT, Some(seconds)).await.is_err(), "{seconds}");
    }
    assert!(!store.set_code_seconds(NOBODY, Some(30)).await.unwrap());
    let ids: Vec<_> = store.clients().await.unwrap().into_iter().map(|client| client.id).collect();
    assert_eq!(ids, [CLIENT, STRANGER]);
}

#[tokio::test]
async fn a_client_has_a_name_a_theme_and_a_logo_that_change() {
    let world = world().await;
    let store = &world.store;
    let of = async || store.client(CLIENT).await.unwrap().unwrap();
    assert_eq!(of().await.theme, Theme::default());
    let picture = |text: &str| Logo::new(format!("<svg>{text}</svg>").into_bytes()).unwrap();
    let (first, second) = (picture("1"), picture("2"));
    let themed = |logo: Option<&Logo>| Theme {
        brand: Some(Rgb([1, 2, 255])),
        radius: Some(0),
        scheme: Scheme::Dark,
        logo: logo.map(|logo| logo.name.clone()),
    };
    assert!(store.set_client_theme(CLIENT, themed(Some(&first)), Some(first.clone())).await.unwrap());
    assert_eq!(of().await.theme, themed(Some(&first)));
    assert_eq!(store.logo(&first.name).await.unwrap(), Some(first.clone()));
    // Another theme with the same logo; then another logo, which takes its place; then none.
    let wide = Theme { radius: Some(24), ..themed(Some(&first)) };
    assert!(store.set_client_theme(CLIENT, wide, None).await.unwrap());
    assert!(store.logo(&first.name).await.unwrap().is_some());
    assert!(store.set_client_theme(CLIENT, themed(Some(&second)), Some(second.clone())).await.unwrap());
    assert_eq!(store.logo(&first.name).await.unwrap(), None);
    assert!(store.set_client_theme(CLIENT, themed(None), None).await.unwrap());
    assert_eq!(store.logo(&second.name).await.unwrap(), None);
    assert!(store.rename_client(CLIENT, "Southwind".into()).await.unwrap());
    assert_eq!((of().await.name.as_str(), of().await.theme), ("Southwind", themed(None)));
    for set in [
        store.set_client_theme(NOBODY, Theme::default(), None).await,
        store.rename_client(NOBODY, "x".into()).await,
    ] {
        assert!(!set.unwrap());
    }
    world.meddle("UPDATE clients SET theme = '{\"brand\":\"red;}\"}'");
    assert_eq!(of().await.theme, Theme::default(), "what cannot be read shuts nobody out");
}
