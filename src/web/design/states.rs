//! The modal in every state, as it is shown on `/design`.

use connect_core::connector::{ApproveChallenge, MeterKind};
use connect_core::directory::Directory;
use connect_core::flow::{
    ConsentNotice, FileMeter, FileNotice, FileSummary, MeterChoice, MetersNotice, Page, PageContent, card_of,
};
use connect_core::grant::{ChoiceError, Choices, History, Lasts};
use connect_core::health::Sites;
use connect_core::language::Language;
use connect_core::token::Environment;
use connect_wire::{
    AccountCard, Channel, Check, CodeNotice, CodePrompt, CodeView, Condition, CredentialsView, FlowView,
    LoginNotice, MethodOption, Mode, PageKind, Progress, Screen, StopReason, UtilityCard,
};
use jiff::Timestamp;

use crate::modal::{Moment, Shown};
use crate::pages::draw;

/// A state of the modal.
pub(super) struct State {
    pub(super) name: &'static str,
    pub(super) view: FlowView,
    pub(super) moment: Moment,
    pub(super) shown: Option<Shown>,
}

const COMPANY: &str = "Northwind Solar";

/// All states, in the order of the way through them.
pub(super) fn all(directory: &Directory, language: Language) -> Vec<State> {
    let mut states = Vec::new();
    let utility = utility(directory, language);
    let mut add = |name, screen: Screen| {
        states.push(State { name, view: view_of(screen), moment: Moment::Quiet, shown: None })
    };

    add("loading", Screen::Loading);
    let shaped = Choices { bills: false, history: History::Year, lasts: Lasts::Quarter, ..Choices::default() };
    for (name, fixed, terms, choices) in [
        ("welcome", false, None, Choices::default()),
        ("welcome-utility", true, None, Choices::default()),
        ("welcome-shaped", false, Some("https://northwind.example/terms"), shaped),
    ] {
        let content = PageContent::Welcome { logo: None, terms, fixed, choices };
        add(name, Screen::Welcome { html: drawn(&utility, language, content) });
    }
    for (name, choices, notice) in [
        ("sharing", Choices::default(), None),
        ("sharing-shaped", shaped, None),
        ("sharing-nothing", shaped, Some(ChoiceError::Nothing)),
    ] {
        let html = drawn(&utility, language, PageContent::Sharing { choices, notice });
        add(name, Screen::Page { kind: PageKind::Sharing, html });
    }
    let popular = directory
        .popular(8)
        .into_iter()
        .map(|one| card_of(one, Environment::Sandbox, &Sites::default(), language))
        .collect();
    add("select", Screen::Select { popular });
    add("select-results", Screen::Select { popular: vec![utility.clone()] });
    add("select-none", Screen::Select { popular: vec![] });
    add("select-help", Screen::Select { popular: vec![] });
    let doing = |condition| UtilityCard { condition, ..utility.clone() };
    let (down, troubled) = (doing(Condition::Down), doing(Condition::Troubled));
    let unlisted = UtilityCard { available: false, ..utility.clone() };
    add("select-badges", Screen::Select { popular: vec![down, troubled, unlisted.clone()] });

    let credentials = |notice: Option<LoginNotice>, utility: UtilityCard| {
        let username = if notice.is_some() { "anna@example.com" } else { "" };
        Screen::Credentials(CredentialsView { utility, username: username.into(), notice, can_change: true })
    };
    add("credentials", credentials(None, utility.clone()));
    let again = CredentialsView {
        utility: utility.clone(),
        username: "anna@example.com".into(),
        notice: None,
        can_change: false,
    };
    add("credentials-update", Screen::Credentials(again));
    add("credentials-unsupported", credentials(None, unlisted));
    for (name, notice) in [
        ("credentials-missing", LoginNotice::Missing { username: true, password: true }),
        ("credentials-wrong", LoginNotice::WrongPassword { left: 4 }),
        ("credentials-wrong-last", LoginNotice::WrongPassword { left: 1 }),
        ("credentials-too-long", LoginNotice::TooLong),
        ("credentials-down", LoginNotice::Down),
        ("credentials-slow", LoginNotice::TimedOut),
        ("credentials-troubled", LoginNotice::Troubled),
        ("credentials-no-accounts", LoginNotice::NoAccounts),
        ("credentials-action", LoginNotice::ActionRequired),
        ("credentials-code-over", LoginNotice::CodeExpired),
        ("credentials-code-many", LoginNotice::CodeTooMany),
        ("credentials-internal", LoginNotice::Internal),
    ] {
        add(name, credentials(Some(notice), utility.clone()));
    }

    for (name, open, notice) in [
        ("consent", true, None),
        ("consent-denied", true, Some(ConsentNotice::Denied)),
        ("consent-no-accounts", true, Some(ConsentNotice::NoAccounts)),
        ("consent-internal", true, Some(ConsentNotice::Internal)),
        ("consent-down", false, None),
    ] {
        let html = drawn(&utility, language, PageContent::Consent { open, can_sign_in: true, notice });
        add(name, Screen::Page { kind: PageKind::Consent, html });
    }
    for (name, notice) in [
        ("upload", None),
        ("upload-empty", Some(FileNotice::Empty)),
        ("upload-large", Some(FileNotice::TooLarge { megabytes: 64 })),
        ("upload-web-page", Some(FileNotice::WebPage)),
        ("upload-pdf", Some(FileNotice::Pdf)),
        ("upload-other", Some(FileNotice::NotGreenButton)),
        (
            "upload-damaged",
            Some(FileNotice::Damaged { place: "line 12".into(), reason: "it ends too early".into() }),
        ),
        ("upload-no-readings", Some(FileNotice::NoReadings)),
        ("upload-no-unit", Some(FileNotice::Unusable)),
        ("upload-not-shared", Some(FileNotice::NotShared)),
    ] {
        let html = drawn(&utility, language, PageContent::Upload { notice: notice.as_ref() });
        add(name, Screen::Page { kind: PageKind::Upload, html });
    }
    let html = drawn(&utility, language, PageContent::Preview { file: &file() });
    add("preview", Screen::Page { kind: PageKind::Preview, html });

    for (name, what) in [("checking", Check::Login), ("checking-code", Check::Code), ("sending", Check::Sending)] {
        add(name, Screen::Checking { utility: utility.clone(), what });
    }
    for (name, notice) in [("method", None), ("method-down", Some(CodeNotice::Down))] {
        add(
            name,
            Screen::Method {
                html: drawn(
                    &utility,
                    language,
                    PageContent::Method { options: &methods(), notice: notice.as_ref() },
                ),
            },
        );
    }
    for (name, link) in
        [("other-device", Some("3mJr7AoUXx2Wqd5cZ9kLpTV4nB8yHsQeRfGtYuIoPaSd")), ("other-device-taken", None)]
    {
        let html = drawn(&utility, language, PageContent::Elsewhere { link });
        add(name, Screen::Page { kind: PageKind::Elsewhere, html });
    }
    for (name, number, notice, waits) in [
        ("approve", Some("42"), None, true),
        ("approve-sent-again", None, Some(CodeNotice::Resent), true),
        ("approve-declined", None, Some(CodeNotice::Denied), false),
        ("approve-over", None, Some(CodeNotice::Expired), false),
        ("approve-down", None, Some(CodeNotice::Down), false),
    ] {
        let challenge = ApproveChallenge {
            device: if notice.is_none() { "Pixel 9".into() } else { String::new() },
            number: number.map(str::to_owned),
            expires_at: Timestamp::UNIX_EPOCH,
            methods: methods().into(),
        };
        let content = PageContent::Approve { challenge: &challenge, notice: notice.as_ref(), waits };
        add(name, Screen::Page { kind: PageKind::Approve, html: drawn(&utility, language, content) });
    }
    let code = |prompt: CodePrompt, notice: Option<CodeNotice>| {
        Screen::Code(CodeView {
            utility: utility.clone(),
            prompt,
            expires_in: Some(272),
            resend_in: Some(18),
            can_choose: true,
            notice,
        })
    };
    let by = |channel, to: &str| CodePrompt::Code { channel, to: to.into(), digits: 6 };
    let message = || by(Channel::Sms, "•••• 4417");
    for (name, prompt, notice) in [
        ("code", message(), None),
        ("code-email", by(Channel::Email, "a•••••@example.com"), None),
        ("code-call", by(Channel::Call, "•••• 0199"), None),
        ("code-app", by(Channel::App, ""), None),
        ("code-missing", message(), Some(CodeNotice::Missing)),
        ("code-wrong", message(), Some(CodeNotice::Wrong { left: 2 })),
        ("code-wrong-last", message(), Some(CodeNotice::Wrong { left: 1 })),
        ("code-too-long", message(), Some(CodeNotice::TooLong)),
        ("code-expired", message(), Some(CodeNotice::Expired)),
        ("code-sent-again", message(), Some(CodeNotice::Resent)),
        ("code-too-soon", message(), Some(CodeNotice::TooSoon)),
        ("code-down", message(), Some(CodeNotice::Down)),
        ("question", CodePrompt::Question { text: "What was the name of your first pet?".into() }, None),
        (
            "question-wrong",
            CodePrompt::Question { text: "What was the name of your first pet?".into() },
            Some(CodeNotice::Wrong { left: 2 }),
        ),
    ] {
        add(name, code(prompt, notice));
    }

    for (name, notice) in [
        ("meters", None),
        ("meters-none", Some(MetersNotice::Nothing)),
        ("meters-broken", Some(MetersNotice::Internal)),
    ] {
        let meters: Vec<_> = meters(notice.is_none()).into();
        let html = drawn(&utility, language, PageContent::Meters { meters: &meters, notice });
        add(name, Screen::Page { kind: PageKind::Meters, html });
    }
    for (name, count, choices) in [
        ("linked", 2, Choices::default()),
        ("linked-many", 9, Choices::default()),
        ("linked-later", 0, Choices::default()),
        ("linked-shaped", 1, shaped),
    ] {
        let accounts: Vec<_> = accounts().cycle().take(count).collect();
        let content = PageContent::Linked { accounts: &accounts, choices, receipt: Some("0000") };
        add(name, Screen::Linked { html: drawn(&utility, language, content) });
    }
    let html = drawn(&utility, language, PageContent::Told);
    add("told", Screen::Page { kind: PageKind::Told, html });
    let html = drawn(&utility, language, PageContent::Unsupported);
    add("unsupported", Screen::Unsupported { utility: utility.clone(), html });
    for (name, reason) in [("stopped", StopReason::TooManyAttempts), ("locked", StopReason::Locked)] {
        add(
            name,
            Screen::Stopped { html: drawn(&utility, language, PageContent::Stopped { reason, another: true }) },
        );
    }
    for (name, moment) in [
        ("busy", Moment::Busy),
        ("connection-lost", Moment::Lost),
        ("leave", Moment::Leaving),
        ("ending", Moment::Ending),
        ("expired", Moment::Expired),
    ] {
        states.push(State { name, view: view_of(credentials(None, utility.clone())), moment, shown: None });
    }
    for state in &mut states {
        match state.name {
            "select-results" => state.shown = Some(Shown::Searched("pacific gas")),
            "select-none" => state.shown = Some(Shown::Searched("xqzzy")),
            "select-help" => state.shown = Some(Shown::Help),
            "credentials-update" => {
                state.view.mode = Mode::Update;
                state.view.can_go_back = false;
            }
            _ => {}
        }
    }
    states
}

