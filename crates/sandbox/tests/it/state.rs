//! What is stored between two calls.

use connect_core::connector::{ChallengeInput, Connector, ConnectorError, LoginState, LoginStep, UtilitySession};
use connect_core::secret::Secret;
use connect_sandbox::{LOGINS, SandboxConnector};

use crate::{Waiting, at, begin, begin_with, error, session};

#[tokio::test]
async fn state_is_named_versioned_and_survives_json() {
    let waiting = Waiting::at_begin("mfa_choose").await;
    assert_eq!(waiting.state().connector, "sandbox");
    assert_eq!(waiting.state().version, 1);
    let again = waiting.choose(1, "call").await;
    let session = session(again.answer(2, "123456").await);
    assert_eq!((session.connector.as_str(), session.version), ("sandbox", 1));
    let stored = serde_json::to_string(&session).expect("JSON");
    let session: UtilitySession = serde_json::from_str(&stored).expect("JSON");
    assert_eq!(SandboxConnector::new().accounts(at(3), &session).await.map(|a| a.len()), Ok(1));
}

#[tokio::test]
async fn foreign_or_unreadable_state_asks_for_a_new_login() {
    let good = Waiting::at_begin("mfa_sms").await.state();
    let other = |data: &[u8]| LoginState { version: 1, data: data.to_vec(), connector: "sandbox".into() };
    let states = [
        LoginState { version: 0, data: good.data.clone(), connector: "sandbox".into() },
        LoginState { version: 2, data: good.data.clone(), connector: "sandbox".into() },
        LoginState { version: 1, data: good.data.clone(), connector: "elsewhere".into() },
        other(b""),
        other(b"{}"),
        other(b"\xff"),
        other(br#"{"login":"nobody","wrong":0,"stage":"Known"}"#),
        other(br#"{"login":"good","wrong":0,"stage":"Known"}"#),
    ];
    for state in states {
        let answer = ChallengeInput::Answer(Secret::new("123456"));
        let step = SandboxConnector::new().resume(at(1), state, answer).await;
        assert_eq!(error(step), ConnectorError::StaleState);
    }
}

#[tokio::test]
async fn foreign_or_unreadable_sessions_ask_for_a_new_login() {
    let good = session(begin("good").await);
    let sessions = [
        UtilitySession { version: 2, data: good.data.clone(), connector: "sandbox".into() },
        UtilitySession { version: 1, data: good.data.clone(), connector: "elsewhere".into() },
        UtilitySession { version: 1, data: b"[]".to_vec(), connector: "sandbox".into() },
        UtilitySession { version: 1, data: br#"{"login":"nobody"}"#.to_vec(), connector: "sandbox".into() },
    ];
    for session in sessions {
        let accounts = SandboxConnector::new().accounts(at(1), &session).await;
        assert_eq!(accounts, Err(ConnectorError::StaleState));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_stored_contains_password_or_code() {
    let secret_free = |username: &str, data: &[u8]| {
        let text = String::from_utf8(data.to_vec()).expect("JSON");
        for secret in ["password", "123456", "rex"] {
            assert!(!text.contains(secret), "{username}: {text}");
        }
    };
    for row in LOGINS {
        match begin_with(row.username, row.password).await {
            Ok(LoginStep::Done(session)) => secret_free(row.username, &session.data),
            Ok(LoginStep::Challenge { state, .. }) => secret_free(row.username, &state.data),
            Err(_) => {}
        }
    }
    for (username, answer, wrong) in [("mfa_sms", "123456", "990077"), ("mfa_question", "rex", "felix")] {
        let waiting = Waiting::at_begin(username).await;
        let again = Waiting::of(waiting.answer(1, wrong).await);
        let text = String::from_utf8(again.state().data).expect("JSON");
        assert!(!text.contains(wrong), "{text}");
        secret_free(username, text.as_bytes());
        secret_free(username, &session(again.answer(2, answer).await).data);
    }
}

#[tokio::test]
async fn the_same_calls_give_the_same_bytes() {
    let a = Waiting::of(Waiting::at_begin("mfa_sms").await.answer(1, "000000").await);
    let b = Waiting::of(Waiting::at_begin("mfa_sms").await.answer(1, "000000").await);
    assert_eq!(a.stored, b.stored);
}
