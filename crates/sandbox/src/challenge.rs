//! The rules of codes and questions: pure functions of what is pending, the answer and the time.

use connect_core::clock::after;
use connect_core::connector::{
    ApproveChallenge, Challenge, ChallengeInput, ChallengeProblem, CodeChallenge, ConnectorError, method,
};
use connect_core::secret::{Secret, same};
use connect_wire::{Channel, CodePrompt, MethodOption};
use jiff::Timestamp;

use crate::scenario::{ANSWER, By, CODE, CODE_DIGITS, Confirm, QUESTION, Twist};
use crate::state::{Pending, Stage};

/// Seconds for which a code works.
const CODE_SECONDS: i64 = 5 * 60;
/// Seconds until a code may be sent again.
const RESEND_SECONDS: i64 = 30;
/// Wrong answers that end the login.
const MAX_WRONG: u8 = 3;

/// Channels that can be chosen, by their identifier, with the masked destination.
const WAYS: [(&str, Channel, &str); 3] = [
    ("sms", Channel::Sms, "•••• 4417"),
    ("email", Channel::Email, "s•••••@sandbox.test"),
    ("call", Channel::Call, "•••• 0199"),
];

/// The device with the utility's app, and the number that it shows among others.
const DEVICE: &str = "Pixel 9";
const NUMBER: &str = "42";
/// Seconds after which a request is answered, and after which it would be over.
const ANSWERED_SECONDS: i64 = 4;
const REQUEST_SECONDS: i64 = 2 * 60;

/// What an answer leads to.
pub(crate) enum Reply {
    /// The login is confirmed.
    Accepted,
    /// The challenge goes on.
    Again(Pending, Option<ChallengeProblem>),
}

/// Where a challenge begins.
pub(crate) fn first(confirm: Confirm, now: Timestamp) -> Stage {
    match (confirm.by, confirm.twist) {
        // As if the code had been on its way for as long as it works. The utility does not tell.
        (By::Sent(channel), Some(Twist::LateCode)) => {
            Stage::Sent { channel, at: after(now, -CODE_SECONDS), announced: false }
        }
        (By::Sent(channel), _) => sent(channel, now),
        (By::Choice | By::PushOrSms, _) => Stage::Choose,
        (By::Push, _) => Stage::Asked { at: now, first: true },
        (By::App | By::Question, _) => Stage::Known,
    }
}

/// The challenge as the service sees it.
pub(crate) fn shown(confirm: Confirm, stage: &Stage) -> Challenge {
    let methods = || options(confirm.by);
    Challenge::Code(match (stage, confirm.by) {
        (Stage::Choose, by) => return Challenge::Method { options: options(by) },
        (Stage::Asked { at, .. }, _) => {
            return Challenge::Approve(ApproveChallenge {
                device: DEVICE.to_owned(),
                number: Some(NUMBER.to_owned()),
                expires_at: after(*at, REQUEST_SECONDS),
                methods: methods(),
            });
        }
        (Stage::Sent { channel, at, announced }, _) => CodeChallenge {
            prompt: code_from(*channel, destination(*channel)),
            expires_at: announced.then(|| after(*at, CODE_SECONDS)),
            resend_at: Some(after(*at, RESEND_SECONDS)),
            methods: methods(),
        },
        (Stage::Known, By::Question) => unsent(CodePrompt::Question { text: QUESTION.to_owned() }),
        (Stage::Known, _) => unsent(code_from(Channel::App, "")),
    })
}