/// A screen that the server draws.
fn drawn(utility: &UtilityCard, language: Language, content: PageContent<'_>) -> String {
    let utility = utility.clone();
    let page = Page { company: COMPANY, language, step: 1, utility, can_change: true, content };
    draw(&page, "https://connect.example")
}

fn view_of(screen: Screen) -> FlowView {
    let at = match screen {
        Screen::Select { .. } => Some(1),
        Screen::Page { kind: PageKind::Sharing | PageKind::Told | PageKind::Elsewhere, .. } => None,
        Screen::Method { .. } | Screen::Code(_) => Some(3),
        Screen::Page { kind: PageKind::Approve | PageKind::Meters, .. } => Some(3),
        Screen::Credentials(_) | Screen::Page { .. } | Screen::Checking { .. } => Some(2),
        _ => None,
    };
    FlowView {
        step: 1,
        company: COMPANY.into(),
        sandbox: true,
        mode: Mode::Create,
        seconds_left: 1800,
        progress: at.map(|at| Progress { at, of: 3 }),
        can_go_back: at.is_some() || matches!(screen, Screen::Page { .. }),
        screen,
    }
}

/// The one that is shown.
pub(super) fn utility(directory: &Directory, language: Language) -> UtilityCard {
    let known = directory.by_slug("pge");
    let known = known.map(|utility| card_of(utility, Environment::Sandbox, &Sites::default(), language));
    known.unwrap_or(UtilityCard {
        id: 1,
        name: "Pacific Gas and Electric".into(),
        place: "California".into(),
        electricity: true,
        gas: true,
        monogram: "PG".into(),
        tone: 1,
        available: true,
        condition: Condition::Up,
        reset_site: None,
    })
}

