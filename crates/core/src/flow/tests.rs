//! The rules of the flow, as a customer meets them.
#![allow(clippy::unwrap_used)]

mod approval;
mod sharing;

use connect_wire::{
    AccountCard, Channel, Check, CodeNotice, CodePrompt, LoginNotice, MethodOption, Progress, Screen, StopReason,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::clock::after;
use crate::connector::{ChallengeProblem, method};
use crate::directory::Directory;
use crate::grant::Choices;
use crate::store::Access;
use crate::token::Environment;

const PGE: u32 = 1;
const CHEROKEE: u32 = 8;

fn t0() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn act(flow: &Flow, action: Action) -> (Flow, Effect) {
    flow.act(&action, t0()).unwrap()
}

fn go(flow: &Flow, action: Action) -> Flow {
    act(flow, action).0
}

fn select(utility: u32) -> Action {
    Action::Select { utility, route: Route::Login }
}

fn submit(username: &str) -> Action {
    Action::SubmitLogin { username: username.into(), password_empty: false, too_long: false, available: true }
}

fn at_credentials() -> Flow {
    go(&go(&Flow::create(None, Route::Login), Action::Continue), select(PGE))
}

fn checking() -> Flow {
    go(&at_credentials(), submit("ada"))
}

fn login_notice(flow: &Flow) -> Option<LoginNotice> {
    match &flow.stage {
        Stage::Credentials(login) => login.notice.clone(),
        other => panic!("not at the credentials but at {other:?}"),
    }
}

fn code_challenge(methods: Vec<MethodOption>) -> CodeChallenge {
    CodeChallenge {
        prompt: CodePrompt::Code { channel: Channel::Sms, to: "••• 4417".into(), digits: 6 },
        expires_at: Some(after(t0(), 300)),
        resend_at: Some(after(t0(), 30)),
        methods,
    }
}

fn methods() -> Vec<MethodOption> {
    vec![method("sms", Channel::Sms, "••• 4417"), method("email", Channel::Email, "a•••@example.com")]
}

fn at_code(methods: Vec<MethodOption>) -> Flow {
    checking().answer(Answer::Challenge(Challenge::Code(code_challenge(methods)), None)).unwrap()
}

fn code_notice(flow: &Flow) -> Option<CodeNotice> {
    match &flow.stage {
        Stage::Code { notice, .. } | Stage::Method { notice, .. } => notice.clone(),
        other => panic!("not at a code but at {other:?}"),
    }
}

fn answer_code() -> Action {
    Action::SubmitAnswer { empty: false, too_long: false }
}

#[test]
fn a_first_link_passes_every_screen_to_linked() {
    let flow = at_credentials();
    assert!(matches!(&flow.stage, Stage::Credentials(l) if l.utility == PGE));
    let (flow, effect) = act(&flow, submit("ada"));
    assert_eq!(effect, Effect::Begin);
    assert!(matches!(flow.stage, Stage::Checking { what: Check::Login, .. }));
    let flow = flow.answer(Answer::Linked(vec![])).unwrap();
    assert_eq!(flow.stage, Stage::Linked { utility: PGE, accounts: vec![] });
}

#[test]
fn a_named_utility_skips_the_selection_and_can_still_be_changed() {
    let flow = go(&Flow::create(Some(PGE), Route::Login), Action::Continue);
    assert!(matches!(&flow.stage, Stage::Credentials(l) if l.utility == PGE));
    assert_eq!(go(&flow, Action::Back).stage, Stage::Welcome);
    let other = go(&flow, Action::ChangeUtility);
    assert_eq!((other.stage.clone(), other.preset), (Stage::Select, None));
    assert_eq!(go(&go(&other, select(2)), Action::Back).stage, Stage::Select);
}

#[test]
fn a_renewal_starts_at_the_credentials_with_the_utility_fixed() {
    let flow = Flow::update(Uuid::nil(), PGE, "ada".into(), Access::Login, Choices::default());
    assert!(matches!(&flow.stage, Stage::Credentials(l) if l.username == "ada"));
    assert!(!flow.can_go_back() && !flow.can_change());
    assert_eq!(flow.act(&Action::Back, t0()), Err(OutOfPlace));
    assert_eq!(flow.act(&Action::ChangeUtility, t0()), Err(OutOfPlace));
}

#[test]
fn missing_and_overlong_fields_are_said_without_asking_the_utility() {
    let empty = |username: &str, password_empty| Action::SubmitLogin {
        username: username.into(),
        password_empty,
        too_long: false,
        available: true,
    };
    for (username, password_empty) in [("", true), ("", false), ("ada", true)] {
        let (flow, effect) = act(&at_credentials(), empty(username, password_empty));
        assert_eq!(effect, Effect::None);
        let missing = LoginNotice::Missing { username: username.is_empty(), password: password_empty };
        assert_eq!(login_notice(&flow), Some(missing));
    }
    let long =
        Action::SubmitLogin { username: String::new(), password_empty: false, too_long: true, available: true };
    assert_eq!(login_notice(&go(&at_credentials(), long)), Some(LoginNotice::TooLong));
}

#[test]
fn credentials_for_an_unsupported_utility_are_not_kept_and_nobody_is_asked() {
    let flow = go(&go(&Flow::create(None, Route::Login), Action::Continue), select(CHEROKEE));
    let action = Action::SubmitLogin {
        username: "ada@example.com".into(),
        password_empty: false,
        too_long: false,
        available: false,
    };
    let (flow, effect) = act(&flow, action);
    assert_eq!((flow.stage.clone(), effect), (Stage::Unsupported { utility: CHEROKEE }, Effect::None));
    assert!(!serde_json::to_string(&flow).unwrap().contains("ada"));
    assert_eq!(go(&flow, Action::ChangeUtility).stage, Stage::Select);
}

#[test]
fn a_refused_login_counts_down_keeps_the_username_and_then_stops() {
    let mut flow = at_credentials();
    for left in (1..MAX_LOGIN_ATTEMPTS).rev() {
        flow = go(&flow, submit("ada")).answer(Answer::Failed(ConnectorError::InvalidCredentials)).unwrap();
        assert_eq!(login_notice(&flow), Some(LoginNotice::WrongPassword { left }));
        assert!(matches!(&flow.stage, Stage::Credentials(l) if l.username == "ada"));
    }
    flow = go(&flow, submit("ada")).answer(Answer::Failed(ConnectorError::InvalidCredentials)).unwrap();
    let stopped = Stage::Stopped { utility: PGE, reason: StopReason::TooManyAttempts };
    assert_eq!(flow.stage, stopped);
    // Another utility does not bring new tries, and the utility is not asked again.
    let (flow, effect) = act(&go(&go(&flow, Action::ChangeUtility), select(PGE)), submit("ada"));
    assert_eq!((flow.stage, effect), (stopped, Effect::None));
}

#[test]
fn an_outage_is_never_called_a_wrong_password_and_costs_no_try() {
    let outages = [
        (Answer::Failed(ConnectorError::SiteDown), LoginNotice::Down),
        (Answer::Failed(ConnectorError::NotReady), LoginNotice::Down),
        (Answer::Failed(ConnectorError::SiteChanged("login form")), LoginNotice::Internal),
        (Answer::TimedOut, LoginNotice::TimedOut),
        (Answer::Broke, LoginNotice::Internal),
    ];
    for (answer, notice) in outages {
        let flow = checking().answer(answer).unwrap();
        assert_eq!((login_notice(&flow), flow.attempts), (Some(notice), 0));
    }
}

#[test]
fn every_failure_of_a_login_has_its_own_text() {
    let cases = [
        (ConnectorError::NoAccounts, LoginNotice::NoAccounts),
        (ConnectorError::TooManyCodes, LoginNotice::CodeTooMany),
        (ConnectorError::ChallengeExpired, LoginNotice::CodeExpired),
        (ConnectorError::StaleState, LoginNotice::CodeExpired),
    ];
    for (error, notice) in cases {
        assert_eq!(login_notice(&checking().answer(Answer::Failed(error)).unwrap()), Some(notice));
    }
    let locked = checking().answer(Answer::Failed(ConnectorError::Locked)).unwrap();
    assert_eq!(locked.stage, Stage::Stopped { utility: PGE, reason: StopReason::Locked });
}

#[test]
fn a_code_is_asked_checked_and_counted() {
    let flow = at_code(vec![]);
    let (flow, effect) = act(&flow, answer_code());
    assert_eq!(effect, Effect::Resume);
    let wrong =
        Answer::Challenge(Challenge::Code(code_challenge(vec![])), Some(ChallengeProblem::Wrong { left: 2 }));
    let flow = flow.answer(wrong).unwrap();
    assert_eq!(code_notice(&flow), Some(CodeNotice::Wrong { left: 2 }));
    let flow = go(&flow, Action::SubmitAnswer { empty: true, too_long: false });
    assert_eq!(code_notice(&flow), Some(CodeNotice::Missing));
    let flow = go(&flow, Action::SubmitAnswer { empty: false, too_long: true });
    assert_eq!(code_notice(&flow), Some(CodeNotice::TooLong));
}

#[test]
fn an_outage_at_the_code_leaves_the_customer_there_with_the_login_kept() {
    let flow = go(&at_code(vec![]), answer_code());
    assert!(flow.stage.keeps_login_state());
    let flow = flow.answer(Answer::Failed(ConnectorError::SiteDown)).unwrap();
    assert_eq!(code_notice(&flow), Some(CodeNotice::Down));
    assert!(flow.stage.keeps_login_state());
}

#[test]
fn methods_can_be_chosen_and_gone_back_to() {
    let flow = checking().answer(Answer::Challenge(Challenge::Method { options: methods() }, None)).unwrap();
    assert_eq!(flow.act(&Action::ChooseMethod { id: "pigeon".into() }, t0()), Err(OutOfPlace));
    let (sending, effect) = act(&flow, Action::ChooseMethod { id: "sms".into() });
    assert_eq!(effect, Effect::Resume);
    assert!(matches!(sending.stage, Stage::Checking { what: Check::Sending, .. }));
    let code = sending.answer(Answer::Challenge(Challenge::Code(code_challenge(methods())), None)).unwrap();
    assert!(matches!(go(&code, Action::Back).stage, Stage::Method { .. }));
    // Without a choice, back is the login.
    assert!(matches!(go(&at_code(vec![]), Action::Back).stage, Stage::Credentials(_)));
    assert!(!go(&at_code(vec![]), Action::Back).stage.keeps_login_state());
}

#[test]
fn a_code_is_sent_again_only_after_the_wait() {
    let flow = at_code(vec![]);
    assert_eq!(code_notice(&go(&flow, Action::Resend)), Some(CodeNotice::TooSoon));
    let (_, effect) = flow.act(&Action::Resend, after(t0(), 30)).unwrap();
    assert_eq!(effect, Effect::Resume);
    let mut app = code_challenge(vec![]);
    app.resend_at = None;
    let flow = checking().answer(Answer::Challenge(Challenge::Code(app), None)).unwrap();
    assert_eq!(flow.act(&Action::Resend, t0()), Err(OutOfPlace));
}

#[test]
fn going_back_from_a_check_abandons_it() {
    let flow = go(&checking(), Action::Back);
    assert!(matches!(flow.stage, Stage::Credentials(_)));
    assert_eq!(flow.answer(Answer::Linked(vec![])), Err(OutOfPlace));
}

#[test]
fn a_check_that_nobody_answers_ends_by_itself() {
    let flow = checking();
    assert_eq!(flow.at(after(t0(), CHECK_SECONDS - 1)), flow);
    assert_eq!(login_notice(&flow.at(after(t0(), CHECK_SECONDS))), Some(LoginNotice::TimedOut));
}

#[test]
fn what_does_not_belong_to_the_stage_changes_nothing() {
    let linked = checking().answer(Answer::Linked(vec![])).unwrap();
    let actions = [Action::Continue, select(PGE), Action::ChangeUtility, Action::Back, submit("x"), answer_code()];
    for action in actions {
        assert_eq!(linked.act(&action, t0()), Err(OutOfPlace), "{action:?}");
    }
    assert_eq!(Flow::create(None, Route::Login).act(&submit("x"), t0()), Err(OutOfPlace));
    assert_eq!(Flow::create(None, Route::Login).answer(Answer::Linked(vec![])), Err(OutOfPlace));
    assert_eq!(checking().act(&submit("x"), t0()), Err(OutOfPlace));
}

fn look(flow: &Flow, environment: Environment) -> connect_wire::FlowView {
    let directory = Directory::embedded().unwrap();
    let cx = ViewContext {
        directory: &directory,
        company: "Northwind Solar",
        logo: None,
        terms: None,
        receipt: None,
        sites: &crate::health::Sites::default(),
        language: crate::language::Language::English,
        environment,
        step: 3,
        expires_at: after(t0(), 60),
        consent_open: true,
        draw: &|page| format!("{page:?}"),
        now: t0(),
    };
    view(flow, cx)
}

#[test]
fn a_view_tells_the_step_and_the_time_left() {
    let seen = look(&at_credentials(), Environment::Sandbox);
    assert_eq!((seen.step, seen.seconds_left, seen.can_go_back), (3, 60, true));
    assert_eq!(seen.progress, Some(Progress { at: 2, of: 3 }));
    let named = go(&Flow::create(Some(PGE), Route::Login), Action::Continue);
    assert_eq!(look(&named, Environment::Sandbox).progress, Some(Progress { at: 1, of: 2 }));
    match look(&at_code(vec![]), Environment::Sandbox).screen {
        Screen::Code(code) => assert_eq!((code.expires_in, code.resend_in), (Some(300), Some(30))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn production_never_sees_a_sandbox_utility_as_available() {
    let available = |environment| match look(&at_credentials(), environment).screen {
        Screen::Credentials(c) => c.utility.available,
        other => panic!("{other:?}"),
    };
    assert!(available(Environment::Sandbox));
    assert!(!available(Environment::Production));
    assert!(!look(&at_credentials(), Environment::Production).sandbox);
}

#[test]
fn a_flow_survives_storage() {
    let card = AccountCard { address: "1 A ST".into(), ending: "0012".into(), electricity: true, gas: false };
    let linked = checking().answer(Answer::Linked(vec![card])).unwrap();
    for flow in [
        Flow::create(None, Route::Login),
        checking(),
        at_code(methods()),
        linked,
        Flow::update(Uuid::nil(), 1, "a".into(), Access::Login, Choices::default()),
    ] {
        let text = serde_json::to_string(&flow).unwrap();
        assert_eq!(serde_json::from_str::<Flow>(&text).unwrap(), flow);
    }
}

#[test]
fn a_file_links_what_cannot_be_linked() {
    let file = FileSummary { accounts: vec![], meters: vec![], bills: 2, left_out: 0, warnings: 0 };
    let flow = go(&go(&Flow::create(None, Route::Login), Action::Continue), select(CHEROKEE));
    // A utility that can be linked is signed in to.
    assert_eq!(flow.act(&Action::UseFile { available: true }, t0()), Err(OutOfPlace));
    let upload = go(&flow, Action::UseFile { available: false });
    assert_eq!(upload.stage, Stage::Upload { utility: CHEROKEE, notice: None });
    assert_eq!(go(&upload, Action::Back).stage, flow.stage);
    assert_eq!(upload.act(&Action::LinkFile, t0()), Err(OutOfPlace));
    let wrong = go(&upload, Action::GiveFile(Err(FileNotice::Pdf)));
    assert_eq!(wrong.stage, Stage::Upload { utility: CHEROKEE, notice: Some(FileNotice::Pdf) });
    let preview = go(&wrong, Action::GiveFile(Ok(file.clone())));
    assert!(preview.stage.keeps_upload() && !upload.stage.keeps_upload());
    assert_eq!(preview.act(&Action::GiveFile(Ok(file)), t0()), Err(OutOfPlace));
    assert_eq!(go(&preview, Action::Back).stage, upload.stage);
    assert_eq!(go(&preview, Action::ChangeUtility).stage, Stage::Select);
    let (linked, effect) = act(&preview, Action::LinkFile);
    assert_eq!(effect, Effect::Link);
    assert_eq!(linked.stage, Stage::Linked { utility: CHEROKEE, accounts: vec![] });
}

#[test]
fn who_has_linked_a_file_renews_it_with_another() {
    let flow = Flow::update(Uuid::nil(), CHEROKEE, String::new(), Access::File, Choices::default());
    assert_eq!(flow.stage, Stage::Upload { utility: CHEROKEE, notice: None });
    assert!(!flow.can_go_back() && !flow.can_change());
}

#[test]
fn consent_is_given_at_the_utilitys_site_and_a_login_is_the_other_way() {
    let flow = go(&Flow::create(Some(PGE), Route::ConsentOrLogin), Action::Continue);
    let plain = Stage::Consent { utility: PGE, can_sign_in: true, notice: None };
    assert_eq!(flow.stage, plain);
    let login = go(&flow, Action::SignInHere);
    assert!(matches!(&login.stage, Stage::Credentials(l) if l.utility == PGE));
    assert_eq!(go(&login, Action::Back).stage, plain);
    let denied = go(&flow, Action::ComeBack { refusal: Some(ConsentNotice::Denied) });
    let with = |notice| Stage::Consent { utility: PGE, can_sign_in: true, notice: Some(notice) };
    assert_eq!(denied.stage, with(ConsentNotice::Denied));
    let (asked, effect) = act(&denied, Action::ComeBack { refusal: None });
    assert_eq!(effect, Effect::Redeem);
    // A second answer of the same customer finds nobody who waits.
    assert_eq!(asked.act(&Action::ComeBack { refusal: None }, t0()), Err(OutOfPlace));
    let after_error = |error| asked.answer(Answer::Failed(error)).unwrap().stage;
    assert_eq!(after_error(ConnectorError::SiteDown), with(ConsentNotice::Down));
    assert_eq!(after_error(ConnectorError::NoAccounts), with(ConsentNotice::NoAccounts));
    assert_eq!(after_error(ConnectorError::InvalidCredentials), with(ConsentNotice::Internal));
    assert_eq!(asked.answer(Answer::TimedOut).unwrap().stage, with(ConsentNotice::Down));
    assert_eq!(go(&asked, Action::Back).stage, plain);
    assert_eq!(
        asked.answer(Answer::Linked(vec![])).unwrap().stage,
        Stage::Linked { utility: PGE, accounts: vec![] }
    );

    let only = go(&Flow::create(Some(PGE), Route::Consent), Action::Continue);
    assert_eq!(only.act(&Action::SignInHere, t0()), Err(OutOfPlace));
    let renewed = Flow::update(Uuid::nil(), PGE, String::new(), Access::Consent, Choices::default());
    assert!(matches!(renewed.stage, Stage::Consent { utility: PGE, .. }) && !renewed.can_go_back());
}
