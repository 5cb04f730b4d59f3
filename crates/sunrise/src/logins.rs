//! The logins of the portal and what happens with each. [`LOGINS`] is the only list: the guide
//! shows it, the pages play it. Names that the sandbox connector has as well do the same there.

use connect_core::secret::{Secret, same};

/// Domain under which every plain user name may also be written as an e-mail address.
pub const EMAIL_DOMAIN: &str = "sandbox.test";
/// The code that is accepted wherever a code is asked for.
pub const CODE: &str = "123456";
/// The question of `mfa_question`.
pub const QUESTION: &str = "What was the name of your first pet?";
/// Its answer, in lower case.
pub const ANSWER: &str = "rex";

const PASSWORD: &str = "password";

/// A user name as [`LOGINS`] has it: case and surrounding space do not matter, and
/// `mfa_sms@sandbox.test` is `mfa_sms`.
pub fn plain_name(username: &str) -> String {
    let name = username.trim().to_lowercase();
    match name.rsplit_once('@') {
        Some((local, EMAIL_DOMAIN)) if !local.contains('@') => local.to_owned(),
        _ => name,
    }
}

/// A login of the portal.
#[derive(Debug)]
pub struct PortalLogin {
    /// User name, in lower case.
    pub username: &'static str,
    /// The only password that goes with it.
    pub password: &'static str,
    /// What happens, in one line.
    pub what: &'static str,
    pub(crate) play: Play,
    pub(crate) holds: Holds,
}

impl PortalLogin {
    /// The login of this user name, however it is written ([`plain_name`]).
    pub fn find(username: &str) -> Option<&'static Self> {
        let name = plain_name(username);
        LOGINS.iter().find(|row| row.username == name)
    }

    /// Code or answer that is accepted, where one is asked for.
    pub fn code(&self) -> Option<&'static str> {
        match self.play {
            Play::Confirm(Confirm { by: By::Question, .. }) => Some(ANSWER),
            Play::Confirm(_) => Some(CODE),
            _ => None,
        }
    }

    /// Whether this is the password, exactly as typed.
    pub(crate) fn accepts(&self, password: &Secret) -> bool {
        same(self.password.as_bytes(), password.expose().as_bytes())
    }

    const fn new(username: &'static str, play: Play, holds: Holds, what: &'static str) -> Self {
        Self { username, password: PASSWORD, what, play, holds }
    }

    const fn accept(username: &'static str, holds: Holds, what: &'static str) -> Self {
        Self::new(username, Play::Accept, holds, what)
    }

    const fn confirm(username: &'static str, by: By, twist: Option<Twist>, what: &'static str) -> Self {
        Self::new(username, Play::Confirm(Confirm { by, twist }), Holds::Electric, what)
    }
}

/// What happens after the right password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Play {
    /// Signed in at once.
    Accept,
    /// Signed in after a while.
    AcceptLate,
    /// Refused like a wrong password.
    Refuse,
    /// Refused like a wrong password, some time after the first use.
    RefuseLater,
    /// The login is locked.
    Locked,
    /// The site is down.
    Down,
    /// Signed in, then the site is down.
    DownAfter,
    /// A page that no program knows.
    Changed,
    /// The site asks for proof that a person is there.
    Captcha,
    /// The customer must do something first.
    Action(Action),
    /// Signed in after a confirmation.
    Confirm(Confirm),
    /// Signed in, but every other session ends after a few pages.
    ExpireSoon,
}

/// What a customer must do before the portal opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Accept new terms.
    Terms,
    /// Choose a new password.
    NewPassword,
    /// Set up a second step.
    Enroll,
}

/// A confirmation of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Confirm {
    /// How the login is confirmed.
    pub(crate) by: By,
    /// What goes wrong with it.
    pub(crate) twist: Option<Twist>,
}

/// How a login is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A code that is sent at once, without a choice.
    Sent(Way),
    /// A code that is sent the way that the customer chooses.
    Choice,
    /// A code that an authenticator app shows.
    App,
    /// An answer in words.
    Question,
}

/// What goes wrong with a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twist {
    /// The first code's time is over before it is entered.
    LateCode,
    /// The site is down from the first answer on.
    DownAtAnswer,
}

/// A way for a code to reach the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Text message.
    Text,
    /// E-mail.
    Email,
    /// Phone call.
    Call,
}

impl Way {
    pub(crate) const ALL: [Self; 3] = [Self::Text, Self::Email, Self::Call];

    /// The value of the form field.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Text => "sms",
            Self::Email => "email",
            Self::Call => "call",
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Text => "Text message",
            Self::Email => "E-mail",
            Self::Call => "Phone call",
        }
    }

    /// Where the code goes, masked as utilities do.
    pub(crate) fn to(self) -> &'static str {
        match self {
            Self::Text => "•••• 4417",
            Self::Email => "s•••••@sandbox.test",
            Self::Call => "•••• 0199",
        }
    }
}

