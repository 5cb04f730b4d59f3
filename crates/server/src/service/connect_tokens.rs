//! Creating a connect token, which opens one run of Connect.

use connect_core::audit::{Event, Kind};
use connect_core::clock::after;
use connect_core::flow::{Flow, Route, available};
use connect_core::grant::Grant;
use connect_core::keys::Digest;
use connect_core::language::Language;
use connect_core::store::{Access, Client, ConnectSession};
use connect_core::token::{Token, TokenKind};

use super::{Fault, Given, Once, OnceError, Service, new_id};

/// How a caller names a utility.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UtilityRef {
    /// By `utility_slug`.
    Slug(String),
    /// By the deprecated `utility_id`.
    Id(String),
}

/// What a connect token is asked for.
#[derive(Clone, Debug)]
pub struct ConnectTokenRequest {
    /// The company's own id of its customer.
    pub user_id: String,
    /// Utility to link; the customer then skips the selection.
    pub utility: Option<UtilityRef>,
    /// What the exchange of the code must prove to know ([`connect_core::pkce`]).
    pub code_challenge: Option<Digest>,
    /// The language to show Connect in; `None` leaves it to the page and the browser.
    pub language: Option<Language>,
}

/// A new connect token.
#[derive(Debug)]
pub struct ConnectTokenIssued {
    /// The token, to be given to the page.
    pub token: Token,
    /// Its life in seconds.
    pub expires_in: u32,
}

/// Why no connect token was made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectTokenError {
    /// No utility has this slug or id.
    #[error("no such utility")]
    UnknownUtility,
    /// The user is linked with another utility.
    #[error("the user is linked with {linked}")]
    OtherUtility {
        /// Slug of the utility that the user is linked with.
        linked: String,
    },
    /// The answer cannot be given again.
    #[error(transparent)]
    Once(#[from] OnceError),
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Service {
    /// Creates a connect token, as [`Service::create_connect_token_once`].
    pub async fn create_connect_token(
        &self,
        client: &Client,
        request: ConnectTokenRequest,
    ) -> Result<ConnectTokenIssued, ConnectTokenError> {
        Ok(self.create_connect_token_once(client, request, None).await?.without_key()?)
    }

    /// Creates a connect token; once, where there is a key. Our records of `user_id` decide between a first link and a
    /// renewal; a renewal is of the linked utility, so naming another one is an error.
    pub async fn create_connect_token_once(
        &self,
        client: &Client,
        request: ConnectTokenRequest,
        once: Option<Once<ConnectTokenIssued>>,
    ) -> Result<Given<ConnectTokenIssued>, ConnectTokenError> {
        if let Some(given) = self.given_before(client, once.as_ref()).await? {
            return Ok(given);
        }
        let preset = match &request.utility {
            None => None,
            Some(named) => Some(self.find_utility(named).ok_or(ConnectTokenError::UnknownUtility)?),
        };
        let known = self.store.user_by_ref(client.id, &request.user_id).await.map_err(Fault::from)?;
        // Who agreed at the utility's site finds the confirmation, whether the page has kept its token or
        // made a new one meanwhile.
        let waiting = match &known {
            Some(user) if user.access == Access::Consent => {
                self.store.session_linked(user.id).await.map_err(Fault::from)?
            }
            _ => None,
        };
        let waiting = waiting.filter(|run| {
            let open = run.finished_at.is_none() && run.open_until() > self.clock.now();
            open && preset.is_none_or(|p| run.flow.stage.utility() == Some(p))
        });
        let linked_user = waiting.as_ref().and_then(|run| run.linked_user);
        let flow = match (waiting, known) {
            (Some(run), _) => run.flow,
            (None, Some(user)) if preset.is_some_and(|p| p != user.utility) => {
                let linked = self.directory.by_id(user.utility).map_or_else(String::new, |u| u.slug.clone());
                return Err(ConnectTokenError::OtherUtility { linked });
            }
            // What it shared cannot be read: the customer begins anew, there.
            (None, Some(user)) if user.grant == Grant::nothing() => {
                Flow::create(Some(user.utility), self.route_of(user.utility, client.environment))
            }
            (None, Some(user)) => {
                // A utility that can be linked by now is signed in to.
                let utility = self.directory.by_id(user.utility);
                let linkable = utility.is_some_and(|utility| available(utility, client.environment));
                let access = if user.access == Access::File && linkable { Access::Login } else { user.access };
                Flow::update(user.id, user.utility, user.username, access, user.grant.choices)
            }
            (None, None) => {
                Flow::create(preset, preset.map_or(Route::Login, |id| self.route_of(id, client.environment)))
            }
        };
        let token = Token::generate(TokenKind::Connect, client.environment).map_err(Fault::from)?;
        let handle = token.handle().ok_or(Fault::Broken("a connect token without handle"))?;
        let now = self.clock.now();
        let session = ConnectSession {
            id: new_id(&*self.clock),
            handle,
            token_digest: self.keys.token_digest(&token),
            client_id: client.id,
            user_ref: request.user_id,
            created_at: now,
            expires_at: after(now, i64::from(self.settings.connect_token_seconds)),
            step: 0,
            flow,
            login_state: None,
            linked_user,
            finished_at: None,
            code_challenge: request.code_challenge,
            language: request.language,
            redirect: None,
            handed: None,
        };
        let issued = ConnectTokenIssued { token, expires_in: self.settings.connect_token_seconds };
        self.auditor.seen(Event::of(Kind::ConnectTokenIssued).client(client.id));
        let Some(once) = once else {
            self.store.add_session(session).await.map_err(Fault::from)?;
            return Ok(Given::New(issued));
        };
        let answer = self.answer_of(client, &once, &issued)?;
        match self.store.add_session_once(session, answer).await.map_err(Fault::from)? {
            None => Ok(Given::New(issued)),
            Some(found) => Ok(self.give_again(client, &once.key, &found)?),
        }
    }

    fn find_utility(&self, named: &UtilityRef) -> Option<u32> {
        match named {
            UtilityRef::Slug(slug) => self.directory.by_slug(slug),
            UtilityRef::Id(id) => id.parse().ok().and_then(|id| self.directory.by_id(id)),
        }
        .map(|u| u.id)
    }
}