/// What the customer's answer leads to. An answer that the stage does not ask for changes nothing.
pub(crate) fn reply(
    confirm: Confirm,
    pending: Pending,
    input: &ChallengeInput,
    now: Timestamp,
) -> Result<Reply, ConnectorError> {
    match (input, &pending.stage, confirm.by) {
        (ChallengeInput::Answer(answer), Stage::Sent { at, .. }, _) => {
            if confirm.twist == Some(Twist::DownAtAnswer) {
                return Err(ConnectorError::SiteDown);
            }
            if now >= after(*at, CODE_SECONDS) {
                return Ok(Reply::Again(pending, Some(ChallengeProblem::Expired)));
            }
            judge(pending, is_code(answer))
        }
        (ChallengeInput::Answer(answer), Stage::Known, By::Question) => judge(pending, is_pet(answer)),
        (ChallengeInput::Answer(answer), Stage::Known, _) => judge(pending, is_code(answer)),
        (ChallengeInput::Resend, Stage::Sent { channel, at, .. }, _) => Ok(if now < after(*at, RESEND_SECONDS) {
            Reply::Again(pending, Some(ChallengeProblem::TooSoon))
        } else {
            let stage = sent(*channel, now);
            Reply::Again(Pending { stage, ..pending }, Some(ChallengeProblem::Resent))
        }),
        (ChallengeInput::Method(id), _, by) => Ok(match options(by).iter().find(|way| way.id == *id) {
            Some(MethodOption { channel: Channel::Push, .. }) => {
                Reply::Again(Pending { stage: Stage::Asked { at: now, first: true }, ..pending }, None)
            }
            Some(way) => Reply::Again(Pending { stage: sent(way.channel, now), ..pending }, None),
            None => Reply::Again(pending, None),
        }),
        (ChallengeInput::Poll, Stage::Asked { at, first }, _) => Ok(if now < after(*at, ANSWERED_SECONDS) {
            Reply::Again(pending, None)
        } else if *first && confirm.twist == Some(Twist::Declined) {
            Reply::Again(pending, Some(ChallengeProblem::Denied))
        } else {
            Reply::Accepted
        }),
        (ChallengeInput::Resend, Stage::Asked { .. }, _) => {
            let stage = Stage::Asked { at: now, first: false };
            Ok(Reply::Again(Pending { stage, ..pending }, Some(ChallengeProblem::Resent)))
        }
        (ChallengeInput::Answer(_) | ChallengeInput::Resend | ChallengeInput::Poll, _, _) => {
            Ok(Reply::Again(pending, None))
        }
    }
}

fn judge(pending: Pending, right: bool) -> Result<Reply, ConnectorError> {
    if right {
        return Ok(Reply::Accepted);
    }
    let wrong = pending.wrong.saturating_add(1);
    match MAX_WRONG.saturating_sub(wrong) {
        0 => Err(ConnectorError::TooManyCodes),
        left => Ok(Reply::Again(Pending { wrong, ..pending }, Some(ChallengeProblem::Wrong { left }))),
    }
}

/// Whether this is the code, whatever stands between its digits. Digits of other scripts do not
/// count as digits, nor are they skipped.
fn is_code(answer: &Secret) -> bool {
    let typed = Secret::new(answer.expose().chars().filter(|c| c.is_alphanumeric()).collect::<String>());
    same(typed.expose().as_bytes(), CODE.as_bytes())
}

fn is_pet(answer: &Secret) -> bool {
    let typed = Secret::new(answer.expose().trim().to_lowercase());
    same(typed.expose().as_bytes(), ANSWER.as_bytes())
}

fn sent(channel: Channel, at: Timestamp) -> Stage {
    Stage::Sent { channel, at, announced: true }
}

fn code_from(channel: Channel, to: &str) -> CodePrompt {
    CodePrompt::Code { channel, to: to.to_owned(), digits: CODE_DIGITS }
}

/// A challenge whose answer is not sent: no end, and nothing to send again.
fn unsent(prompt: CodePrompt) -> CodeChallenge {
    CodeChallenge { prompt, expires_at: None, resend_at: None, methods: Vec::new() }
}

fn options(by: By) -> Vec<MethodOption> {
    let way = |(id, channel, to): &(&str, Channel, &str)| method(id, *channel, to);
    match by {
        By::Choice => WAYS.iter().map(way).collect(),
        By::PushOrSms => vec![method("push", Channel::Push, DEVICE), way(&WAYS[0])],
        By::Sent(_) | By::App | By::Question | By::Push => Vec::new(),
    }
}

fn destination(channel: Channel) -> &'static str {
    WAYS.iter().find(|way| way.1 == channel).map_or("", |way| way.2)
}
