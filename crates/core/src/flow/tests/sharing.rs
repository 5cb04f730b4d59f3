//! What is shared: shaped before the login, and chosen among meters after it.

use super::*;
use crate::connector::MeterKind;
use crate::grant::{ChoiceError, History};

fn meter(ending: &str) -> MeterChoice {
    let (address, ending) = ("1 A ST".to_owned(), ending.to_owned());
    MeterChoice { address, ending, kind: MeterKind::Electric, place: 0, chosen: true }
}

fn at_meters() -> Flow {
    checking().answer(Answer::Several(vec![meter("1"), meter("2")])).unwrap()
}

fn notice(flow: &Flow) -> Option<MetersNotice> {
    match &flow.stage {
        Stage::Meters { notice, .. } => *notice,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_shared_is_chosen_from_welcome_and_kept() {
    let opened = go(&Flow::create(Some(PGE), Route::Login), Action::OpenSharing);
    assert_eq!(go(&opened, Action::Back).stage, Stage::Welcome);
    let nothing = go(&opened, Action::Share(Err(ChoiceError::Nothing)));
    assert_eq!(nothing.stage, Stage::Sharing { notice: Some(ChoiceError::Nothing) });
    assert_eq!(nothing.choices, Choices::default());
    let chosen = Choices { bills: false, history: History::Year, ..Choices::default() };
    let shaped = go(&nothing, Action::Share(Ok(chosen)));
    assert_eq!((&shaped.stage, shaped.choices), (&Stage::Welcome, chosen));
    // It goes along, and another utility changes nothing of it.
    let signing_in = go(&shaped, Action::Continue);
    assert_eq!(go(&signing_in, Action::ChangeUtility).choices, chosen);
    // What the form does not offer is nobody's choice.
    assert_eq!(opened.act(&Action::Share(Err(ChoiceError::Unknown)), t0()), Err(OutOfPlace));
    assert_eq!(signing_in.act(&Action::OpenSharing, t0()), Err(OutOfPlace));
    assert_eq!(signing_in.act(&Action::Share(Ok(chosen)), t0()), Err(OutOfPlace));
}

#[test]
fn a_renewal_shares_what_the_link_did() {
    let chosen = Choices { usage: false, ..Choices::default() };
    assert_eq!(Flow::update(Uuid::nil(), PGE, "ada".into(), Access::Login, chosen).choices, chosen);
}

#[test]
fn several_meters_are_a_question_before_there_is_a_link() {
    let asked = at_meters();
    assert!(asked.stage.keeps_login_state() && asked.can_go_back());
    let (linking, effect) = act(&asked, Action::ChooseMeters(vec![1]));
    assert_eq!(effect, Effect::Resume);
    assert!(linking.stage.keeps_login_state());
    let linked = linking.answer(Answer::Linked(vec![])).unwrap();
    assert_eq!(linked.stage, Stage::Linked { utility: PGE, accounts: vec![] });
}

#[test]
fn at_least_one_meter_is_shared_and_none_that_was_not_offered() {
    let (none, effect) = act(&at_meters(), Action::ChooseMeters(vec![]));
    assert_eq!((notice(&none), effect), (Some(MetersNotice::Nothing), Effect::None));
    assert!(matches!(&none.stage, Stage::Meters { meters, .. } if meters.iter().all(|meter| !meter.chosen)));
    assert_eq!(at_meters().act(&Action::ChooseMeters(vec![0, 2]), t0()), Err(OutOfPlace));
}

#[test]
fn a_fault_of_ours_leaves_the_choice_as_it_was() {
    let linking = go(&at_meters(), Action::ChooseMeters(vec![1]));
    for again in [linking.answer(Answer::Broke).unwrap(), linking.at(after(t0(), 200))] {
        assert_eq!(notice(&again), Some(MetersNotice::Internal));
        let Stage::Meters { meters, .. } = &again.stage else { panic!("{again:?}") };
        assert_eq!(meters.iter().map(|meter| meter.chosen).collect::<Vec<_>>(), [false, true]);
    }
}

#[test]
fn back_from_the_meters_is_back_to_the_login() {
    let back = go(&at_meters(), Action::Back);
    assert!(matches!(&back.stage, Stage::Credentials(login) if login.notice.is_none()));
    assert!(!back.stage.keeps_login_state());
}

#[test]
fn the_screens_say_what_was_chosen() {
    let opened = go(&Flow::create(None, Route::Login), Action::OpenSharing);
    let seen = look(&opened, Environment::Sandbox);
    assert!(matches!(&seen.screen, Screen::Page { kind, html }
        if *kind == connect_wire::PageKind::Sharing && html.contains("usage: true")));
    assert_eq!((seen.progress, seen.can_go_back), (None, true));
    let seen = look(&at_meters(), Environment::Sandbox);
    assert!(matches!(&seen.screen, Screen::Page { kind, html }
        if *kind == connect_wire::PageKind::Meters && html.contains("1 A ST")));
    assert_eq!(seen.progress, Some(Progress { at: 3, of: 3 }));
}
