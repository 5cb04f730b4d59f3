//! The login: from the form to the overview, by way of whatever the portal asks.

use connect_core::clock::after;
use connect_core::connector::{
    Challenge, ChallengeInput, ChallengeProblem, CodeChallenge, ConnectorError, Login, LoginContext, LoginState,
    LoginStep, RequiredAction, UtilitySession,
};
use connect_wire::{Channel, CodePrompt, MethodOption};

use crate::PortalConnector;
use crate::http::{Answer, Wanted};
use crate::jar::Jar;
use crate::marks::{field, notice, page, path};
use crate::page::{Page, channel};
use crate::state::{Accepted, Pending, SavedForm, Step};

/// What is known of a login before a page is looked at.
pub(crate) struct So {
    pub(crate) jar: Jar,
    /// The challenge that was answered.
    pub(crate) before: Option<CodeChallenge>,
    /// The ways on offer.
    pub(crate) methods: Vec<MethodOption>,
    /// The way that was chosen just now.
    pub(crate) chosen: Option<MethodOption>,
    /// Whether the password was accepted in an earlier call.
    pub(crate) resumed: bool,
    /// Whether the portal has asked for a confirmation, now or at an earlier login of this session.
    pub(crate) confirmed: bool,
}

impl PortalConnector {
    pub(crate) async fn sign_in(
        &self,
        cx: LoginContext,
        login: &Login,
        trust: Option<&UtilitySession>,
    ) -> Result<LoginStep, ConnectorError> {
        // A session that cannot be read by now is as good as none.
        let known = trust.and_then(|session| Accepted::open(self.config.name, session).ok());
        let confirmed = known.as_ref().is_some_and(|known| known.confirmed);
        let mut jar = known.map(|known| known.jar.only(&self.config.device_cookies, cx.now)).unwrap_or_default();
        if !cx.attended && confirmed && jar.is_empty() {
            // The password alone would have a code sent.
            return Err(ConnectorError::ChallengeNeeded);
        }
        let answer = self.http.get(&mut jar, self.http.at(path::LOGIN)?, Wanted::Page, cx.now).await?;
        let first = Page::read(&self.http, &answer)?;
        if first.name != page::LOGIN {
            return Err(refused(&first).unwrap_or(ConnectorError::SiteChanged("sign-in page")));
        }
        let form = first.form_with(field::PASSWORD).filter(|form| form.has(field::USERNAME));
        let form = form.ok_or(ConnectorError::SiteChanged("sign-in form"))?;
        let fields = [
            (field::CSRF, form.csrf.expose()),
            (field::USERNAME, login.username.as_str()),
            (field::PASSWORD, login.password.expose()),
        ];
        let answer = self.http.post(&mut jar, self.http.at(form.action.as_str())?, &fields, cx.now).await?;
        let so = So { jar, before: None, methods: Vec::new(), chosen: None, resumed: false, confirmed };
        self.arrived(cx, &answer, so)
    }

    pub(crate) async fn go_on(
        &self,
        cx: LoginContext,
        state: &LoginState,
        input: &ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        let pending = Pending::open(self.config.name, state)?;
        match (&pending.step, input) {
            // These have a code sent.
            (Step::Choose { .. } | Step::Answer { .. }, ChallengeInput::Method(_) | ChallengeInput::Resend)
                if !cx.attended =>
            {
                Err(ConnectorError::ChallengeNeeded)
            }
            (Step::Choose { form, options }, ChallengeInput::Method(id)) => {
                match options.iter().find(|option| option.id == *id) {
                    Some(option) => self.choose(cx, pending.jar, form, options.clone(), option.clone()).await,
                    None => self.again(pending),
                }
            }
            (Step::Answer { challenge, .. }, ChallengeInput::Method(id)) => {
                let Some(option) = challenge.methods.iter().find(|option| option.id == *id).cloned() else {
                    return self.again(pending);
                };
                self.choose_again(cx, pending.jar, &option).await
            }
            (Step::Answer { form, challenge, .. }, ChallengeInput::Answer(answer)) => {
                let mut fields = vec![(field::CSRF, form.csrf.expose()), (form.field.as_str(), answer.expose())];
                if form.remember {
                    fields.push((field::REMEMBER, field::REMEMBER_VALUE));
                }
                self.send(cx, pending.jar, form, &fields, challenge.clone()).await
            }
            (Step::Answer { resend: Some(form), challenge, .. }, ChallengeInput::Resend) => {
                let fields = [(field::CSRF, form.csrf.expose())];
                self.send(cx, pending.jar, form, &fields, challenge.clone()).await
            }
            // An answer that the step does not ask for changes nothing.
            (Step::Choose { .. } | Step::Answer { .. }, _) => self.again(pending),
        }
    }

