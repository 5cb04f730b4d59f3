//! What each login of the portal leads to.

use std::time::Duration;

use connect_core::connector::{Connector, ConnectorError, Login, LoginStep, RequiredAction, UtilitySession};
use connect_core::secret::Secret;
use connect_core::usage::Window;

use crate::support::{Portal, connector, done, failed, impatient, login};

#[tokio::test]
async fn every_login_of_the_portal_has_the_outcome_that_its_list_says() {
    use ConnectorError::*;
    let portal = Portal::new().await;
    for row in connect_sunrise::LOGINS {
        let outcome = portal.begin(row.username).await;
        let expected = match row.username {
            name if name.starts_with("mfa_") && name != "mfa_enroll" && !name.starts_with("mfa_push") => {
                assert!(matches!(outcome, Ok(LoginStep::Challenge { .. })), "{name}");
                continue;
            }
            "mfa_enroll" => ActionRequired(RequiredAction::SecondStep),
            "tos" => ActionRequired(RequiredAction::AcceptTerms),
            "password_reset" => ActionRequired(RequiredAction::NewPassword),
            "captcha" => ActionRequired(RequiredAction::ProvePerson),
            "bad_password" => InvalidCredentials,
            "locked" => Locked,
            "site_down" => SiteDown,
            "site_changed" => SiteChanged("page after the sign-in"),
            _ => {
                done(outcome);
                continue;
            }
        };
        assert_eq!(failed(outcome), expected, "{}", row.username);
    }
}

#[tokio::test]
async fn a_wrong_password_is_the_portals_word() {
    let portal = Portal::new().await;
    let wrong = Login { password: Secret::new("Password"), ..login("good") };
    assert_eq!(failed(portal.connector.begin(portal.cx(), &wrong).await), ConnectorError::InvalidCredentials);
    assert_eq!(failed(portal.begin("nobody").await), ConnectorError::InvalidCredentials);
    let odd = Login { username: "a&b=c<é>\u{1f600}".to_owned(), password: Secret::new("&csrf=x %00+") };
    assert_eq!(failed(portal.connector.begin(portal.cx(), &odd).await), ConnectorError::InvalidCredentials);
}

#[tokio::test]
async fn a_login_that_goes_bad_is_refused_from_then_on() {
    let portal = Portal::new().await;
    portal.sign_in("bad_login_after").await;
    portal.clock.advance(10 * 60);
    assert_eq!(failed(portal.begin("bad_login_after").await), ConnectorError::InvalidCredentials);
}

#[tokio::test]
async fn a_slow_sign_in_is_waited_for_but_not_for_ever() {
    let portal = Portal::new().await;
    portal.sign_in("slow").await;
    let portal = Portal::with(|sunrise| sunrise.slow = Duration::from_secs(60)).await;
    let step = impatient(&portal.base).begin(portal.cx(), &login("slow")).await;
    assert_eq!(failed(step), ConnectorError::SiteDown);
}

#[tokio::test]
async fn a_login_without_accounts_is_right_and_empty() {
    let portal = Portal::new().await;
    let session = portal.sign_in("empty").await;
    assert_eq!(failed(portal.connector.accounts(portal.cx(), &session).await), ConnectorError::NoAccounts);
}

#[tokio::test]
async fn a_site_that_goes_down_behind_the_sign_in_is_down() {
    let portal = Portal::new().await;
    let session = portal.sign_in("site_down_after").await;
    let account = &portal.connector.accounts(portal.cx(), &session).await.unwrap()[0];
    let window = Window { from: portal.cx().now.as_second() - 86_400, to: portal.cx().now.as_second() };
    let connector = &portal.connector;
    let readings = connector.readings(portal.cx(), &session, account, 0, window).await;
    assert_eq!(failed(readings), ConnectorError::SiteDown);
    assert_eq!(failed(connector.bills(portal.cx(), &session, account).await), ConnectorError::SiteDown);
    let pdf = connector.bill_pdf(portal.cx(), &session, account, "202609").await;
    assert_eq!(failed(pdf), ConnectorError::SiteDown);
}

#[tokio::test]
async fn a_session_is_a_value_and_ends_with_the_portals() {
    let portal = Portal::new().await;
    let session = portal.sign_in("good").await;
    let bytes = serde_json::to_vec(&session).unwrap();
    let session: UtilitySession = serde_json::from_slice(&bytes).unwrap();
    let other = connector(&portal.base);
    let accounts = other.accounts(portal.cx(), &session).await.unwrap();
    portal.clock.advance(15 * 60);
    let cx = portal.cx();
    let window = Window { from: cx.now.as_second() - 86_400, to: cx.now.as_second() };
    assert_eq!(failed(other.accounts(cx, &session).await), ConnectorError::SessionExpired);
    let readings = other.readings(cx, &session, &accounts[0], 0, window).await;
    assert_eq!(failed(readings), ConnectorError::SessionExpired);
    assert_eq!(failed(other.bills(cx, &session, &accounts[0]).await), ConnectorError::SessionExpired);
    let pdf = other.bill_pdf(cx, &session, &accounts[0], "202609").await;
    assert_eq!(failed(pdf), ConnectorError::SessionExpired);
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_is_told_and_a_new_one_goes_on() {
    let portal = Portal::new().await;
    let session = portal.sign_in("expire_soon").await;
    let (cx, connector) = (portal.cx(), &portal.connector);
    let account = &connector.accounts(cx, &session).await.unwrap()[0];
    let window = |day: i64| {
        let to = cx.now.as_second() - day * 86_400;
        Window { from: to - 86_400, to }
    };
    connector.readings(cx, &session, account, 0, window(1)).await.unwrap();
    let over = connector.readings(cx, &session, account, 0, window(2)).await;
    assert_eq!(failed(over), ConnectorError::SessionExpired);
    let session = portal.sign_in("expire_soon").await;
    for day in 1..9 {
        connector.readings(cx, &session, account, 0, window(day)).await.unwrap();
    }
    assert_eq!(connector.bills(cx, &session, account).await.unwrap().len(), 24);
}

#[tokio::test]
async fn state_of_another_connector_or_version_is_stale() {
    let portal = Portal::new().await;
    let good = portal.sign_in("good").await;
    let data = good.data.clone();
    let other = |connector: &str, version, data| UtilitySession { connector: connector.to_owned(), version, data };
    for session in [
        other("another", good.version, data.clone()),
        other("sunrise", good.version + 1, data.clone()),
        other("sunrise", good.version, data[1..].to_vec()),
        other("sunrise", good.version, Vec::new()),
    ] {
        let answer = portal.connector.accounts(portal.cx(), &session).await;
        assert_eq!(failed(answer), ConnectorError::StaleState);
    }
}
