//! Each user name, and who is let in.

use std::time::Duration;

use connect_core::connector::{Challenge, Connector, ConnectorError, LoginStep};
use connect_sandbox::{EMAIL_DOMAIN, LOGINS, SLOW, SandboxConnector};
use connect_wire::{Channel, CodePrompt};
use tokio::time::Instant;

use crate::{Waiting, accounts, at, begin, begin_with, error, login, session};

#[tokio::test]
async fn is_called_sandbox() {
    assert_eq!(SandboxConnector::default().name(), "sandbox");
}

#[tokio::test]
async fn some_logins_are_accepted_at_once() {
    for username in ["user@pelm.com", "good", "gas_only", "elec_gas", "multi_account", "empty"] {
        session(begin(username).await);
    }
    session(begin_with("username_good@gmail.com", "password_good").await);
}

#[tokio::test]
async fn some_logins_always_fail() {
    for (username, expected) in [
        ("bad_password", ConnectorError::InvalidCredentials),
        ("locked", ConnectorError::Locked),
        ("site_down", ConnectorError::SiteDown),
    ] {
        assert_eq!(error(begin(username).await), expected, "{username}");
    }
    assert!(matches!(error(begin("site_changed").await), ConnectorError::SiteChanged(_)));
}

#[tokio::test]
async fn an_empty_login_is_accepted_and_has_no_account() {
    assert_eq!(accounts("empty", 1).await, Err(ConnectorError::NoAccounts));
}

#[tokio::test]
async fn a_code_comes_over_the_channel_of_the_name() {
    for (username, channel) in [
        ("mfa_sms", Channel::Sms),
        ("mfa_email", Channel::Email),
        ("mfa_call", Channel::Call),
        ("mfa_expired", Channel::Sms),
        ("mfa_site_down", Channel::Sms),
        ("mfa_totp", Channel::App),
    ] {
        let waiting = Waiting::at_begin(username).await;
        let CodePrompt::Code { channel: asked, to, digits } = &waiting.code().prompt else {
            panic!("{username} asks a question");
        };
        assert_eq!((*asked, *digits), (channel, 6), "{username}");
        assert_eq!(to.is_empty(), channel == Channel::App, "{username}");
        assert!(waiting.code().methods.is_empty(), "{username}");
    }
}

#[tokio::test]
async fn every_confirmed_login_is_accepted_with_its_code() {
    for row in LOGINS {
        let (Some(code), false) =
            (row.code, ["mfa_expired", "mfa_site_down", "mfa_push_declined"].contains(&row.username))
        else {
            continue;
        };
        let mut waiting = Waiting::at_begin(row.username).await;
        if let Challenge::Method { options } = &waiting.challenge {
            waiting = waiting.choose(1, &options[0].id).await;
        }
        session(waiting.answer(2, code).await);
    }
}

#[tokio::test]
async fn any_other_password_is_refused_for_every_name() {
    for row in LOGINS {
        for password in ["", "wrong", "Password", " password", "password ", "password_goo"] {
            assert_eq!(error(begin_with(row.username, password).await), ConnectorError::InvalidCredentials);
        }
    }
    let older = begin_with("username_good@gmail.com", "password").await;
    assert_eq!(error(older), ConnectorError::InvalidCredentials);
    assert_eq!(error(begin_with("good", "password_good").await), ConnectorError::InvalidCredentials);
}

#[tokio::test]
async fn unknown_names_are_refused() {
    for username in [
        "",
        "@",
        "goo",
        "good@",
        "good@example.com",
        "@sandbox.test",
        "a@good@sandbox.test",
        "user@pelm.com@sandbox.test",
    ] {
        assert_eq!(error(begin(username).await), ConnectorError::InvalidCredentials, "{username}");
    }
}

#[tokio::test]
async fn names_are_trimmed_case_does_not_matter_and_a_domain_may_follow() {
    for username in ["GOOD", "  good\t", "Good@Sandbox.Test", "USER@PELM.COM "] {
        session(begin(username).await);
    }
    for row in LOGINS.iter().filter(|row| !row.username.contains('@') && row.username != "slow") {
        let plain = begin_with(row.username, row.password).await;
        let mail = begin_with(&format!("{}@{EMAIL_DOMAIN}", row.username), row.password).await;
        match (plain, mail) {
            (Ok(LoginStep::Done(a)), Ok(LoginStep::Done(b))) => assert_eq!(a.data, b.data),
            (Ok(LoginStep::Challenge { state: a, .. }), Ok(LoginStep::Challenge { state: b, .. })) => {
                assert_eq!(a.data, b.data);
            }
            (Err(a), Err(b)) => assert_eq!(a, b),
            _ => panic!("{} differs from its e-mail form", row.username),
        }
    }
}

#[tokio::test]
async fn the_same_account_comes_under_every_spelling() {
    assert_eq!(accounts("Good@sandbox.test", 7).await, accounts("good", 7).await);
}

#[tokio::test(start_paused = true)]
async fn slow_takes_six_seconds() {
    let start = Instant::now();
    session(begin("slow").await);
    assert_eq!(start.elapsed().as_secs(), SLOW.as_secs());
    assert_eq!(SLOW.as_secs(), 6);
}

#[tokio::test(start_paused = true)]
async fn slow_takes_as_long_as_it_is_told_and_refuses_a_wrong_password_at_once() {
    let start = Instant::now();
    let sandbox = SandboxConnector::with_slow(Duration::from_secs(80));
    assert_eq!(error(sandbox.begin(at(0), &login("slow", "wrong")).await), ConnectorError::InvalidCredentials);
    assert_eq!(start.elapsed().as_secs(), 0);
    session(sandbox.begin(at(0), &login("slow", "password")).await);
    assert_eq!(start.elapsed().as_secs(), 80);
}

#[tokio::test(start_paused = true)]
async fn no_other_login_waits() {
    let start = Instant::now();
    for row in LOGINS.iter().filter(|row| row.username != "slow") {
        let _ = begin_with(row.username, row.password).await;
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}
