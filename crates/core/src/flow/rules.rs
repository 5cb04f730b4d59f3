//! The rules of the flow: pure functions from a flow and an event to the next flow.

use connect_wire::{Check, CodeNotice, LoginNotice, StopReason};
use jiff::Timestamp;

use super::{
    Action, Answer, CHECK_SECONDS, ConsentNotice, Effect, Flow, MAX_LOGIN_ATTEMPTS, MeterChoice, MetersNotice,
    ModeRecord, OutOfPlace, Route, SignIn, Stage,
};
use crate::clock::{after, seconds_until};
use crate::connector::{Challenge, ChallengeProblem, ConnectorError};
use crate::grant::{ChoiceError, Choices};
use crate::store::Access;

impl SignIn {
    fn new(utility: u32) -> Self {
        Self { utility, username: String::new(), notice: None }
    }

    pub(super) fn with(&self, notice: LoginNotice) -> Stage {
        Stage::Credentials(Self { notice: Some(notice), ..self.clone() })
    }

    pub(super) fn plain(&self) -> Stage {
        Stage::Credentials(Self { notice: None, ..self.clone() })
    }
}

impl Flow {
    /// A first link. `preset` is the utility named by the token, which skips the selection; `route`
    /// how that one is linked.
    pub fn create(preset: Option<u32>, route: Route) -> Self {
        let (mode, stage, choices) = (ModeRecord::Create, Stage::Welcome, Choices::default());
        Self { mode, preset, attempts: 0, route, page: None, choices, stage }
    }

    /// A renewal of `user`'s link, which starts where the link was made and shares what that does.
    pub fn update(user: uuid::Uuid, utility: u32, username: String, access: Access, choices: Choices) -> Self {
        Self {
            mode: ModeRecord::Update { user },
            preset: Some(utility),
            attempts: 0,
            page: None,
            choices,
            route: if access == Access::Consent { Route::Consent } else { Route::Login },
            stage: match access {
                Access::Login => Stage::Credentials(SignIn { utility, username, notice: None }),
                Access::Consent => Stage::Consent { utility, can_sign_in: false, notice: None },
                Access::File => Stage::Upload { utility, notice: None },
            },
        }
    }

    /// Where a utility that was chosen is linked.
    fn enter(utility: u32, route: Route) -> Stage {
        match route {
            Route::Login => SignIn::new(utility).plain(),
            Route::Consent => Stage::Consent { utility, can_sign_in: false, notice: None },
            Route::ConsentOrLogin => Stage::Consent { utility, can_sign_in: true, notice: None },
        }
    }

    /// What the customer's action leads to.
    pub fn act(&self, action: &Action, now: Timestamp) -> Result<(Flow, Effect), OutOfPlace> {
        let (stage, effect) = self.next(action, now)?;
        // Who asks for another utility is no longer bound to the one that the company named.
        let preset = self.preset.filter(|_| *action != Action::ChangeUtility);
        let route = match action {
            Action::Select { route, .. } => *route,
            _ => self.route,
        };
        let page = match action {
            Action::Leave { page } => page.clone(),
            // It is for one way there and back.
            _ => self.page.clone().filter(|_| matches!(action, Action::ComeBack { refusal: None })),
        };
        let choices = match action {
            Action::Share(Ok(choices)) => *choices,
            _ => self.choices,
        };
        Ok((Flow { stage, preset, route, page, choices, ..self.clone() }, effect))
    }

