//! Sessions: kept here, known to the browser by a random cookie.

use std::collections::HashMap;
use std::sync::Mutex;

use connect_core::secret::{Secret, same};
use jiff::Timestamp;

use crate::config::locked;
use crate::logins::{Action, Confirm, PortalLogin, Way};
use crate::sign::{RandomError, random};

/// Sessions kept at most. Beyond it the one that was unused for the longest time goes.
const MAX_SESSIONS: usize = 10_000;

/// What the cookie holds.
#[derive(Clone, Debug)]
pub(crate) struct SessionId(Secret);

impl SessionId {
    pub(crate) fn new(text: &str) -> Self {
        Self(Secret::new(text))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// A visit of one browser.
#[derive(Debug)]
pub(crate) struct Session {
    /// Stands in every form of this session.
    csrf: Secret,
    /// The last request.
    seen: Timestamp,
    /// How far the visitor is.
    pub(crate) stage: Stage,
    /// To be told on the next page, once.
    pub(crate) notice: Option<Notice>,
    /// Where to go after the sign-in.
    pub(crate) return_to: Option<String>,
    /// The user name that was typed last, to be typed only once.
    pub(crate) typed: String,
    /// Pages until the session ends, where that is part of the scenario.
    pub(crate) pages_left: Option<u8>,
}

/// How far a visitor is.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Not signed in.
    Anonymous,
    /// The password was right, a confirmation is missing.
    Confirming(Confirming),
    /// The password was right, something is to be done first.
    Acting(&'static PortalLogin, Action),
    /// Signed in, on the way to the portal.
    Ticket(&'static PortalLogin, Secret),
    /// Signed in.
    SignedIn(&'static PortalLogin),
}

/// A confirmation in progress.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Confirming {
    pub(crate) login: &'static PortalLogin,
    pub(crate) confirm: Confirm,
    /// Wrong answers so far. Sending a new code does not reset it.
    pub(crate) wrong: u8,
    pub(crate) step: Step,
}

/// What a confirmation waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// A choice of way.
    Choose,
    /// A code that was sent.
    Sent { way: Way, at: Timestamp },
    /// Something that is not sent.
    Known,
}

/// What a page tells about the step before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    WrongLogin,
    Expired,
    SignedOut,
    TooManyCodes,
    WrongCode { left: u8 },
    CodeExpired,
    TooSoon,
    Resent,
    LinkSent,
    AcceptFirst,
    BadPeriod,
    ChooseFirst,
}

/// All sessions.
pub(crate) struct Sessions {
    idle_seconds: i64,
    all: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    pub(crate) fn new(idle_seconds: i64) -> Self {
        Self { idle_seconds, all: Mutex::default() }
    }

    /// A new session.
    pub(crate) fn begin(&self, stage: Stage, now: Timestamp) -> Result<SessionId, RandomError> {
        let (id, csrf) = (random()?, random()?);
        let mut all = locked(&self.all);
        if all.len() >= MAX_SESSIONS {
            all.retain(|_, session| !is_over(session, self.idle_seconds, now));
            let oldest = all.iter().min_by_key(|(_, session)| session.seen).map(|(id, _)| id.clone());
            if let Some(oldest) = oldest.filter(|_| all.len() >= MAX_SESSIONS) {
                all.remove(&oldest);
            }
        }
        let session = Session {
            csrf,
            seen: now,
            stage,
            notice: None,
            return_to: None,
            typed: String::new(),
            pages_left: None,
        };
        all.insert(id.expose().to_owned(), session);
        Ok(SessionId(id))
    }

    /// Whether the session is there. Counts as a request of it.
    pub(crate) fn touch(&self, id: &SessionId, now: Timestamp) -> bool {
        let mut all = locked(&self.all);
        match all.get_mut(id.expose()) {
            Some(session) if !is_over(session, self.idle_seconds, now) => {
                session.seen = now;
                true
            }
            Some(_) => {
                all.remove(id.expose());
                false
            }
            None => false,
        }
    }

    /// Looks at or changes a session. `None` when it is not there.
    pub(crate) fn with<T>(&self, id: &SessionId, change: impl FnOnce(&mut Session) -> T) -> Option<T> {
        locked(&self.all).get_mut(id.expose()).map(change)
    }

    /// Ends a session.
    pub(crate) fn end(&self, id: &SessionId) {
        locked(&self.all).remove(id.expose());
    }
}

impl Session {
    /// The token for forms.
    pub(crate) fn csrf(&self) -> &str {
        self.csrf.expose()
    }

    /// Whether a form of this session was sent.
    pub(crate) fn is_own_form(&self, token: &str) -> bool {
        same(self.csrf.expose().as_bytes(), token.as_bytes())
    }
}

fn is_over(session: &Session, idle_seconds: i64, now: Timestamp) -> bool {
    now.as_second() - session.seen.as_second() >= idle_seconds
}
