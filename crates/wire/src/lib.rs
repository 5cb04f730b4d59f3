//! Types that cross between the browser and the server.
//!
//! They carry only what a screen shows. No secret has a type here: passwords and codes travel
//! as plain arguments of a server function, one way, and are never part of a [`FlowView`].
//! The encoding is postcard, so fields may not be skipped or reordered at run time.

use serde::{Deserialize, Serialize};

/// What the modal shows now, as the server sees it. The browser only draws this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowView {
    /// Version of the flow. An action sends it back; a stale one changes nothing.
    pub step: u32,
    /// Registered name of the company that asks for the data.
    pub company: String,
    /// True when nothing here reaches a real utility.
    pub sandbox: bool,
    /// New link, or renewing an existing one.
    pub mode: Mode,
    /// Seconds until the connect token expires.
    pub seconds_left: u32,
    /// Which step of how many the customer is at, on the screens that are steps.
    pub progress: Option<Progress>,
    /// Whether there is a screen to go back to.
    pub can_go_back: bool,
    /// The screen and its contents.
    pub screen: Screen,
}

/// Step `at` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// This step.
    pub at: u8,
    /// All steps, the confirmation of the login included.
    pub of: u8,
}

/// Whether the customer links for the first time or renews a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// First link of this `user_id`.
    Create,
    /// The `user_id` has a link already: the flow starts at the credentials, utility fixed.
    Update,
}

/// One screen of the modal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Screen {
    /// The page does not know yet where the customer is (a run that is resumed, before the
    /// token has arrived).
    Loading,
    /// Who asks, for what, and what happens with the password. The server draws it.
    Welcome {
        /// As of [`Screen::Page`].
        html: String,
    },
    /// Choose the utility.
    Select {
        /// Largest utilities, shown before anything is typed.
        popular: Vec<UtilityCard>,
    },
    /// Sign in to the utility.
    Credentials(CredentialsView),
    /// A screen that the server draws. Its buttons say what they do (`public/frame.js`), so that it
    /// takes no code of its own in the browser.
    Page {
        /// Which one.
        kind: PageKind,
        /// What stands on it, as HTML.
        html: String,
    },
    /// The utility is being asked; poll with `wait`.
    Checking {
        /// Utility being asked.
        utility: UtilityCard,
        /// What is being checked.
        what: Check,
    },
    /// The utility offers several ways to confirm the login. The server draws it.
    Method {
        /// As of [`Screen::Page`].
        html: String,
    },
    /// Enter a code, or answer a question.
    Code(CodeView),
    /// The link exists. The server draws it.
    Linked {
        /// As of [`Screen::Page`].
        html: String,
    },
    /// Credentials were submitted for a utility that cannot be linked yet. Nothing was kept. The server draws it.
    Unsupported {
        /// Utility that was asked for.
        utility: UtilityCard,
        /// As of [`Screen::Page`].
        html: String,
    },
    /// The flow cannot go on with this utility in this session. The server draws it.
    Stopped {
        /// As of [`Screen::Page`].
        html: String,
    },
}

/// Contents of the credentials screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialsView {
    /// Utility to sign in to.
    pub utility: UtilityCard,
    /// User name typed before, so that it need not be typed again. Empty at first.
    pub username: String,
    /// What happened at the last try.
    pub notice: Option<LoginNotice>,
    /// Whether another utility may be chosen.
    pub can_change: bool,
}

/// Screens that the server draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageKind {
    /// Agree at the utility's own site.
    Consent,
    /// Give the utility's Green Button file.
    Upload,
    /// What a file holds, to be linked.
    Preview,
    /// Approve the login on another device.
    Approve,
    /// The run goes on on another device.
    Elsewhere,
    /// Choose what is shared.
    Sharing,
    /// Choose among several meters.
    Meters,
    /// The company learns when the utility works again.
    Told,
}

/// Contents of the code screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeView {
    /// Utility that asks.
    pub utility: UtilityCard,
    /// Where the code comes from, or the question.
    pub prompt: CodePrompt,
    /// Seconds until the code expires, if the utility says so.
    pub expires_in: Option<u32>,
    /// Seconds until a new code may be asked for; `None` when it cannot be sent again.
    pub resend_in: Option<u32>,
    /// Whether another method may be chosen.
    pub can_choose: bool,
    /// What happened at the last try.
    pub notice: Option<CodeNotice>,
}