    fn next(&self, action: &Action, now: Timestamp) -> Result<(Stage, Effect), OutOfPlace> {
        let quiet = |stage| Ok((stage, Effect::None));
        match (&self.stage, action) {
            (Stage::Welcome, Action::Continue) => quiet(match self.preset {
                Some(utility) => Self::enter(utility, self.route),
                None => Stage::Select,
            }),
            (Stage::Welcome, Action::OpenSharing) => quiet(Stage::Sharing { notice: None }),
            (Stage::Sharing { .. }, Action::Share(Ok(_))) => quiet(Stage::Welcome),
            (Stage::Sharing { .. }, Action::Share(Err(ChoiceError::Nothing))) => {
                quiet(Stage::Sharing { notice: Some(ChoiceError::Nothing) })
            }
            (Stage::Meters { login, meters, .. }, Action::ChooseMeters(places)) => {
                self.choose_meters(login, meters, places, now)
            }
            (Stage::Select, Action::Select { utility, route }) => quiet(Self::enter(*utility, *route)),
            (stage, Action::ChangeUtility) if self.can_change() && stage.may_leave() => quiet(Stage::Select),
            (stage, Action::Back) => self.back(stage).map(|s| (s, Effect::None)),
            (Stage::Credentials(login), Action::SubmitLogin { username, password_empty, too_long, available }) => {
                if *too_long {
                    return quiet(login.with(LoginNotice::TooLong));
                }
                let login = SignIn { username: username.clone(), ..login.clone() };
                if username.is_empty() || *password_empty {
                    let notice = LoginNotice::Missing { username: username.is_empty(), password: *password_empty };
                    return quiet(login.with(notice));
                }
                if !available {
                    // Nothing of what was typed is kept.
                    return quiet(Stage::Unsupported { utility: login.utility });
                }
                if self.attempts >= MAX_LOGIN_ATTEMPTS {
                    return quiet(Stage::Stopped { utility: login.utility, reason: StopReason::TooManyAttempts });
                }
                let from = Box::new(login.plain());
                Ok((checking(from, Check::Login, now), Effect::Begin))
            }
            (Stage::Consent { utility, can_sign_in: true, .. }, Action::SignInHere) => {
                quiet(SignIn::new(*utility).plain())
            }
            (stage @ Stage::Consent { .. }, Action::Leave { .. }) => quiet(stage.without_notice()),
            (stage @ Stage::Consent { .. }, Action::ComeBack { refusal: None }) => {
                Ok((checking(Box::new(stage.without_notice()), Check::Login, now), Effect::Redeem))
            }
            (stage @ Stage::Consent { .. }, Action::ComeBack { refusal: Some(notice) }) => {
                quiet(stage.with_consent_notice(*notice))
            }
            (Stage::Credentials(SignIn { utility, .. }) | Stage::Consent { utility, .. }, Action::AskToBeTold) => {
                quiet(Stage::Told { utility: *utility })
            }
            (
                Stage::Method { login, .. } | Stage::Code { login, .. } | Stage::Approve { login, .. },
                Action::AskToBeTold,
            ) => quiet(Stage::Told { utility: login.utility }),
            // A file is for what cannot be linked, so that nobody gives one by mistake.
            (Stage::Credentials(SignIn { utility, .. }), Action::UseFile { available: false }) => {
                quiet(Stage::Upload { utility: *utility, notice: None })
            }
            (Stage::Upload { utility, .. }, Action::GiveFile(read)) => quiet(match read {
                Ok(file) => Stage::Preview { utility: *utility, file: file.clone() },
                Err(notice) => Stage::Upload { utility: *utility, notice: Some(notice.clone()) },
            }),
            (Stage::Preview { utility, file }, Action::LinkFile) => {
                Ok((Stage::Linked { utility: *utility, accounts: file.accounts.clone() }, Effect::Link))
            }
            (stage @ Stage::Method { options, .. }, Action::ChooseMethod { id }) => {
                self.choose(stage, options, id, now)
            }
            (stage @ Stage::Code { challenge, .. }, Action::ChooseMethod { id }) => {
                self.choose(stage, &challenge.methods, id, now)
            }
            (Stage::Code { login, challenge, .. }, Action::SubmitAnswer { empty, too_long }) => {
                let problem = match (empty, too_long) {
                    (true, _) => Some(CodeNotice::Missing),
                    (_, true) => Some(CodeNotice::TooLong),
                    _ => None,
                };
                let stage =
                    Stage::Code { login: login.clone(), challenge: challenge.clone(), notice: problem.clone() };
                match problem {
                    Some(_) => quiet(stage),
                    None => Ok((checking(Box::new(stage), Check::Code, now), Effect::Resume)),
                }
            }
            (Stage::Code { login, challenge, .. }, Action::Resend) => {
                let again = |notice| Stage::Code { login: login.clone(), challenge: challenge.clone(), notice };
                match challenge.resend_at {
                    None => Err(OutOfPlace),
                    Some(at) if seconds_until(now, at) > 0 => quiet(again(Some(CodeNotice::TooSoon))),
                    Some(_) => Ok((checking(Box::new(again(None)), Check::Sending, now), Effect::Resume)),
                }
            }
            (stage, Action::Resend | Action::Approved) => {
                let Some(from @ Stage::Approve { challenge, .. }) = stage.approval() else {
                    return Err(OutOfPlace);
                };
                let plain = from.without_notice();
                let next = match action {
                    Action::Resend => checking(Box::new(plain), Check::Sending, now),
                    _ => awaiting(plain, challenge.expires_at),
                };
                Ok((next, Effect::Resume))
            }
            _ => Err(OutOfPlace),
        }
    }