/// The accounts under a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// The two accounts with fixed ids.
    Classic,
    /// One account with electricity.
    Electric,
    /// One account with quarter-hourly electricity.
    QuarterHourly,
    /// One account with gas.
    Gas,
    /// One account with gas and electricity.
    GasAndElectric,
    /// Four accounts.
    Several,
    /// One account with panels on the roof.
    Solar,
    /// One account whose meter is read once a month.
    NoIntervals,
    /// One account that was closed.
    Closed,
    /// One account whose latest readings are estimates at first.
    Restated,
    /// No account.
    Nothing,
}

/// Every login of the portal. Any other user name, and any other password, is refused.
pub const LOGINS: &[PortalLogin] = &[
    PortalLogin::accept(
        "user@pelm.com",
        Holds::Classic,
        "Two accounts with fixed numbers: one with gas and electricity, one with electricity.",
    ),
    PortalLogin {
        password: "password_good",
        ..PortalLogin::accept(
            "username_good@gmail.com",
            Holds::Classic,
            "An older login of the same two accounts.",
        )
    },
    PortalLogin::accept("good", Holds::Electric, "One account with hourly electricity."),
    PortalLogin::accept("gas_only", Holds::Gas, "One account with gas."),
    PortalLogin::accept("elec_gas", Holds::GasAndElectric, "One account with gas and electricity."),
    PortalLogin::accept(
        "multi_account",
        Holds::Several,
        "Four accounts: two share an address, one number starts with zeros.",
    ),
    PortalLogin::accept("solar", Holds::Solar, "Panels on the roof: electricity delivered and received."),
    PortalLogin::accept("no_intervals", Holds::NoIntervals, "A meter without intervals: only bills."),
    PortalLogin::accept("closed_only", Holds::Closed, "One account, closed more than a year ago."),
    PortalLogin::accept(
        "restated",
        Holds::Restated,
        "The readings of the last three days are estimates, and change when they get older.",
    ),
    PortalLogin::accept("dst", Holds::QuarterHourly, "Opens on the latest day on which the clocks changed."),
    PortalLogin::accept("empty", Holds::Nothing, "The login is right, but holds no account."),
    PortalLogin::accept(
        "not_ready",
        Holds::Electric,
        "Connect My Data: answers “not ready yet” for two minutes after the consent.",
    ),
    PortalLogin::confirm("mfa_sms", By::Sent(Way::Text), None, "Asks for a code sent by text message."),
    PortalLogin::confirm("mfa_email", By::Sent(Way::Email), None, "Asks for a code sent by e-mail."),
    PortalLogin::confirm("mfa_call", By::Sent(Way::Call), None, "Asks for a code given by phone call."),
    PortalLogin::confirm(
        "mfa_choose",
        By::Choice,
        None,
        "Offers text message, e-mail and phone call, then asks for the code.",
    ),
    PortalLogin::confirm(
        "mfa_totp",
        By::App,
        None,
        "Asks for a code of an authenticator app: not sent, without a time limit.",
    ),
    PortalLogin::confirm("mfa_question", By::Question, None, "Asks a security question, to answer in words."),
    PortalLogin::accept(
        "mfa_push",
        Holds::Electric,
        "Signs in at once: only in the sandbox it is approved in an app.",
    ),
    PortalLogin::accept("mfa_push_declined", Holds::Electric, "Signs in at once, as well."),
    PortalLogin::confirm(
        "mfa_expired",
        By::Sent(Way::Text),
        Some(Twist::LateCode),
        "The code has expired when it is entered; after sending it again it works.",
    ),
    PortalLogin::confirm(
        "mfa_site_down",
        By::Sent(Way::Text),
        Some(Twist::DownAtAnswer),
        "Asks for a code; the site is down when it is entered, whatever it is.",
    ),
    PortalLogin::new(
        "mfa_enroll",
        Play::Action(Action::Enroll),
        Holds::Electric,
        "Must set up a second step before signing in.",
    ),
    PortalLogin::new("bad_password", Play::Refuse, Holds::Nothing, "Refused, even with this password."),
    PortalLogin::new(
        "bad_login_after",
        Play::RefuseLater,
        Holds::Electric,
        "Works for ten minutes after the first sign-in, then the password is refused.",
    ),
    PortalLogin::new("locked", Play::Locked, Holds::Nothing, "The login is locked."),
    PortalLogin::new("tos", Play::Action(Action::Terms), Holds::Electric, "Must accept new terms first."),
    PortalLogin::new(
        "password_reset",
        Play::Action(Action::NewPassword),
        Holds::Electric,
        "The password has expired and must be changed first.",
    ),
    PortalLogin::new("captcha", Play::Captcha, Holds::Nothing, "The site wants proof that a person is there."),
    PortalLogin::new("site_down", Play::Down, Holds::Nothing, "The site is down for maintenance."),
    PortalLogin::new(
        "site_down_after",
        Play::DownAfter,
        Holds::Electric,
        "Signs in, then every other page is down for maintenance.",
    ),
    PortalLogin::new("site_changed", Play::Changed, Holds::Nothing, "Answers with a page that no program knows."),
    PortalLogin::new("slow", Play::AcceptLate, Holds::Electric, "Takes six seconds to sign in."),
    PortalLogin::new(
        "expire_soon",
        Play::ExpireSoon,
        Holds::Electric,
        "Every other session, beginning with the first, ends after three pages.",
    ),
];
