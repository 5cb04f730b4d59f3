//! Codes, questions and remembered devices, each step in what could be another process.

use connect_core::clock::{Clock, after};
use connect_core::connector::{
    Challenge, ChallengeInput, ChallengeProblem, CodeChallenge, Connector, ConnectorError, LoginState, method,
};
use connect_core::secret::Secret;
use connect_sunrise::{ANSWER, CODE, QUESTION};
use connect_wire::{Channel, CodePrompt, MethodOption};

use crate::support::{Portal, asked, connector, done, failed, login};

fn ways() -> Vec<MethodOption> {
    vec![
        method("sms", Channel::Sms, "•••• 4417"),
        method("email", Channel::Email, "s•••••@sandbox.test"),
        method("call", Channel::Call, "•••• 0199"),
    ]
}

#[track_caller]
fn code(challenge: Challenge) -> CodeChallenge {
    match challenge {
        Challenge::Code(code) => code,
        other => panic!("asks for {other:?}"),
    }
}

fn prompt(channel: Channel, to: &str) -> CodePrompt {
    CodePrompt::Code { channel, to: to.to_owned(), digits: 6 }
}

#[tokio::test]
async fn a_code_that_was_sent_is_asked_for_and_accepted() {
    let portal = Portal::new().await;
    let now = portal.clock.now();
    for (username, way) in [("mfa_sms", 0), ("mfa_email", 1), ("mfa_call", 2)] {
        let way = &ways()[way];
        let (challenge, state, problem) = asked(portal.begin(username).await);
        let expected = CodeChallenge {
            prompt: prompt(way.channel, &way.to),
            expires_at: Some(after(now, 300)),
            resend_at: Some(after(now, 30)),
            methods: Vec::new(),
        };
        assert_eq!((code(challenge), problem), (expected, None), "{username}");
        let session = done(portal.answer(state, CODE).await);
        assert_eq!(portal.connector.accounts(portal.cx(), &session).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_way_is_chosen_and_may_be_changed() {
    let portal = Portal::new().await;
    let (challenge, state, _) = asked(portal.begin("mfa_choose").await);
    assert_eq!(challenge, Challenge::Method { options: ways() });
    // Nothing that the step does not ask for reaches the portal.
    let (challenge, state, problem) = asked(portal.answer(state, CODE).await);
    assert_eq!((challenge, problem), (Challenge::Method { options: ways() }, None));
    let (_, state, _) = asked(portal.resume(state, ChallengeInput::Method("pigeon".to_owned())).await);
    let (challenge, state, _) = asked(portal.resume(state, ChallengeInput::Method("email".to_owned())).await);
    let first = code(challenge);
    assert_eq!(first.prompt, prompt(Channel::Email, "s•••••@sandbox.test"));
    assert_eq!(first.methods, ways());
    portal.clock.advance(10);
    let (challenge, state, _) = asked(portal.resume(state, ChallengeInput::Method("call".to_owned())).await);
    let second = code(challenge);
    assert_eq!(second.prompt, prompt(Channel::Call, "•••• 0199"));
    assert_eq!((second.resend_at, second.methods), (Some(after(portal.clock.now(), 30)), ways()));
    done(portal.answer(state, CODE).await);
}

#[tokio::test]
async fn an_app_and_a_question_have_no_end_and_are_not_sent() {
    let portal = Portal::new().await;
    let question = CodePrompt::Question { text: QUESTION.to_owned() };
    for (username, prompt, answer) in
        [("mfa_totp", prompt(Channel::App, ""), CODE), ("mfa_question", question, ANSWER)]
    {
        let (challenge, state, _) = asked(portal.begin(username).await);
        let expected = CodeChallenge { prompt, expires_at: None, resend_at: None, methods: Vec::new() };
        assert_eq!(code(challenge), expected);
        let (challenge, state, problem) = asked(portal.resume(state, ChallengeInput::Resend).await);
        assert_eq!((code(challenge), problem), (expected.clone(), None));
        let (_, state, problem) = asked(portal.answer(state, "wrong").await);
        assert_eq!(problem, Some(ChallengeProblem::Wrong { left: 2 }));
        done(portal.answer(state, answer).await);
    }
}

#[tokio::test]
async fn three_wrong_codes_end_the_login() {
    let portal = Portal::new().await;
    let (first, mut state, _) = asked(portal.begin("mfa_sms").await);
    for left in [2, 1] {
        let (challenge, next, problem) = asked(portal.answer(state, "000000").await);
        assert_eq!((challenge, problem), (first.clone(), Some(ChallengeProblem::Wrong { left })));
        state = next;
    }
    assert_eq!(failed(portal.answer(state, "000000").await), ConnectorError::TooManyCodes);
}

#[tokio::test]
async fn a_code_is_sent_again_but_not_too_soon() {
    let portal = Portal::new().await;
    let (first, state, _) = asked(portal.begin("mfa_sms").await);
    portal.clock.advance(29);
    let (challenge, state, problem) = asked(portal.resume(state, ChallengeInput::Resend).await);
    assert_eq!((challenge, problem), (first, Some(ChallengeProblem::TooSoon)));
    portal.clock.advance(1);
    let (challenge, state, problem) = asked(portal.resume(state, ChallengeInput::Resend).await);
    assert_eq!(problem, Some(ChallengeProblem::Resent));
    let now = portal.clock.now();
    let challenge = code(challenge);
    assert_eq!((challenge.expires_at, challenge.resend_at), (Some(after(now, 300)), Some(after(now, 30))));
    done(portal.answer(state, CODE).await);
}

#[tokio::test]
async fn a_code_that_is_too_old_is_told_and_another_one_works() {
    let portal = Portal::new().await;
    let (challenge, state, _) = asked(portal.begin("mfa_expired").await);
    assert_eq!(code(challenge).expires_at, None, "its page does not tell");
    let (_, state, problem) = asked(portal.answer(state, CODE).await);
    assert_eq!(problem, Some(ChallengeProblem::Expired));
    let (_, state, problem) = asked(portal.resume(state, ChallengeInput::Resend).await);
    assert_eq!(problem, Some(ChallengeProblem::Resent));
    done(portal.answer(state, CODE).await);
}

#[tokio::test]
async fn a_site_that_is_down_at_the_code_is_down() {
    let portal = Portal::new().await;
    let (_, state, _) = asked(portal.begin("mfa_site_down").await);
    assert_eq!(failed(portal.answer(state, CODE).await), ConnectorError::SiteDown);
}

#[tokio::test]
async fn a_login_that_was_left_too_long_is_over() {
    let portal = Portal::new().await;
    for input in [ChallengeInput::Answer(Secret::new(CODE)), ChallengeInput::Resend] {
        let (_, state, _) = asked(portal.begin("mfa_sms").await);
        portal.clock.advance(15 * 60);
        assert_eq!(failed(portal.resume(state, input).await), ConnectorError::ChallengeExpired);
    }
    let (_, state, _) = asked(portal.begin("mfa_choose").await);
    portal.clock.advance(15 * 60);
    let input = ChallengeInput::Method("sms".to_owned());
    assert_eq!(failed(portal.resume(state, input).await), ConnectorError::ChallengeExpired);
    let (_, state, _) = asked(portal.begin("mfa_choose").await);
    let (_, state, _) = asked(portal.resume(state, ChallengeInput::Method("sms".to_owned())).await);
    portal.clock.advance(15 * 60);
    let input = ChallengeInput::Method("call".to_owned());
    assert_eq!(failed(portal.resume(state, input).await), ConnectorError::ChallengeExpired);
}

#[tokio::test]
async fn state_of_a_login_that_cannot_be_read_is_stale() {
    let portal = Portal::new().await;
    let (_, state, _) = asked(portal.begin("mfa_sms").await);
    let broken = LoginState { version: state.version + 1, ..state };
    assert_eq!(failed(portal.answer(broken, CODE).await), ConnectorError::StaleState);
}

#[tokio::test]
async fn without_the_customer_no_code_is_asked_for() {
    let portal = Portal::new().await;
    for username in ["mfa_choose", "mfa_totp", "mfa_question", "mfa_sms"] {
        let step = portal.connector.begin(portal.alone(), &login(username)).await;
        assert_eq!(failed(step), ConnectorError::ChallengeNeeded, "{username}");
    }
    let (_, state, _) = asked(portal.begin("mfa_sms").await);
    portal.clock.advance(60);
    let step = portal.connector.resume(portal.alone(), state, ChallengeInput::Resend).await;
    assert_eq!(failed(step), ConnectorError::ChallengeNeeded);
}

#[tokio::test]
async fn a_remembered_device_is_not_asked_again_until_the_portal_forgets_it() {
    let portal = Portal::new().await;
    let (_, state, _) = asked(portal.begin("mfa_sms").await);
    let mut session = done(portal.answer(state, CODE).await);
    // The device outlives the session, and is handed on from one to the next.
    for _ in 0..3 {
        portal.clock.advance(20 * 24 * 3600);
        let gone = portal.connector.accounts(portal.cx(), &session).await;
        assert_eq!(failed(gone), ConnectorError::SessionExpired);
        let step = portal.connector.begin_again(portal.alone(), &login("mfa_sms"), &session).await;
        session = done(step);
        assert_eq!(portal.connector.accounts(portal.alone(), &session).await.unwrap().len(), 1);
    }
    // After 90 days the password alone would have a code sent: it is not sent.
    portal.clock.advance(31 * 24 * 3600);
    let step = portal.connector.begin_again(portal.alone(), &login("mfa_sms"), &session).await;
    assert_eq!(failed(step), ConnectorError::ChallengeNeeded);
    let nowhere = connector("http://127.0.0.1:9");
    let step = nowhere.begin_again(portal.alone(), &login("mfa_sms"), &session).await;
    assert_eq!(failed(step), ConnectorError::ChallengeNeeded, "the portal is not even asked");
    let step = portal.connector.begin_again(portal.cx(), &login("mfa_sms"), &session).await;
    asked(step);
}

#[tokio::test]
async fn a_device_of_another_login_helps_nobody() {
    let portal = Portal::new().await;
    let (_, state, _) = asked(portal.begin("mfa_sms").await);
    let session = done(portal.answer(state, CODE).await);
    let step = portal.connector.begin_again(portal.cx(), &login("mfa_email"), &session).await;
    asked(step);
}
