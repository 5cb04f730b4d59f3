//! Clients: two secrets while a company changes over, and the life of their codes.

use connect_core::origin::Origin;
use connect_core::store::SecretAge;
use connect_core::token::Environment;
use connect_server::service::ClientError;
use uuid::Uuid;

use crate::support::{Company, LOGIN, TestApp, contains, post};

async fn signs_in(app: &TestApp, company: &Company) -> bool {
    let answer = app.send(post("/auth/connect-token").by(company).form(&[("user_id", "u")])).await;
    if answer.status != 200 {
        answer.refused(401, "credentials_invalid");
    }
    answer.status == 200
}

#[tokio::test]
async fn a_company_changes_its_secret_without_a_gap() {
    let (app, old) = TestApp::start().await;
    let id = old.client.id;
    let refused = app.service.retire_secret(id, SecretAge::Older).await.unwrap_err();
    assert!(matches!(refused, ClientError::OneSecret), "{refused}");

    app.place.clock.advance(60);
    let new = Company { secret: app.service.rotate_secret(id).await.unwrap(), ..old.clone() };
    assert!(signs_in(&app, &old).await && signs_in(&app, &new).await);
    let refused = app.service.rotate_secret(id).await.unwrap_err();
    assert!(matches!(refused, ClientError::TwoSecrets), "{refused}");
    let made = app.service.client_summary(id).await.unwrap().secrets;
    assert_eq!(made[1].as_second() - made[0].as_second(), 60);

    app.service.retire_secret(id, SecretAge::Older).await.unwrap();
    assert!(!signs_in(&app, &old).await && signs_in(&app, &new).await);
    // One that nobody has put to use yet can be taken back.
    let third = Company { secret: app.service.rotate_secret(id).await.unwrap(), ..old.clone() };
    app.service.retire_secret(id, SecretAge::Newer).await.unwrap();
    assert!(signs_in(&app, &new).await && !signs_in(&app, &third).await);
    let bytes = app.place.bytes();
    assert!([old, new, third].iter().all(|company| !contains(&bytes, company.secret.expose())));
}

#[tokio::test]
async fn a_secret_opens_its_own_client_only() {
    let (app, company) = TestApp::start().await;
    let other = app.company("Somebody Else", Environment::Sandbox).await;
    let second = app.service.rotate_secret(other.client.id).await.unwrap();
    for secret in [other.secret, second] {
        assert!(!signs_in(&app, &Company { secret, ..company.clone() }).await);
    }
}

#[tokio::test]
async fn the_digest_that_stands_for_no_secret_opens_nothing() {
    let (app, company) = TestApp::start().await;
    // A client without any: the file was meddled with.
    assert_eq!(app.place.meddle("DELETE FROM client_secrets"), 1);
    assert!(!signs_in(&app, &company).await);
}

#[tokio::test]
async fn the_life_of_a_code_may_be_the_clients_own() {
    let (app, company) = TestApp::start().await;
    let other = app.company("Somebody Else", Environment::Sandbox).await;
    let exchanged = async |company: &Company, after: i64| {
        let code = app.linked(company, "u", LOGIN).await.code().await;
        app.place.clock.advance(after);
        app.send(post("/auth/token").by(company).form(&[("code", &code)])).await.status
    };
    for (life, seconds) in [(Some(1), 1), (Some(600), 600), (None, 60)] {
        app.service.set_code_seconds(company.client.id, life).await.unwrap();
        assert_eq!(exchanged(&company, seconds - 1).await, 200, "{life:?}");
        assert_eq!(exchanged(&company, seconds).await, 400, "{life:?}");
    }
    app.service.set_code_seconds(company.client.id, Some(600)).await.unwrap();
    assert_eq!(exchanged(&other, 60).await, 400, "it is not the other's");
}

#[tokio::test]
async fn nobodys_settings_cannot_be_changed() {
    let (app, company) = TestApp::start().await;
    let (service, nobody) = (&app.service, Uuid::now_v7());
    let origin = Origin::parse("https://shop.example").unwrap();
    let before = app.place.rows();
    for error in [
        service.rotate_secret(nobody).await.unwrap_err(),
        service.retire_secret(nobody, SecretAge::Older).await.unwrap_err(),
        service.add_origin(nobody, origin.clone()).await.unwrap_err(),
        service.remove_origin(nobody, origin.clone()).await.unwrap_err(),
        service.set_code_seconds(nobody, Some(5)).await.unwrap_err(),
        service.client_summary(nobody).await.unwrap_err(),
    ] {
        assert!(matches!(error, ClientError::Unknown), "{error}");
    }
    let refused = service.remove_origin(company.client.id, origin.clone()).await.unwrap_err();
    assert!(matches!(refused, ClientError::NoSuchOrigin), "{refused}");
    assert_eq!(app.place.rows(), before);
    service.add_origin(company.client.id, origin.clone()).await.unwrap();
    assert_eq!(service.client_summary(company.client.id).await.unwrap().origins, [origin]);
}