fn methods() -> [MethodOption; 5] {
    [
        (Channel::Sms, "•••• 4417"),
        (Channel::Email, "a•••••@example.com"),
        (Channel::Call, "•••• 0199"),
        (Channel::App, ""),
        (Channel::Push, "Pixel 9"),
    ]
    .map(|(channel, to)| MethodOption { id: format!("{channel:?}"), channel, to: to.into() })
}

fn meters(chosen: bool) -> [MeterChoice; 4] {
    let meter = |address: &str, ending: &str, kind, place| MeterChoice {
        address: address.into(),
        ending: ending.into(),
        kind,
        place,
        chosen,
    };
    [
        meter("1 WARRIORS WAY SAN FRANCISCO CA 94158", "5636", MeterKind::Electric, 1),
        meter("1 WARRIORS WAY SAN FRANCISCO CA 94158", "5636", MeterKind::Electric, 2),
        meter("1 WARRIORS WAY SAN FRANCISCO CA 94158", "5636", MeterKind::Gas, 0),
        meter("", "5638", MeterKind::Gas, 0),
    ]
}

fn accounts() -> impl Iterator<Item = AccountCard> + Clone {
    let card = |address: &str, ending: &str, electricity, gas| AccountCard {
        address: address.into(),
        ending: ending.into(),
        electricity,
        gas,
    };
    vec![
        card("1 WARRIORS WAY SAN FRANCISCO CA 94158", "5636", true, true),
        card("1 FERRY BUILDING SAN FRANCISCO CA 94105", "5637", true, false),
        card("", "5638", false, true),
    ]
    .into_iter()
}

fn file() -> FileSummary {
    let meter = |electricity, readings: &str, used: &str| FileMeter {
        electricity,
        from: "2025-10-01".into(),
        to: "2026-09-30".into(),
        readings: readings.into(),
        used: used.into(),
    };
    FileSummary {
        accounts: Vec::new(),
        meters: vec![meter(true, "35040", "6482.5"), meter(false, "365", "412")],
        bills: 12,
        left_out: 1,
        warnings: 3,
    }
}