    /// The same question once more, without asking the portal.
    fn again(&self, pending: Pending) -> Result<LoginStep, ConnectorError> {
        let challenge = match &pending.step {
            Step::Choose { options, .. } => Challenge::Method { options: options.clone() },
            Step::Answer { challenge, .. } => Challenge::Code(challenge.clone()),
        };
        Ok(LoginStep::Challenge { challenge, state: pending.seal(self.config.name)?, problem: None })
    }

    async fn send(
        &self,
        cx: LoginContext,
        mut jar: Jar,
        form: &SavedForm,
        fields: &[(&str, &str)],
        before: CodeChallenge,
    ) -> Result<LoginStep, ConnectorError> {
        let answer = self.http.post(&mut jar, self.http.at(&form.action)?, fields, cx.now).await?;
        let methods = before.methods.clone();
        self.arrived(
            cx,
            &answer,
            So { jar, before: Some(before), methods, chosen: None, resumed: true, confirmed: true },
        )
    }

    async fn choose(
        &self,
        cx: LoginContext,
        mut jar: Jar,
        form: &SavedForm,
        methods: Vec<MethodOption>,
        option: MethodOption,
    ) -> Result<LoginStep, ConnectorError> {
        let fields = [(field::CSRF, form.csrf.expose()), (form.field.as_str(), option.id.as_str())];
        let answer = self.http.post(&mut jar, self.http.at(&form.action)?, &fields, cx.now).await?;
        self.arrived(
            cx,
            &answer,
            So { jar, before: None, methods, chosen: Some(option), resumed: true, confirmed: true },
        )
    }

    /// Another way than the one that was chosen first: back to the choice, then as there.
    async fn choose_again(
        &self,
        cx: LoginContext,
        mut jar: Jar,
        option: &MethodOption,
    ) -> Result<LoginStep, ConnectorError> {
        let answer = self.http.get(&mut jar, self.http.at(path::VERIFY)?, Wanted::Page, cx.now).await?;
        let so = So { jar, before: None, methods: Vec::new(), chosen: None, resumed: true, confirmed: true };
        let found = Page::read(&self.http, &answer)?;
        if found.name != page::VERIFY {
            return self.arrived(cx, &answer, so);
        }
        let form = found.form_with(field::METHOD).ok_or(ConnectorError::SiteChanged("choice of the way"))?;
        let saved = SavedForm::of(form, field::METHOD);
        self.choose(cx, so.jar, &saved, form.methods(), option.clone()).await
    }

    /// What the page at which the portal let us arrive means.
    pub(crate) fn arrived(&self, cx: LoginContext, answer: &Answer, so: So) -> Result<LoginStep, ConnectorError> {
        let found = Page::read(&self.http, answer)?;
        match found.name.as_str() {
            page::OVERVIEW => {
                let accepted = Accepted { jar: so.jar, confirmed: so.confirmed };
                accepted.seal(self.config.name).map(LoginStep::Done)
            }
            page::LOGIN if found.tells(notice::WRONG_LOGIN) => Err(ConnectorError::InvalidCredentials),
            page::LOGIN if found.tells(notice::TOO_MANY_CODES) => Err(ConnectorError::TooManyCodes),
            // The portal has forgotten the login that was in progress.
            page::LOGIN if so.resumed => Err(ConnectorError::ChallengeExpired),
            page::LOGIN => Err(ConnectorError::SiteChanged("sign-in form came back")),
            page::VERIFY | page::CODE | page::AUTHENTICATOR | page::QUESTION if !cx.attended => {
                Err(ConnectorError::ChallengeNeeded)
            }
            page::VERIFY => {
                let form =
                    found.form_with(field::METHOD).ok_or(ConnectorError::SiteChanged("choice of the way"))?;
                let options = form.methods();
                if options.is_empty() {
                    return Err(ConnectorError::SiteChanged("ways for a code"));
                }
                let step = Step::Choose { form: SavedForm::of(form, field::METHOD), options };
                self.again(Pending { jar: so.jar, step })
            }
            page::CODE | page::AUTHENTICATOR | page::QUESTION => self.asked(cx, &found, so),
            _ => Err(refused(&found).unwrap_or(ConnectorError::SiteChanged("page after the sign-in"))),
        }
    }