    fn choose(
        &self,
        stage: &Stage,
        options: &[connect_wire::MethodOption],
        id: &str,
        now: Timestamp,
    ) -> Result<(Stage, Effect), OutOfPlace> {
        if !options.iter().any(|o| o.id == id) {
            return Err(OutOfPlace);
        }
        Ok((checking(Box::new(stage.without_notice()), Check::Sending, now), Effect::Resume))
    }

    fn choose_meters(
        &self,
        login: &SignIn,
        meters: &[MeterChoice],
        places: &[usize],
        now: Timestamp,
    ) -> Result<(Stage, Effect), OutOfPlace> {
        if places.iter().any(|place| *place >= meters.len()) {
            return Err(OutOfPlace);
        }
        let mark = |(place, meter): (usize, &MeterChoice)| MeterChoice {
            chosen: places.contains(&place),
            ..meter.clone()
        };
        let meters = meters.iter().enumerate().map(mark).collect();
        let login = login.clone();
        if places.is_empty() {
            let notice = Some(MetersNotice::Nothing);
            return Ok((Stage::Meters { login, meters, notice }, Effect::None));
        }
        let from = Stage::Meters { login, meters, notice: None };
        Ok((checking(Box::new(from), Check::Login, now), Effect::Resume))
    }

    /// The screen before `stage`; going back from a check abandons it.
    fn back(&self, stage: &Stage) -> Result<Stage, OutOfPlace> {
        let updating = matches!(self.mode, ModeRecord::Update { .. });
        match stage {
            Stage::Select | Stage::Sharing { .. } => Ok(Stage::Welcome),
            Stage::Credentials(_) | Stage::Consent { .. } | Stage::Upload { .. } if updating => Err(OutOfPlace),
            Stage::Credentials(login) if self.route != Route::Login => Ok(Self::enter(login.utility, self.route)),
            Stage::Credentials(_) | Stage::Consent { .. } if self.preset.is_some() => Ok(Stage::Welcome),
            Stage::Credentials(_) | Stage::Consent { .. } => Ok(Stage::Select),
            Stage::Upload { utility, .. } => Ok(SignIn::new(*utility).plain()),
            Stage::Preview { utility, .. } => Ok(Stage::Upload { utility: *utility, notice: None }),
            // There the waiting is the screen.
            Stage::Checking { from, what: Check::Approval, .. } => self.back(from),
            Stage::Checking { from, .. } => Ok(from.without_notice()),
            Stage::Method { login, .. } | Stage::Meters { login, .. } => Ok(login.plain()),
            Stage::Approve { login, challenge, .. } if challenge.methods.is_empty() => Ok(login.plain()),
            Stage::Approve { login, challenge, .. } => {
                Ok(Stage::Method { login: login.clone(), options: challenge.methods.clone(), notice: None })
            }
            Stage::Code { login, challenge, .. } if challenge.methods.is_empty() => Ok(login.plain()),
            Stage::Code { login, challenge, .. } => {
                Ok(Stage::Method { login: login.clone(), options: challenge.methods.clone(), notice: None })
            }
            Stage::Told { utility } => Ok(Self::enter(*utility, self.route)),
            Stage::Unsupported { utility } => Ok(SignIn::new(*utility).plain()),
            Stage::Stopped { .. } if self.can_change() && self.preset.is_none() => Ok(Stage::Select),
            Stage::Welcome | Stage::Linked { .. } | Stage::Stopped { .. } => Err(OutOfPlace),
        }
    }

    /// Whether the customer may choose another utility.
    pub fn can_change(&self) -> bool {
        self.mode == ModeRecord::Create
    }

    /// Whether there is a screen before this one.
    pub fn can_go_back(&self) -> bool {
        self.back(&self.stage).is_ok()
    }

