//! The flow: where a customer is, and what may happen next.
//!
//! A [`Flow`] is a value, stored with a step counter under the connect token. The rules in
//! `rules.rs` take a flow and an event and give the next flow, or say why not; they ask no
//! clock, no database and no utility. [`view`] turns a flow into what the browser draws.
//!
//! ```text
//! Welcome ─▶ Select ─▶ Credentials ─▶ Checking ─▶ (Meters) ─▶ Linked
//!  ⇅ │          ▲           │  ▲          │  ▲
//!  │ └──────────┼───────────┘  └──────────┤  │
//! Sharing       └──── Unsupported      Method ⇄ Code, Approve
//! ```
//! Sharing is where the customer shapes what is shared ([`crate::grant`]); Meters come where a login has several.
//! A utility that offers it is agreed with at its own site: Consent stands in the place of
//! Credentials, which stay reachable. For a utility that cannot be linked, Credentials lead to
//! Upload ─▶ Preview ─▶ Linked as well.
//! `update` runs start where the link was made; `Stopped` ends a run that may not try again.

mod pages;
mod rules;
mod stage;
#[cfg(test)]
mod tests;
mod view;

use connect_wire::{Check, CodeNotice, LoginNotice, Mode, StopReason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::connector::{ApproveChallenge, Challenge, CodeChallenge, ConnectorError};
use crate::grant::{ChoiceError, Choices};
pub use pages::{
    ConsentNotice, DrawPage, FileMeter, FileNotice, FileSummary, MeterChoice, MetersNotice, Page, PageContent,
};
pub use view::{ViewContext, available, card_of, unknown_card, view};

/// Logins that a utility may refuse in one run before it stops.
pub const MAX_LOGIN_ATTEMPTS: u8 = 5;
/// Seconds that a connector has for one call.
pub const CHECK_SECONDS: i64 = 90;
/// Longest user name or password, in bytes. Utilities accept far less.
pub const MAX_FIELD_BYTES: usize = 1024;
/// Longest code or answer, in bytes.
pub const MAX_ANSWER_BYTES: usize = 256;

/// Where a customer is in a run of Connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// New link or renewal.
    pub mode: ModeRecord,
    /// Utility fixed by the token (`utility_slug`) or by the link that is renewed.
    pub preset: Option<u32>,
    /// Logins that the utility refused so far.
    pub attempts: u8,
    /// How the utility that is chosen is linked.
    #[serde(default)]
    pub route: Route,
    /// The company's page, where the whole of it went to the utility's site: to come back to.
    #[serde(default)]
    pub page: Option<String>,
    /// What the customer shares; of a renewal at first what was shared before.
    #[serde(default)]
    pub choices: Choices,
    /// The stage.
    pub stage: Stage,
}

/// How a utility is linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Route {
    /// By user name and password. Also the way to say that it cannot be linked.
    #[default]
    Login,
    /// By consent at its own site.
    Consent,
    /// By consent, and who would rather not leave may sign in.
    ConsentOrLogin,
}

/// [`Mode`] with what a renewal needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModeRecord {
    /// First link.
    Create,
    /// Renews the link of this user.
    Update {
        /// User whose link is renewed.
        user: Uuid,
    },
}

impl ModeRecord {
    /// The user whose link is renewed.
    pub fn renews(self) -> Option<Uuid> {
        match self {
            Self::Create => None,
            Self::Update { user } => Some(user),
        }
    }

    /// The mode as the browser knows it.
    pub fn mode(self) -> Mode {
        match self {
            Self::Create => Mode::Create,
            Self::Update { .. } => Mode::Update,
        }
    }
}