    /// A page that asks for a code or an answer.
    fn asked(&self, cx: LoginContext, found: &Page, so: So) -> Result<LoginStep, ConnectorError> {
        let name = if found.name == page::QUESTION { field::ANSWER } else { field::CODE };
        let form = found.form_with(name).ok_or(ConnectorError::SiteChanged("form for a code"))?;
        let resend = found.form_to(path::RESEND);
        let resent = found.tells(notice::CODE_RESENT);
        let problem = match found.notice.as_deref() {
            // The page came back, so there is at least one try.
            Some(notice::WRONG_CODE) => Some(ChallengeProblem::Wrong { left: found.notice_number().unwrap_or(1) }),
            Some(notice::CODE_EXPIRED) => Some(ChallengeProblem::Expired),
            Some(notice::TOO_SOON) => Some(ChallengeProblem::TooSoon),
            Some(notice::CODE_RESENT) => Some(ChallengeProblem::Resent),
            _ => None,
        };
        let challenge = match so.before {
            Some(before) if !resent => before,
            _ => {
                let seconds = |time: std::time::Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
                // The time is configured; whether there is an end at all is said by the page.
                let ends = found.text.contains("The code works for");
                let expires = after(cx.now, seconds(self.config.code_lifetime));
                let again = after(cx.now, seconds(self.config.resend_after));
                CodeChallenge {
                    prompt: self.prompt(found, form.label(name), so.chosen.as_ref())?,
                    expires_at: ends.then_some(expires),
                    resend_at: resend.map(|_| again),
                    methods: so.methods,
                }
            }
        };
        let step = Step::Answer {
            form: SavedForm::of(form, name),
            resend: resend.map(|form| SavedForm::of(form, "")),
            challenge: challenge.clone(),
        };
        let state = Pending { jar: so.jar, step }.seal(self.config.name)?;
        Ok(LoginStep::Challenge { challenge: Challenge::Code(challenge), state, problem })
    }

    fn prompt(
        &self,
        found: &Page,
        label: Option<&str>,
        chosen: Option<&MethodOption>,
    ) -> Result<CodePrompt, ConnectorError> {
        let digits = self.config.code_digits;
        if found.name == page::QUESTION {
            let text = label.filter(|text| !text.is_empty()).ok_or(ConnectorError::SiteChanged("a question"))?;
            return Ok(CodePrompt::Question { text: text.to_owned() });
        }
        if found.name == page::AUTHENTICATOR {
            return Ok(CodePrompt::Code { channel: Channel::App, to: String::new(), digits });
        }
        let known = chosen.map(|option| option.channel).or_else(|| channel(&found.text));
        let channel = known.ok_or(ConnectorError::SiteChanged("how a code is sent"))?;
        let to = found.sent_to.clone().or_else(|| chosen.map(|option| option.to.clone()));
        Ok(CodePrompt::Code { channel, to: to.unwrap_or_default(), digits })
    }
}

/// The error that a page stands for, wherever it turns up.
pub(crate) fn refused(found: &Page) -> Option<ConnectorError> {
    Some(match found.name.as_str() {
        page::LOCKED => ConnectorError::Locked,
        page::CAPTCHA => ConnectorError::ActionRequired(RequiredAction::ProvePerson),
        page::TERMS => ConnectorError::ActionRequired(RequiredAction::AcceptTerms),
        page::NEW_PASSWORD => ConnectorError::ActionRequired(RequiredAction::NewPassword),
        page::ENROLL => ConnectorError::ActionRequired(RequiredAction::SecondStep),
        page::MAINTENANCE => ConnectorError::SiteDown,
        _ => return None,
    })
}
