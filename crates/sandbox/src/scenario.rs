//! The logins of the sandbox, and what happens with each. [`LOGINS`] is the only list:
//! documentation and quickstart show it, the connector plays it.

use connect_core::connector::ConnectorError;
use connect_core::secret::{Secret, same};
use connect_wire::Channel;

pub use connect_sunrise::EMAIL_DOMAIN;
pub(crate) use connect_sunrise::{ANSWER, CODE, QUESTION};

/// Number of digits of [`CODE`], for the hint.
pub(crate) const CODE_DIGITS: u8 = 6;

const PASSWORD: &str = "password";

/// A login of the sandbox.
#[derive(Debug)]
pub struct SandboxLogin {
    /// User name, in lower case.
    pub username: &'static str,
    /// The only password that goes with it.
    pub password: &'static str,
    /// Code or answer that is accepted, where one is asked for.
    pub code: Option<&'static str>,
    /// What happens, in one line.
    pub what: &'static str,
    pub(crate) play: Play,
}

impl SandboxLogin {
    /// Whether this is the password, exactly as typed.
    pub(crate) fn accepts(&self, password: &Secret) -> bool {
        same(self.password.as_bytes(), password.expose().as_bytes())
    }

    const fn new(username: &'static str, play: Play, what: &'static str) -> Self {
        let code = match &play {
            Play::Confirm(Confirm { by: By::Question, .. }) => Some(ANSWER),
            Play::Confirm(Confirm { by: By::Push, .. }) => None,
            Play::Confirm(_) => Some(CODE),
            Play::Accept | Play::AcceptLate | Play::Refuse(_) => None,
        };
        Self { username, password: PASSWORD, code, what, play }
    }

    const fn accept(username: &'static str, what: &'static str) -> Self {
        Self::new(username, Play::Accept, what)
    }

    const fn refuse(username: &'static str, error: ConnectorError, what: &'static str) -> Self {
        Self::new(username, Play::Refuse(error), what)
    }

    const fn confirm(username: &'static str, by: By, twist: Option<Twist>, what: &'static str) -> Self {
        Self::new(username, Play::Confirm(Confirm { by, twist }), what)
    }
}

/// What happens after the right password.
#[derive(Debug)]
pub(crate) enum Play {
    /// Accepted at once.
    Accept,
    /// Accepted after a while.
    AcceptLate,
    /// Fails, always in the same way.
    Refuse(ConnectorError),
    /// Accepted after a challenge.
    Confirm(Confirm),
}

/// A challenge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Confirm {
    /// How the login is confirmed.
    pub(crate) by: By,
    /// What goes wrong with it.
    pub(crate) twist: Option<Twist>,
}

/// How a login is confirmed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    /// A code that is sent at once, without a choice.
    Sent(Channel),
    /// A code that is sent over the channel that the customer chooses.
    Choice,
    /// A code that an authenticator app shows.
    App,
    /// An answer in words.
    Question,
    /// An approval in the utility's app.
    Push,
    /// The same, or a text message.
    PushOrSms,
}

/// What goes wrong with a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twist {
    /// The first code's time is over before it is entered.
    LateCode,
    /// The site is down from the first answer on.
    DownAtAnswer,
    /// The first request is declined.
    Declined,
}

/// Every login of the sandbox. Any other user name, and any other password, is refused.
pub const LOGINS: &[SandboxLogin] = &[
    SandboxLogin::accept(
        "user@pelm.com",
        "Links two accounts with fixed ids: one with gas and electricity, one with electricity.",
    ),
    SandboxLogin {
        password: "password_good",
        ..SandboxLogin::accept(
            "username_good@gmail.com",
            "The older login of Pelm's sandbox: links the same two accounts.",
        )
    },
    SandboxLogin::accept("good", "Links one account with electricity."),
    SandboxLogin::accept("gas_only", "Links one account with gas."),
    SandboxLogin::accept("elec_gas", "Links one account with gas and electricity."),
    SandboxLogin::accept(
        "multi_account",
        "Links four accounts: two share an address, one number starts with zeros.",
    ),
    SandboxLogin::accept("solar", "One account with solar panels: what is sent to the grid stands apart."),
    SandboxLogin::accept(
        "restated",
        "One account whose readings of the latest three days are estimates, corrected later.",
    ),
    SandboxLogin::accept(
        "no_intervals",
        "One account whose meter is read for the bill only: bills, but no usage.",
    ),
    SandboxLogin::accept("closed_only", "One account that was closed 14 months ago."),
    SandboxLogin::accept(
        "dst",
        "One account with readings of 15 minutes, to look at the days with 23 and 25 hours.",
    ),
    SandboxLogin::accept("empty", "The login is right, but holds no account."),
    SandboxLogin::confirm("mfa_sms", By::Sent(Channel::Sms), None, "Asks for a code sent by text message."),
    SandboxLogin::confirm("mfa_email", By::Sent(Channel::Email), None, "Asks for a code sent by e-mail."),
    SandboxLogin::confirm("mfa_call", By::Sent(Channel::Call), None, "Asks for a code given by phone call."),
    SandboxLogin::confirm(
        "mfa_choose",
        By::Choice,
        None,
        "Offers text message, e-mail and phone call, then asks for the code.",
    ),
    SandboxLogin::confirm(
        "mfa_totp",
        By::App,
        None,
        "Asks for a code of an authenticator app: not sent, without a time limit.",
    ),
    SandboxLogin::confirm("mfa_question", By::Question, None, "Asks a security question, to answer in words."),
    SandboxLogin::confirm(
        "mfa_push",
        By::Push,
        None,
        "Sends a request to the utility's app, which is approved after four seconds.",
    ),
    SandboxLogin::confirm(
        "mfa_push_declined",
        By::PushOrSms,
        Some(Twist::Declined),
        "Offers approval in the app, where the first request is declined, or a text message.",
    ),
    SandboxLogin::confirm(
        "mfa_expired",
        By::Sent(Channel::Sms),
        Some(Twist::LateCode),
        "The code has expired when it is entered; after sending it again it works.",
    ),
    SandboxLogin::confirm(
        "mfa_site_down",
        By::Sent(Channel::Sms),
        Some(Twist::DownAtAnswer),
        "Asks for a code; the site is down when it is entered, whatever it is.",
    ),
    SandboxLogin::refuse(
        "bad_password",
        ConnectorError::InvalidCredentials,
        "The utility refuses the login, even with this password.",
    ),
    SandboxLogin::refuse("locked", ConnectorError::Locked, "The utility has locked the login."),
    SandboxLogin::refuse("site_down", ConnectorError::SiteDown, "The utility's site is down."),
    SandboxLogin::refuse(
        "site_changed",
        ConnectorError::SiteChanged("sandbox login"),
        "The site answers something unknown: an error of the service, not of the customer.",
    ),
    SandboxLogin::new("slow", Play::AcceptLate, "Takes six seconds, then links one account with electricity."),
];

/// The login of this user name, however it is written.
pub(crate) fn find(username: &str) -> Option<&'static SandboxLogin> {
    let name = connect_sunrise::plain_name(username);
    LOGINS.iter().find(|row| row.username == name)
}
