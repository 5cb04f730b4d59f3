//! Authorization codes and access tokens.

use connect_core::audit::{Event, Kind, Subject};
use connect_core::clock::after;
use connect_core::keys::Digest;
use connect_core::secret::Secret;
use connect_core::store::{AccessToken, Client, Exchange, Principal, Redeemed, USE_NOTED_SECONDS};
use connect_core::token::{Token, TokenKind};

use super::runs::RunError;
use super::{Fault, Given, Once, OnceError, Service};

/// A new access token, with the refresh token that the answer's shape asks for.
#[derive(Debug)]
pub struct AccessGranted {
    /// Reads the user's data. Does not expire.
    pub access: Token,
    /// For legacy applications' parsers; nothing accepts it.
    pub refresh: Token,
}

/// The token or code is not good: malformed, unknown, foreign, expired or used. A caller is not
/// told which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// Why a code was not exchanged.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The code is not good, or the verifier not its own.
    #[error("the authorization code is not good")]
    Refused,
    /// The answer cannot be given again.
    #[error(transparent)]
    Once(#[from] OnceError),
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Service {
    /// Hands over the authorization code of a run whose link exists. Its life starts now. Asked
    /// again (the answer got lost), it makes a new one and the one before stops working.
    pub async fn hand_over_code(&self, token: &Secret) -> Result<Token, RunError> {
        let run = self.open_run(token).await?;
        let code = Token::generate(TokenKind::AuthorizationCode, run.client.environment).map_err(Fault::from)?;
        let now = self.clock.now();
        let life = run.client.code_seconds.unwrap_or(self.settings.authorization_code_seconds);
        let expires = after(now, i64::from(life));
        let digest = self.keys.token_digest(&code);
        let made = self.store.issue_code(run.session.id, digest, now, expires).await.map_err(Fault::from)?;
        if !made {
            return Err(RunError::OutOfPlace);
        }
        self.auditor.seen(Event::of(Kind::CodeIssued).client(run.client.id).on(Subject::Session(run.session.id)));
        Ok(code)
    }

    /// Exchanges an authorization code of a run without a challenge, as [`Service::exchange_code_once`].
    pub async fn exchange_code(
        &self,
        client: &Client,
        code: &str,
    ) -> Result<Result<AccessGranted, Refused>, Fault> {
        match self.exchange_code_once(client, code, None, None).await {
            Ok(given) => given.without_key().map(Ok),
            Err(ExchangeError::Fault(fault) | ExchangeError::Once(OnceError::Fault(fault))) => Err(fault),
            Err(ExchangeError::Refused | ExchangeError::Once(OnceError::KeyReused)) => Ok(Err(Refused)),
        }
    }

    /// Exchanges an authorization code for an access token: once, for one client, in time, and with
    /// the verifier whose `challenge` the run has. A second exchange by its own client ends what the
    /// first one gave, unless it is the same request with the same key.
    pub async fn exchange_code_once(
        &self,
        client: &Client,
        code: &str,
        challenge: Option<Digest>,
        once: Option<Once<AccessGranted>>,
    ) -> Result<Given<AccessGranted>, ExchangeError> {
        if let Some(given) = self.given_before(client, once.as_ref()).await? {
            return Ok(given);
        }
        let refused = || {
            self.auditor.seen(Event::of(Kind::CodeRefused).client(client.id));
            ExchangeError::Refused
        };
        let code = Token::parse(TokenKind::AuthorizationCode, code).ok_or_else(refused)?;
        let access = Token::generate(TokenKind::Access, client.environment).map_err(Fault::from)?;
        let refresh = Token::generate(TokenKind::Refresh, client.environment).map_err(Fault::from)?;
        let granted = AccessGranted { access, refresh };
        let exchange = Exchange {
            code: self.keys.token_digest(&code),
            client_id: client.id,
            challenge,
            access: self.keys.token_digest(&granted.access),
            at: self.clock.now(),
            answer: once.as_ref().map(|once| self.answer_of(client, once, &granted)).transpose()?,
            record: Some(self.auditor.of_exchange(client.id)),
        };
        match (self.store.redeem_code(exchange).await.map_err(Fault::from)?, once) {
            (Redeemed::Yes, _) => Ok(Given::New(granted)),
            (Redeemed::Known(found), Some(once)) => Ok(self.give_again(client, &once.key, &found)?),
            (Redeemed::Known(_), None) => Err(Fault::Broken("an answer was remembered without a key").into()),
            (Redeemed::No, _) => Err(refused()),
            (Redeemed::Replayed { revoked }, _) => {
                tracing::warn!(
                    client = %client.id,
                    revoked,
                    "an authorization code was exchanged a second time: the access tokens that it gave are revoked"
                );
                Err(ExchangeError::Refused)
            }
        }
    }

    /// Who an access token speaks for, if it belongs to `client`.
    pub async fn principal(&self, client: &Client, token: &str) -> Result<Result<Principal, Refused>, Fault> {
        let Some(token) = Token::parse(TokenKind::Access, token) else {
            return Ok(Err(Refused));
        };
        let digest = self.keys.token_digest(&token);
        let found = self.store.access_token(&digest).await?;
        let now = self.clock.now();
        let good = |found: &AccessToken| {
            found.principal.client_id == client.id && found.ends_at.is_none_or(|at| at > now)
        };
        let Some(found) = found.filter(good) else {
            return Ok(Err(Refused));
        };
        self.note_use(digest, &found);
        Ok(Ok(found.principal))
    }

    /// Notes that a token was used. Nobody waits for it, and nothing depends on it.
    fn note_use(&self, digest: Digest, token: &AccessToken) {
        let now = self.clock.now();
        if token.last_used_at.is_some_and(|at| after(at, USE_NOTED_SECONDS) > now) {
            return;
        }
        let store = self.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.note_token_used(&digest, now).await {
                tracing::warn!(%error, "the use of an access token could not be noted");
            }
        });
    }
}
