//! Codes, questions, and the choice of a way.

use connect_core::connector::{Challenge, ChallengeInput, ChallengeProblem, ConnectorError};
use connect_core::secret::Secret;
use connect_wire::{Channel, CodePrompt};

use crate::{Waiting, at, error, session};

#[tokio::test]
async fn separators_in_a_code_are_ignored() {
    let waiting = Waiting::at_begin("mfa_sms").await;
    for code in ["123456", " 123456\n", "123 456", "123-456", "1.2.3/4_5,6", "123\u{a0}456", "12\u{200b}3–456"] {
        session(waiting.answer(1, code).await);
    }
}

#[tokio::test]
async fn anything_else_is_wrong() {
    let waiting = Waiting::at_begin("mfa_sms").await;
    for code in [
        "000000",
        "123457",
        "12345",
        "1234567",
        "0123456",
        "a123456",
        "",
        " ",
        "１２３４５６",
        "١٢٣٤٥٦",
        "12345６",
        "rex",
    ] {
        let again = Waiting::of(waiting.answer(1, code).await);
        assert_eq!(again.problem, Some(ChallengeProblem::Wrong { left: 2 }), "{code}");
        assert_eq!(again.challenge, waiting.challenge);
    }
}

#[tokio::test]
async fn the_third_wrong_answer_ends_every_kind_of_challenge() {
    for username in ["mfa_sms", "mfa_email", "mfa_call", "mfa_totp", "mfa_question"] {
        let first = Waiting::at_begin(username).await;
        let second = Waiting::of(first.answer(1, "000000").await);
        assert_eq!(second.problem, Some(ChallengeProblem::Wrong { left: 2 }), "{username}");
        let third = Waiting::of(second.answer(2, "000000").await);
        assert_eq!(third.problem, Some(ChallengeProblem::Wrong { left: 1 }), "{username}");
        assert_eq!(error(third.answer(3, "000000").await), ConnectorError::TooManyCodes, "{username}");
        let right = if username == "mfa_question" { "rex" } else { "123456" };
        session(third.answer(3, right).await);
    }
}

#[tokio::test]
async fn a_code_works_for_five_minutes() {
    let waiting = Waiting::at_begin("mfa_email").await;
    assert_eq!(waiting.code().expires_at, Some(at(300).now));
    assert_eq!(waiting.code().resend_at, Some(at(30).now));
    session(waiting.answer(299, "123456").await);
    for (seconds, code) in [(300, "123456"), (301, "000000"), (86_400, "123456")] {
        let again = Waiting::of(waiting.answer(seconds, code).await);
        assert_eq!(again.problem, Some(ChallengeProblem::Expired));
        assert_eq!(again.challenge, waiting.challenge);
    }
}

#[tokio::test]
async fn an_expired_code_costs_no_try_and_can_be_sent_again() {
    let late = Waiting::of(Waiting::at_begin("mfa_sms").await.answer(400, "000000").await);
    let fresh = late.resend(401).await;
    assert_eq!(fresh.problem, Some(ChallengeProblem::Resent));
    assert_eq!(fresh.code().expires_at, Some(at(701).now));
    let wrong = Waiting::of(fresh.answer(402, "000000").await);
    assert_eq!(wrong.problem, Some(ChallengeProblem::Wrong { left: 2 }));
    session(wrong.answer(700, "123456").await);
}

#[tokio::test]
async fn a_code_is_sent_again_after_thirty_seconds_only() {
    let waiting = Waiting::at_begin("mfa_call").await;
    let soon = waiting.resend(29).await;
    assert_eq!(soon.problem, Some(ChallengeProblem::TooSoon));
    assert_eq!(soon.challenge, waiting.challenge);
    let sent = soon.resend(30).await;
    assert_eq!(sent.problem, Some(ChallengeProblem::Resent));
    assert_eq!(sent.code().prompt, waiting.code().prompt);
    assert_eq!(sent.code().expires_at, Some(at(330).now));
    assert_eq!(sent.code().resend_at, Some(at(60).now));
    assert_eq!(sent.resend(59).await.problem, Some(ChallengeProblem::TooSoon));
    assert_eq!(sent.resend(60).await.problem, Some(ChallengeProblem::Resent));
}

#[tokio::test]
async fn sending_again_brings_back_no_tries() {
    let mut waiting = Waiting::at_begin("mfa_sms").await;
    waiting = Waiting::of(waiting.answer(1, "000000").await);
    waiting = Waiting::of(waiting.resend(31).await.answer(32, "000000").await);
    assert_eq!(waiting.problem, Some(ChallengeProblem::Wrong { left: 1 }));
    assert_eq!(error(waiting.resend(62).await.answer(63, "000000").await), ConnectorError::TooManyCodes);
}

#[tokio::test]
async fn an_app_has_no_time_limit_and_nothing_to_send() {
    let waiting = Waiting::at_begin("mfa_totp").await;
    assert_eq!((waiting.code().expires_at, waiting.code().resend_at), (None, None));
    session(waiting.answer(86_400, "123 456").await);
}

#[tokio::test]
async fn the_question_takes_its_answer_in_any_case() {
    let waiting = Waiting::at_begin("mfa_question").await;
    let text = "What was the name of your first pet?".to_owned();
    assert_eq!(waiting.code().prompt, CodePrompt::Question { text });
    assert_eq!((waiting.code().expires_at, waiting.code().resend_at), (None, None));
    for answer in ["rex", "Rex", " REX \n"] {
        session(waiting.answer(86_400, answer).await);
    }
    for answer in ["123456", "r e x", "rexx", ""] {
        let again = Waiting::of(waiting.answer(1, answer).await);
        assert_eq!(again.problem, Some(ChallengeProblem::Wrong { left: 2 }), "{answer}");
    }
}