    /// What a connector's answer leads to. Only a run that waits for one accepts it.
    pub fn answer(&self, answer: Answer) -> Result<Flow, OutOfPlace> {
        let Stage::Checking { from, .. } = &self.stage else {
            return Err(OutOfPlace);
        };
        let mut attempts = self.attempts;
        let stage = match answer {
            Answer::Linked(accounts) => {
                let utility = from.utility().ok_or(OutOfPlace)?;
                Stage::Linked { utility, accounts }
            }
            Answer::Several(meters) => {
                let login = from.login().ok_or(OutOfPlace)?.clone();
                Stage::Meters { login, meters, notice: None }
            }
            Answer::Challenge(challenge, problem) => {
                let login = from.login().ok_or(OutOfPlace)?.clone();
                let notice = problem.map(notice_of);
                match challenge {
                    Challenge::Method { options } => Stage::Method { login, options, notice },
                    Challenge::Code(challenge) => Stage::Code { login, challenge, notice },
                    Challenge::Approve(challenge) => {
                        let over = matches!(notice, Some(CodeNotice::Denied | CodeNotice::Expired));
                        let until = challenge.expires_at;
                        let stage = Stage::Approve { login, challenge, notice };
                        if over { stage } else { awaiting(stage, until) }
                    }
                }
            }
            Answer::Failed(error) => {
                // Only what the utility refused counts: an outage costs the customer no try.
                attempts += u8::from(error == ConnectorError::InvalidCredentials);
                failed(from, error, MAX_LOGIN_ATTEMPTS.saturating_sub(attempts))?
            }
            Answer::TooManyTries => {
                let utility = from.utility().ok_or(OutOfPlace)?;
                Stage::Stopped { utility, reason: StopReason::TooManyAttempts }
            }
            Answer::TimedOut => from.back_with(LoginNotice::TimedOut, CodeNotice::Down),
            Answer::Broke => from.back_with(LoginNotice::Internal, CodeNotice::Down),
        };
        Ok(Flow { stage, attempts, ..self.clone() })
    }

    /// The flow as it is at `now`: a check whose time is over counts as not answered. This is how
    /// a run survives a restart of the service in the middle of a login.
    pub fn at(&self, now: Timestamp) -> Flow {
        match &self.stage {
            Stage::Checking { until, .. } if *until <= now => {
                self.answer(Answer::TimedOut).unwrap_or_else(|OutOfPlace| self.clone())
            }
            _ => self.clone(),
        }
    }
}

/// Where a failed call of a connector leads; `left` is how many logins may still be tried.
fn failed(from: &Stage, error: ConnectorError, left: u8) -> Result<Stage, OutOfPlace> {
    if let Stage::Consent { .. } = from {
        return Ok(from.with_consent_notice(match error {
            ConnectorError::NoAccounts => ConsentNotice::NoAccounts,
            ConnectorError::SiteDown => ConsentNotice::Down,
            _ => ConsentNotice::Internal,
        }));
    }
    let login = from.login().ok_or(OutOfPlace)?;
    let stopped = |reason| Stage::Stopped { utility: login.utility, reason };
    Ok(match error {
        ConnectorError::Locked => stopped(StopReason::Locked),
        ConnectorError::InvalidCredentials if left == 0 => stopped(StopReason::TooManyAttempts),
        ConnectorError::InvalidCredentials => login.with(LoginNotice::WrongPassword { left }),
        ConnectorError::NoAccounts => login.with(LoginNotice::NoAccounts),
        ConnectorError::ActionRequired(_) => login.with(LoginNotice::ActionRequired),
        ConnectorError::TooManyCodes => login.with(LoginNotice::CodeTooMany),
        ConnectorError::ChallengeExpired | ConnectorError::StaleState => login.with(LoginNotice::CodeExpired),
        // An outage while a code is checked leaves the customer at the code.
        ConnectorError::SiteDown | ConnectorError::NotReady => from.back_with(LoginNotice::Down, CodeNotice::Down),
        // The last three belong to reading data without the customer.
        ConnectorError::SiteChanged(_)
        | ConnectorError::SessionExpired
        | ConnectorError::ChallengeNeeded
        | ConnectorError::NotOffered => from.back_with(LoginNotice::Internal, CodeNotice::Down),
    })
}

fn checking(from: Box<Stage>, what: Check, now: Timestamp) -> Stage {
    Stage::Checking { from, what, until: after(now, CHECK_SECONDS) }
}

/// Waits for the customer's answer on another device.
fn awaiting(from: Stage, until: Timestamp) -> Stage {
    Stage::Checking { from: Box::new(from), what: Check::Approval, until }
}

fn notice_of(problem: ChallengeProblem) -> CodeNotice {
    match problem {
        ChallengeProblem::Wrong { left } => CodeNotice::Wrong { left },
        ChallengeProblem::Expired => CodeNotice::Expired,
        ChallengeProblem::Resent => CodeNotice::Resent,
        ChallengeProblem::TooSoon => CodeNotice::TooSoon,
        ChallengeProblem::Denied => CodeNotice::Denied,
    }
}