/// A stage of the flow. Holds no secret: a login in progress is sealed and stored beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Who asks, and for what.
    Welcome,
    /// Choose what is shared.
    Sharing {
        /// What was wrong with the choice.
        notice: Option<ChoiceError>,
    },
    /// Choose a utility.
    Select,
    /// Sign in.
    Credentials(SignIn),
    /// Agree at the utility's own site.
    Consent {
        /// Utility.
        utility: u32,
        /// Whether a login would do as well.
        can_sign_in: bool,
        /// What happened at the last try.
        notice: Option<ConsentNotice>,
    },
    /// Give a file.
    Upload {
        /// Utility.
        utility: u32,
        /// What was wrong with the last one.
        notice: Option<FileNotice>,
    },
    /// A file was read, and waits to be linked.
    Preview {
        /// Utility.
        utility: u32,
        /// What is in it.
        file: FileSummary,
    },
    /// A connector is at work until `until`; then the run goes back to `from`.
    Checking {
        /// Stage that the answer belongs to.
        from: Box<Stage>,
        /// What is being checked.
        what: Check,
        /// When the connector's time is over.
        until: Timestamp,
    },
    /// Choose how to receive a code.
    Method {
        /// The login that is being confirmed.
        login: SignIn,
        /// Ways on offer.
        options: Vec<connect_wire::MethodOption>,
        /// What happened before.
        notice: Option<CodeNotice>,
    },
    /// Enter a code or answer.
    Code {
        /// The login that is being confirmed.
        login: SignIn,
        /// What the utility asks for.
        challenge: CodeChallenge,
        /// What happened before.
        notice: Option<CodeNotice>,
    },
    /// Approve on another device. While the answer is awaited this is the origin of a [`Stage::Checking`].
    Approve {
        /// The login that is being confirmed.
        login: SignIn,
        /// What the utility waits for.
        challenge: ApproveChallenge,
        /// What happened before.
        notice: Option<CodeNotice>,
    },
    /// Accepted, with several meters: choose among them. The accepted login waits, sealed.
    Meters {
        /// The login that was accepted.
        login: SignIn,
        /// The meters, in the connector's order.
        meters: Vec<MeterChoice>,
        /// What happened before.
        notice: Option<MetersNotice>,
    },
    /// The link exists.
    Linked {
        /// Utility.
        utility: u32,
        /// Accounts, as the confirmation shows them.
        accounts: Vec<connect_wire::AccountCard>,
    },
    /// The utility does not answer, and the customer wants to be told when it does.
    Told {
        /// Utility.
        utility: u32,
    },
    /// Credentials were submitted for a utility that cannot be linked.
    Unsupported {
        /// Utility.
        utility: u32,
    },
    /// No further try in this run.
    Stopped {
        /// Utility.
        utility: u32,
        /// Why.
        reason: StopReason,
    },
}

/// A utility being signed in to. The password is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Utility.
    pub utility: u32,
    /// User name, kept so that it need not be typed twice.
    pub username: String,
    /// What happened at the last try.
    pub notice: Option<LoginNotice>,
}

/// Something the customer did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Went on from Welcome.
    Continue,
    /// Chose a utility.
    Select {
        /// Its number.
        utility: u32,
        /// How it is linked.
        route: Route,
    },
    /// Wants another utility.
    ChangeUtility,
    /// One screen back.
    Back,
    /// Submitted the credentials form.
    SubmitLogin {
        /// User name, trimmed.
        username: String,
        /// Whether the password was empty.
        password_empty: bool,
        /// Whether user name or password is longer than [`MAX_FIELD_BYTES`].
        too_long: bool,
        /// Whether this run can link the utility.
        available: bool,
    },
    /// Chose a way to receive a code.
    ChooseMethod {
        /// `MethodOption::id`.
        id: String,
    },
    /// Submitted a code or answer.
    SubmitAnswer {
        /// Whether nothing was entered.
        empty: bool,
        /// Whether it is longer than [`MAX_ANSWER_BYTES`].
        too_long: bool,
    },
    /// Wants to be told when the utility works again.
    AskToBeTold,
    /// Wants to choose what is shared.
    OpenSharing,
    /// Chose what is shared.
    Share(Result<Choices, ChoiceError>),
    /// Chose meters, by their places in the list.
    ChooseMeters(Vec<usize>),
    /// Wants the code or the request again.
    Resend,
    /// Says to have approved the login on the other device: look again.
    Approved,
    /// Would rather sign in here than agree at the utility's site.
    SignInHere,
    /// Goes to the utility's site with the company's whole page, or no longer with it.
    Leave {
        /// Its address.
        page: Option<String>,
    },
    /// Came back from the utility's site, with a code or without.
    ComeBack {
        /// Why there is no code; `None` when there is one.
        refusal: Option<ConsentNotice>,
    },
    /// Has a file of a utility that cannot be linked.
    UseFile {
        /// Whether this run can link the utility, so that a file is not for it.
        available: bool,
    },
    /// Gave a file; this is what was read in it.
    GiveFile(Result<FileSummary, FileNotice>),
    /// Links what was read in the file.
    LinkFile,
}

/// What the caller must do after an accepted action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: the new flow is all.
    None,
    /// Ask the connector to begin a login.
    Begin,
    /// Ask the connector to go on with the stored login.
    Resume,
    /// Ask the connector to turn the customer's consent into a session.
    Redeem,
    /// Write the link, with what was read in the file.
    Link,
}

/// What a connector answered.
#[derive(Debug)]
pub enum Answer {
    /// Accepted, with these accounts.
    Linked(Vec<connect_wire::AccountCard>),
    /// Accepted, with several meters: which are shared is the customer's to say.
    Several(Vec<MeterChoice>),
    /// The utility asks for more.
    Challenge(Challenge, Option<crate::connector::ChallengeProblem>),
    /// It failed.
    Failed(ConnectorError),
    /// It was not asked: the login was tried too often ([`crate::tries`]).
    TooManyTries,
    /// It did not answer in time.
    TimedOut,
    /// Something of ours broke.
    Broke,
}

/// The action does not belong to the stage (a stale or foreign request). Nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the action does not belong to this stage of the flow")]
pub struct OutOfPlace;