/// A utility as a row or tile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UtilityCard {
    /// Stable number of the directory (`utility_id`).
    pub id: u32,
    /// Name people know.
    pub name: String,
    /// States or provinces it serves, spelled out.
    pub place: String,
    /// Supplies electricity.
    pub electricity: bool,
    /// Supplies gas.
    pub gas: bool,
    /// One or two letters for the tile.
    pub monogram: String,
    /// Colour of the tile, 0 to 7.
    pub tone: u8,
    /// Whether it can be linked.
    pub available: bool,
    /// How its site does at the moment: told before a password is typed.
    pub condition: Condition,
    /// Host name of the utility's own site, where known, for a forgotten password.
    pub reset_site: Option<String>,
}

/// How a utility's site does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// Well, as far as is known.
    #[default]
    Up,
    /// Several customers in a row have met a failure.
    Troubled,
    /// It does not answer.
    Down,
}

/// What the server is waiting for at the utility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// User name and password.
    Login,
    /// A code or an answer.
    Code,
    /// Having a code sent.
    Sending,
    /// The customer's approval on another device.
    Approval,
}

/// Why a login did not succeed, for the credentials screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoginNotice {
    /// User name, password or both were empty.
    Missing {
        /// The user name was empty.
        username: bool,
        /// The password was empty.
        password: bool,
    },
    /// A field was longer than any utility accepts.
    TooLong,
    /// The utility refused the login.
    WrongPassword {
        /// Tries left in this session.
        left: u8,
    },
    /// The utility's site is not answering. Not about the password.
    Down,
    /// The utility did not answer in time. Not about the password.
    TimedOut,
    /// The login was right, but has no account to share.
    NoAccounts,
    /// The code expired, or too many wrong codes were entered: the utility wants a new login.
    CodeExpired,
    /// Too many wrong codes.
    CodeTooMany,
    /// Our fault. Not about the password.
    Internal,
    /// The utility wants the customer to do something on its own site first.
    ActionRequired,
    /// Others have met failures of the utility's site just now. Nothing was tried yet.
    Troubled,
}

/// What happened with a code, for the method and code screens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeNotice {
    /// Nothing was entered.
    Missing,
    /// Longer than any code.
    TooLong,
    /// The utility refused the code.
    Wrong {
        /// Tries left for this code.
        left: u8,
    },
    /// The code's time is over; a new one can be sent.
    Expired,
    /// A new code is on its way.
    Resent,
    /// Asked again too soon.
    TooSoon,
    /// The utility is not answering.
    Down,
    /// The login was declined on the other device.
    Denied,
}

/// Why the flow stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// Too many logins were tried in this session.
    TooManyAttempts,
    /// The utility has locked the login.
    Locked,
}

/// One way to receive a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodOption {
    /// Identifier to send back.
    pub id: String,
    /// Kind of channel.
    pub channel: Channel,
    /// Destination as the utility masks it, for example `•••• 4417`. May be empty.
    pub to: String,
}

/// How a code reaches the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// Text message.
    Sms,
    /// E-mail.
    Email,
    /// Phone call.
    Call,
    /// Authenticator app.
    App,
    /// A request to approve, in the utility's own app.
    Push,
}

/// What the code screen asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodePrompt {
    /// A code that arrives over a channel.
    Code {
        /// The channel.
        channel: Channel,
        /// Masked destination; empty for an app.
        to: String,
        /// Number of digits, for the hint.
        digits: u8,
    },
    /// A question of the utility, to answer in words.
    Question {
        /// The utility's text.
        text: String,
    },
}

/// An account as the confirmation lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCard {
    /// Service address on one line.
    pub address: String,
    /// Last four characters of the account number.
    pub ending: String,
    /// Has an electricity meter.
    pub electricity: bool,
    /// Has a gas meter.
    pub gas: bool,
}

/// Text on its way to the server that nobody may see: a token, password, code or answer.
/// `Debug` shows nothing. It is an argument only, never part of an answer to the modal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden(pub String);

impl core::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Hidden(…)")
    }
}
