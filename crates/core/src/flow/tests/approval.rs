//! A login that is approved on another device.

use connect_wire::{Check, CodeNotice, MethodOption};

use super::{act, answer_code, checking, go, methods, t0};
use crate::clock::after;
use crate::connector::{ApproveChallenge, Challenge, ChallengeProblem, ConnectorError};
use crate::flow::{Action, Answer, Effect, Flow, Stage};

const PGE: u32 = 1;

fn request(methods: Vec<MethodOption>) -> Challenge {
    let (device, number) = ("Pixel 9".to_owned(), Some("42".to_owned()));
    Challenge::Approve(ApproveChallenge { device, number, expires_at: after(t0(), 120), methods })
}

fn approval(flow: &Flow) -> (Option<CodeNotice>, bool) {
    match flow.stage.approval() {
        Some(Stage::Approve { notice, .. }) => {
            (notice.clone(), matches!(flow.stage, Stage::Checking { what: Check::Approval, .. }))
        }
        other => panic!("not at an approval but at {other:?}"),
    }
}

#[test]
fn an_approval_is_waited_for_until_it_is_there_or_the_request_is_over() {
    let asked = checking().answer(Answer::Challenge(request(vec![]), None)).unwrap();
    assert_eq!(approval(&asked), (None, true));
    assert!(asked.stage.keeps_login_state());
    assert!(matches!(asked.answer(Answer::Linked(vec![])).unwrap().stage, Stage::Linked { utility: PGE, .. }));
    // The utility says how long, not the time of a call.
    assert_eq!(asked.at(after(t0(), 119)), asked);
    assert_eq!(approval(&asked.at(after(t0(), 120))), (Some(CodeNotice::Expired), false));
    let (looked, effect) = act(&asked, Action::Approved);
    assert_eq!((approval(&looked), effect), ((None, true), Effect::Resume));
    for (problem, notice, waits) in [
        (ChallengeProblem::Denied, CodeNotice::Denied, false),
        (ChallengeProblem::Expired, CodeNotice::Expired, false),
        (ChallengeProblem::Resent, CodeNotice::Resent, true),
        (ChallengeProblem::TooSoon, CodeNotice::TooSoon, true),
    ] {
        let told = asked.answer(Answer::Challenge(request(vec![]), Some(problem))).unwrap();
        assert_eq!(approval(&told), (Some(notice), waits), "{problem:?}");
        // It can be asked for again, waiting or not.
        let (again, effect) = act(&told, Action::Resend);
        assert_eq!(effect, Effect::Resume);
        assert!(matches!(again.stage, Stage::Checking { what: Check::Sending, .. }));
    }
    let down = asked.answer(Answer::Failed(ConnectorError::SiteDown)).unwrap();
    assert_eq!(approval(&down), (Some(CodeNotice::Down), false));
    assert!(matches!(go(&asked, Action::Back).stage, Stage::Credentials(_)));
    assert!(asked.act(&answer_code(), t0()).is_err());
    assert!(checking().act(&Action::Approved, t0()).is_err());
}

#[test]
fn from_an_approval_one_goes_back_to_the_other_ways() {
    let asked = checking().answer(Answer::Challenge(request(methods()), None)).unwrap();
    for at in [asked.clone(), asked.at(after(t0(), 120))] {
        assert!(matches!(go(&at, Action::Back).stage, Stage::Method { .. }));
    }
}
