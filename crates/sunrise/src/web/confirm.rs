//! The rules of codes and questions.

use axum::response::Response;
use connect_core::clock::after;
use connect_core::secret::{Secret, same};
use jiff::Timestamp;

use super::{Failure, Fields, Visit, sso};
use crate::logins::{ANSWER, By, CODE, Confirm, PortalLogin, Twist, Way};
use crate::session::{Confirming, Notice, Stage, Step};

/// Seconds for which a code works.
const CODE_SECONDS: i64 = 5 * 60;
/// Seconds until a code may be sent again.
const RESEND_SECONDS: i64 = 30;
/// Wrong answers that end the sign-in.
const MAX_WRONG: u8 = 3;

/// Asks for the confirmation of a login.
pub(crate) fn begin(visit: &Visit, login: &'static PortalLogin, confirm: Confirm) -> Result<Response, Failure> {
    let now = visit.app.now();
    let (step, path) = match confirm.by {
        // As if the code had been on its way for as long as it works.
        By::Sent(way) if confirm.twist == Some(Twist::LateCode) => {
            (Step::Sent { way, at: after(now, -CODE_SECONDS) }, "/login/code")
        }
        By::Sent(way) => (Step::Sent { way, at: now }, "/login/code"),
        By::Choice => (Step::Choose, "/login/verify"),
        By::App => (Step::Known, "/login/authenticator"),
        By::Question => (Step::Known, "/login/question"),
    };
    visit.with(|session| session.stage = Stage::Confirming(Confirming { login, confirm, wrong: 0, step }))?;
    Ok(visit.see(path))
}

/// The confirmation in progress, if it is one for this page; else back to the sign-in.
pub(crate) fn pending(visit: &Visit, fits: impl Fn(&Confirming) -> bool) -> Result<Confirming, Failure> {
    let stage = visit.with(|session| match session.stage {
        Stage::Confirming(pending) => Some(pending),
        _ => None,
    })?;
    stage.filter(|pending| fits(pending)).ok_or_else(|| visit.see("/login").into())
}

/// Sends a code the chosen way.
pub(crate) fn send(visit: &Visit, way: Way) -> Result<Response, Failure> {
    let now = visit.app.now();
    step(visit, Step::Sent { way, at: now })?;
    Ok(visit.see("/login/code"))
}

/// Sends the code again, unless it was sent just now.
pub(crate) fn resend(visit: &Visit, pending: &Confirming) -> Result<Response, Failure> {
    let Step::Sent { way, at } = pending.step else { return Ok(visit.see("/login")) };
    let now = visit.app.now();
    if now < after(at, RESEND_SECONDS) {
        return visit.tell(Notice::TooSoon, "/login/code");
    }
    step(visit, Step::Sent { way, at: now })?;
    visit.tell(Notice::Resent, "/login/code")
}

/// What an answer leads to. `path` is the page that asked for it.
pub(crate) fn judge(
    visit: &Visit,
    pending: &Confirming,
    fields: &Fields,
    path: &str,
) -> Result<Response, Failure> {
    if pending.confirm.twist == Some(Twist::DownAtAnswer) {
        return Err(Failure::Maintenance);
    }
    if let Step::Sent { at, .. } = pending.step
        && is_expired(at, visit.app.now())
    {
        return visit.tell(Notice::CodeExpired, path);
    }
    let right = match pending.confirm.by {
        By::Question => is_pet(fields.get("answer")),
        By::Sent(_) | By::Choice | By::App => is_code(fields.get("code")),
    };
    if right {
        return sso::admit(visit, pending.login, !fields.get("remember_device").is_empty());
    }
    // Counted under the lock: two answers at once are two tries.
    let wrong = visit.with(|session| match &mut session.stage {
        Stage::Confirming(pending) => {
            pending.wrong = pending.wrong.saturating_add(1);
            pending.wrong
        }
        _ => MAX_WRONG,
    })?;
    match MAX_WRONG.saturating_sub(wrong) {
        0 => {
            visit.with(|session| session.stage = Stage::Anonymous)?;
            visit.tell(Notice::TooManyCodes, "/login")
        }
        left => visit.tell(Notice::WrongCode { left }, path),
    }
}

fn is_expired(sent: Timestamp, now: Timestamp) -> bool {
    now >= after(sent, CODE_SECONDS)
}

fn step(visit: &Visit, step: Step) -> Result<(), Failure> {
    visit.with(|session| {
        if let Stage::Confirming(pending) = &mut session.stage {
            pending.step = step;
        }
    })
}

/// Whether this is the code, whatever stands between its digits.
fn is_code(answer: &str) -> bool {
    let typed = Secret::new(answer.chars().filter(|c| c.is_alphanumeric()).collect::<String>());
    same(typed.expose().as_bytes(), CODE.as_bytes())
}

fn is_pet(answer: &str) -> bool {
    let typed = Secret::new(answer.trim().to_lowercase());
    same(typed.expose().as_bytes(), ANSWER.as_bytes())
}
