//! From a flow to what the browser draws.

use connect_wire::{
    Check, CodeView, Condition, CredentialsView, FlowView, LoginNotice, PageKind, Progress, Screen, UtilityCard,
};
use jiff::Timestamp;

use super::{ConsentNotice, DrawPage, Flow, Page, PageContent, SignIn, Stage};
use crate::clock::seconds_until;
use crate::directory::{Directory, Listed, Utility};
use crate::health::Sites;
use crate::language::Language;
use crate::token::Environment;

/// Utilities shown before anything is typed.
const POPULAR: usize = 8;

/// What a view needs beside the flow.
#[derive(Clone, Copy)]
pub struct ViewContext<'a> {
    /// The utilities.
    pub directory: &'a Directory,
    /// Registered name of the company.
    pub company: &'a str,
    /// Name of the company's logo.
    pub logo: Option<&'a str>,
    /// Address of the company's terms.
    pub terms: Option<&'a str>,
    /// What the address of the customer's receipt ends in, once there is a link.
    pub receipt: Option<&'a str>,
    /// Language of what the server draws.
    pub language: Language,
    /// Environment of the company's client.
    pub environment: Environment,
    /// Utilities whose sites do not do well.
    pub sites: &'a Sites,
    /// Version of the flow.
    pub step: u32,
    /// When the connect token expires.
    pub expires_at: Timestamp,
    /// The current time.
    pub now: Timestamp,
    /// Whether there is a way to the utility's site, at the stage of consent.
    pub consent_open: bool,
    /// Draws the screens that the server draws.
    pub draw: &'a DrawPage,
}

/// What the browser draws for `flow`.
pub fn view(flow: &Flow, cx: ViewContext<'_>) -> FlowView {
    FlowView {
        step: cx.step,
        company: cx.company.to_owned(),
        sandbox: cx.environment == Environment::Sandbox,
        mode: flow.mode.mode(),
        seconds_left: seconds_until(cx.now, cx.expires_at),
        progress: progress(flow, &flow.stage),
        can_go_back: flow.can_go_back(),
        screen: screen(flow, &flow.stage, cx),
    }
}

fn progress(flow: &Flow, stage: &Stage) -> Option<Progress> {
    // Where the utility is fixed there is nothing to select.
    let of = if flow.preset.is_some() { 2 } else { 3 };
    let at = match stage {
        Stage::Select => 1,
        Stage::Credentials(_) | Stage::Consent { .. } | Stage::Upload { .. } => of - 1,
        Stage::Method { .. }
        | Stage::Code { .. }
        | Stage::Approve { .. }
        | Stage::Meters { .. }
        | Stage::Preview { .. } => of,
        Stage::Checking { from, .. } => return progress(flow, from),
        Stage::Welcome
        | Stage::Sharing { .. }
        | Stage::Linked { .. }
        | Stage::Told { .. }
        | Stage::Unsupported { .. }
        | Stage::Stopped { .. } => return None,
    };
    Some(Progress { at, of })
}