#[tokio::test]
async fn the_late_code_has_expired_until_it_is_sent_again() {
    let waiting = Waiting::at_begin("mfa_expired").await;
    assert_eq!(waiting.code().expires_at, None);
    assert_eq!(waiting.code().resend_at.map(|then| then <= at(0).now), Some(true));
    let late = Waiting::of(waiting.answer(0, "123456").await);
    assert_eq!(late.problem, Some(ChallengeProblem::Expired));
    let fresh = late.resend(1).await;
    assert_eq!(fresh.problem, Some(ChallengeProblem::Resent));
    assert_eq!(fresh.code().expires_at, Some(at(301).now));
    session(fresh.answer(2, "123456").await);
}

#[tokio::test]
async fn the_site_may_go_down_at_the_answer() {
    let waiting = Waiting::at_begin("mfa_site_down").await;
    for (seconds, code) in [(1, "123456"), (1, "000000"), (400, "123456")] {
        assert_eq!(error(waiting.answer(seconds, code).await), ConnectorError::SiteDown);
    }
    assert_eq!(waiting.resend(30).await.problem, Some(ChallengeProblem::Resent));
}

#[tokio::test]
async fn every_way_can_be_chosen() {
    let waiting = Waiting::at_begin("mfa_choose").await;
    let Challenge::Method { options } = &waiting.challenge else {
        panic!("nothing to choose");
    };
    let channels: Vec<Channel> = options.iter().map(|option| option.channel).collect();
    assert_eq!(channels, [Channel::Sms, Channel::Email, Channel::Call]);
    for option in options {
        assert!(option.to.contains('•'), "{option:?}");
        let sent = waiting.choose(5, &option.id).await;
        let prompt = CodePrompt::Code { channel: option.channel, to: option.to.clone(), digits: 6 };
        assert_eq!(sent.problem, None);
        assert_eq!(sent.code().prompt, prompt);
        assert_eq!(sent.code().expires_at, Some(at(305).now));
        assert_eq!(sent.code().resend_at, Some(at(35).now));
        assert_eq!(&sent.code().methods, options);
        session(sent.answer(6, "123456").await);
    }
}

#[tokio::test]
async fn another_way_may_be_chosen_later_but_brings_back_no_tries() {
    let sms = Waiting::at_begin("mfa_choose").await.choose(1, "sms").await;
    let wrong = Waiting::of(sms.answer(2, "000000").await);
    let email = wrong.choose(3, "email").await;
    assert_eq!(email.code().expires_at, Some(at(303).now));
    assert!(matches!(email.code().prompt, CodePrompt::Code { channel: Channel::Email, .. }));
    let wrong = Waiting::of(email.answer(4, "000000").await);
    assert_eq!(wrong.problem, Some(ChallengeProblem::Wrong { left: 1 }));
    let again = wrong.choose(5, "email").await;
    assert_eq!((again.problem, again.code().expires_at), (None, Some(at(305).now)));
    let resent = again.resend(35).await;
    assert!(matches!(resent.code().prompt, CodePrompt::Code { channel: Channel::Email, .. }));
    session(resent.answer(36, "123456").await);
}

#[tokio::test]
async fn an_answer_out_of_place_changes_nothing() {
    let chosen = || ChallengeInput::Method("sms".to_owned());
    let unknown = || ChallengeInput::Method("pigeon".to_owned());
    let answer = || ChallengeInput::Answer(Secret::new("123456"));
    for (username, inputs) in [
        ("mfa_choose", vec![unknown(), answer(), ChallengeInput::Resend]),
        ("mfa_sms", vec![chosen(), unknown()]),
        ("mfa_totp", vec![chosen(), ChallengeInput::Resend]),
        ("mfa_question", vec![chosen(), ChallengeInput::Resend]),
    ] {
        let waiting = Waiting::at_begin(username).await;
        for input in inputs {
            let again = Waiting::of(waiting.send(60, input).await);
            assert_eq!(again.problem, None, "{username}");
            assert_eq!(again.challenge, waiting.challenge, "{username}");
            assert_eq!(again.stored, waiting.stored, "{username}");
        }
    }
}

#[tokio::test]
async fn a_request_is_approved_after_four_seconds() {
    let asked = Waiting::at_begin("mfa_push").await;
    let Challenge::Approve(request) = &asked.challenge else { panic!("{:?}", asked.challenge) };
    assert_eq!((request.device.as_str(), request.number.as_deref()), ("Pixel 9", Some("42")));
    let still = Waiting::of(asked.send(3, ChallengeInput::Poll).await);
    assert_eq!((still.problem, &still.challenge), (None, &asked.challenge));
    session(still.send(4, ChallengeInput::Poll).await);
    // A code is nothing that was asked for.
    assert_eq!(Waiting::of(asked.answer(5, "123456").await).challenge, asked.challenge);
}

#[tokio::test]
async fn a_request_that_was_declined_is_approved_when_it_comes_again() {
    let ways = Waiting::at_begin("mfa_push_declined").await;
    assert!(matches!(&ways.challenge, Challenge::Method { options } if options.len() == 2));
    let asked = Waiting::of(ways.send(0, ChallengeInput::Method("push".into())).await);
    let declined = Waiting::of(asked.send(4, ChallengeInput::Poll).await);
    assert_eq!(declined.problem, Some(ChallengeProblem::Denied));
    let again = Waiting::of(declined.send(10, ChallengeInput::Resend).await);
    assert_eq!(again.problem, Some(ChallengeProblem::Resent));
    session(again.send(14, ChallengeInput::Poll).await);
    let text = Waiting::of(declined.send(10, ChallengeInput::Method("sms".into())).await);
    session(text.answer(11, "123456").await);
}