fn screen(flow: &Flow, stage: &Stage, cx: ViewContext<'_>) -> Screen {
    let card = |id| card_of_id(id, cx);
    let until = |at: Timestamp| seconds_until(cx.now, at);
    let draw_about = |utility, content| {
        let (company, language, step, can_change) = (cx.company, cx.language, cx.step, flow.can_change());
        (cx.draw)(&Page { company, language, step, utility, can_change, content })
    };
    let draw = |utility, content| draw_about(card(utility), content);
    let page = |kind, utility, content| Screen::Page { kind, html: draw(utility, content) };
    // On the first screens there may be no utility to speak of.
    let preset = || flow.preset.map_or_else(|| unknown_card(0), card);
    let welcome = || {
        let (logo, terms, fixed) = (cx.logo, cx.terms, flow.preset.is_some());
        let content = PageContent::Welcome { logo, terms, fixed, choices: flow.choices };
        Screen::Welcome { html: draw_about(preset(), content) }
    };
    let approve = |utility, content| page(PageKind::Approve, utility, content);
    match stage {
        Stage::Welcome => welcome(),
        Stage::Sharing { notice } => {
            let content = PageContent::Sharing { choices: flow.choices, notice: *notice };
            Screen::Page { kind: PageKind::Sharing, html: draw_about(preset(), content) }
        }
        Stage::Meters { login, meters, notice } => {
            page(PageKind::Meters, login.utility, PageContent::Meters { meters, notice: *notice })
        }
        Stage::Select => Screen::Select {
            popular: cx
                .directory
                .popular(POPULAR)
                .into_iter()
                .map(|u| card_of(u, cx.environment, cx.sites, cx.language))
                .collect(),
        },
        Stage::Credentials(SignIn { utility, username, notice }) => Screen::Credentials(CredentialsView {
            utility: card(*utility),
            username: username.clone(),
            // Said before a password is typed, instead of after it.
            notice: notice.clone().or(match cx.sites.condition(*utility) {
                Condition::Up => None,
                Condition::Troubled => Some(LoginNotice::Troubled),
                Condition::Down => Some(LoginNotice::Down),
            }),
            can_change: flow.can_change(),
        }),
        Stage::Consent { utility, can_sign_in, notice } => page(
            PageKind::Consent,
            *utility,
            PageContent::Consent {
                open: cx.consent_open,
                can_sign_in: *can_sign_in,
                // What is known is told before the customer sets out.
                notice: notice
                    .or((cx.sites.condition(*utility) == Condition::Down).then_some(ConsentNotice::Down)),
            },
        ),
        Stage::Upload { utility, notice } => {
            page(PageKind::Upload, *utility, PageContent::Upload { notice: notice.as_ref() })
        }
        Stage::Preview { utility, file } => page(PageKind::Preview, *utility, PageContent::Preview { file }),
        Stage::Approve { login, challenge, notice } => {
            approve(login.utility, PageContent::Approve { challenge, notice: notice.as_ref(), waits: false })
        }
        Stage::Checking { from, what: Check::Approval, .. } => match &**from {
            Stage::Approve { login, challenge, notice } => {
                approve(login.utility, PageContent::Approve { challenge, notice: notice.as_ref(), waits: true })
            }
            other => screen(flow, other, cx),
        },
        Stage::Checking { from, what, .. } => match from.utility() {
            Some(utility) => Screen::Checking { utility: card(utility), what: *what },
            None => welcome(),
        },
        Stage::Method { login, options, notice } => {
            Screen::Method { html: draw(login.utility, PageContent::Method { options, notice: notice.as_ref() }) }
        }
        Stage::Code { login, challenge, notice } => Screen::Code(CodeView {
            utility: card(login.utility),
            prompt: challenge.prompt.clone(),
            expires_in: challenge.expires_at.map(until),
            resend_in: challenge.resend_at.map(until),
            can_choose: !challenge.methods.is_empty(),
            notice: notice.clone(),
        }),
        Stage::Linked { utility, accounts } => {
            let content = PageContent::Linked { accounts, choices: flow.choices, receipt: cx.receipt };
            Screen::Linked { html: draw(*utility, content) }
        }
        Stage::Told { utility } => page(PageKind::Told, *utility, PageContent::Told),
        Stage::Unsupported { utility } => {
            Screen::Unsupported { utility: card(*utility), html: draw(*utility, PageContent::Unsupported) }
        }
        Stage::Stopped { utility, reason } => {
            let another = flow.can_go_back();
            Screen::Stopped { html: draw(*utility, PageContent::Stopped { reason: *reason, another }) }
        }
    }
}

/// Whether a client of this environment can link the utility. Connectors of today are the
/// sandbox's, so production can link none yet; it never reaches the sandbox.
pub fn available(utility: &Utility, environment: Environment) -> bool {
    utility.listed == Listed::Connector && environment == Environment::Sandbox
}

/// A utility as a row or tile, for a reader of `language`.
pub fn card_of(utility: &Utility, environment: Environment, sites: &Sites, language: Language) -> UtilityCard {
    UtilityCard {
        id: utility.id,
        name: utility.name.clone(),
        place: utility.region_names(language).join(", "),
        electricity: utility.electricity,
        gas: utility.gas,
        monogram: utility.monogram(),
        tone: utility.tone(),
        available: available(utility, environment),
        condition: sites.condition(utility.id),
        reset_site: utility.reset_site.clone(),
    }
}

/// Like [`card_of`]; a number that has left the directory shows as an unnamed utility, so that a
/// stored run can still be drawn.
fn card_of_id(id: u32, cx: ViewContext<'_>) -> UtilityCard {
    match cx.directory.by_id(id) {
        Some(utility) => card_of(utility, cx.environment, cx.sites, cx.language),
        None => unknown_card(id),
    }
}

/// The row of a utility that is in no directory.
pub fn unknown_card(id: u32) -> UtilityCard {
    UtilityCard {
        id,
        name: "Your utility".into(),
        place: String::new(),
        electricity: false,
        gas: false,
        monogram: "?".into(),
        tone: 0,
        available: false,
        condition: Condition::Up,
        reset_site: None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_card_tells_its_place_in_the_language_of_the_reader() {
        let directory = Directory::embedded().unwrap();
        let place = |slug, language| {
            let utility = directory.by_slug(slug).unwrap();
            card_of(utility, Environment::Sandbox, &Sites::default(), language).place
        };
        let places = Language::ALL.map(|language| place("pge", language));
        assert_eq!(places, ["California", "California", "Californie", "加利福尼亚州", "California", "كاليفورنيا"]);
        assert_eq!(place("duke-energy-carolinas", Language::Spanish), "Carolina del Norte, Carolina del Sur");
    }
}
