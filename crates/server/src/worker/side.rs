//! What the web's side may ask of the connectors' side.

use std::sync::Arc;

use async_trait::async_trait;
use connect_core::audit::{Event, Kind, Subject};
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, RemoteAccount, UtilitySession,
};
use connect_core::keys::Digest;
use connect_core::secret::Secret;
use connect_core::store::{Access, SealedLogins, User};
use jiff::Timestamp;
use tokio::sync::broadcast;
use uuid::Uuid;

use super::turn::in_time;
use super::{Ways, Worker};
use crate::service::Fault;

/// What a run asks of a connector after an action.
#[derive(Debug)]
pub enum Work {
    /// Sign in.
    Begin(Login),
    /// Answer a challenge.
    Resume(ChallengeInput),
    /// Redeem the code of a consent.
    Redeem(Secret),
    /// Link the meters at these places of the login that was accepted.
    Share(Vec<usize>),
}

/// A run at a step.
#[derive(Clone, Copy, Debug)]
pub struct RunAt {
    /// Keyed hash of its connect token.
    pub token: Digest,
    /// The step at which it began to wait for the utility.
    pub step: u32,
}

/// What came of asking for a bill's document.
#[derive(Debug)]
pub enum PdfAnswer {
    /// What the utility sent.
    Document(Vec<u8>),
    /// The utility has none (any more).
    NotOffered,
    /// Not now; the worker sees to it.
    NotNow,
}

/// The connectors' side, as the web's side sees it. Secrets go in, none come out.
#[async_trait]
pub trait ConnectorSide: Send + Sync {
    /// What can be linked how.
    fn ways(&self) -> &Ways;
    /// Ids of runs that have just changed, on either side.
    fn changed(&self) -> broadcast::Sender<Uuid>;
    /// Begins the work of a run; returns at once. What comes of it is written to the run.
    async fn start(&self, run: RunAt, work: Work) -> Result<(), Fault>;
    /// Asks the utility for a bill's document, with the session at hand. No login is sent: a caller that
    /// asks again and again would lock the customer's account.
    async fn bill_pdf(&self, user: Uuid, account: RemoteAccount, remote_id: String) -> Result<PdfAnswer, Fault>;
    /// Deletes a user with everything that hangs on it, and gives a consent back at the utility;
    /// `false` when there is no such user, or, with `ended`, when its grant has not ended by then.
    async fn delete_user(&self, user: Uuid, ended: Option<Timestamp>) -> Result<bool, Fault>;
    /// The utility has announced data of this user.
    async fn announced(&self, user: Uuid) -> Result<(), Fault>;
}

/// The connectors' side in this process.
pub(super) struct Local(pub(super) Arc<Worker>);

#[async_trait]
impl ConnectorSide for Local {
    fn ways(&self) -> &Ways {
        &self.0.ways
    }

    fn changed(&self) -> broadcast::Sender<Uuid> {
        self.0.changed.clone()
    }

    async fn start(&self, run: RunAt, work: Work) -> Result<(), Fault> {
        self.0.start(run, work).await
    }

    async fn bill_pdf(&self, user: Uuid, account: RemoteAccount, remote_id: String) -> Result<PdfAnswer, Fault> {
        self.0.bill_pdf(user, &account, &remote_id).await
    }

    async fn delete_user(&self, user: Uuid, ended: Option<Timestamp>) -> Result<bool, Fault> {
        self.0.delete_user(user, ended).await
    }

    async fn announced(&self, user: Uuid) -> Result<(), Fault> {
        self.0.announced(user).await
    }
}

impl Worker {
    /// What can be linked how.
    pub fn ways(&self) -> &Ways {
        &self.ways
    }

    /// Ids of runs that this side has just changed.
    pub fn changes(&self) -> broadcast::Receiver<Uuid> {
        self.changed.subscribe()
    }

    /// [`ConnectorSide::bill_pdf`].
    pub async fn bill_pdf(
        &self,
        user: Uuid,
        account: &RemoteAccount,
        remote_id: &str,
    ) -> Result<PdfAnswer, Fault> {
        let Some(user) = self.store.user(user).await? else { return Ok(PdfAnswer::NotNow) };
        let client = self.store.client(user.client_id).await?.ok_or(Fault::Broken("a user without a client"))?;
        let Some(connector) = self.connector_of_user(&user, client.environment) else {
            return Ok(PdfAnswer::NotOffered);
        };
        let Some(SealedLogins { session, .. }) = self.store.sealed_logins(user.id).await? else {
            return Ok(PdfAnswer::NotNow);
        };
        let cx = LoginContext { utility: user.utility, now: self.clock.now(), attended: false };
        let session = match session {
            Some(sealed) => self.open_session_seen(&user, &sealed).ok(),
            None => None,
        };
        let answer = match session {
            Some(session) => in_time(connector.bill_pdf(cx, &session, account, remote_id)).await,
            None => Err(ConnectorError::SessionExpired),
        };
        match answer {
            Ok(pdf) => Ok(PdfAnswer::Document(pdf)),
            Err(ConnectorError::NotOffered) => Ok(PdfAnswer::NotOffered),
            Err(error) => {
                tracing::info!(user = %user.id, %error, "a bill's document could not be fetched");
                if matches!(error, ConnectorError::SessionExpired | ConnectorError::StaleState) {
                    // The worker gets a new session.
                    self.store.hasten_sync(user.id, self.clock.now()).await?;
                    self.desk.wake();
                }
                Ok(PdfAnswer::NotNow)
            }
        }
    }

    /// [`ConnectorSide::delete_user`].
    pub async fn delete_user(&self, user: Uuid, ended: Option<Timestamp>) -> Result<bool, Fault> {
        let consent = match self.store.user(user).await? {
            Some(user) if user.access == Access::Consent => self.consent_of(&user).await?,
            _ => None,
        };
        let deleted = self.store.delete_user(user, ended).await?;
        if let (true, Some((connector, session, utility))) = (deleted, consent) {
            let cx = LoginContext { utility, now: self.clock.now(), attended: false };
            // The deletion is on record, and is done: this must not undo it.
            self.auditor.seen(Event::of(Kind::ConsentGivenBack).on(Subject::User(user)));
            // Nobody waits for the utility: here the data is gone.
            tokio::spawn(async move { give_back(&*connector, cx, session).await });
        }
        Ok(deleted)
    }

    /// What is to be given back at the utility when this user goes.
    async fn consent_of(&self, user: &User) -> Result<Option<Consented>, Fault> {
        let Some(client) = self.store.client(user.client_id).await? else { return Ok(None) };
        let sealed = self.store.sealed_logins(user.id).await?.and_then(|sealed| sealed.session);
        let session = match sealed {
            Some(sealed) => self.open_session(user, &sealed).await.ok(),
            None => None,
        };
        let connector = self.connector_of_user(user, client.environment);
        Ok(connector.zip(session).map(|(connector, session)| (connector, session, user.utility)))
    }

    /// [`ConnectorSide::announced`]. Anybody may send an announcement, and each costs the utility a few
    /// requests: only the first in a while counts.
    pub async fn announced(&self, user: Uuid) -> Result<(), Fault> {
        let now = self.clock.now();
        if self.desk.may_announce(user, now) {
            self.store.data_announced(user, now).await?;
            self.desk.wake();
        }
        Ok(())
    }
}

type Consented = (Arc<dyn Connector>, UtilitySession, u32);

/// With a token that may be over by now, and is renewed then.
async fn give_back(connector: &dyn Connector, cx: LoginContext, session: UtilitySession) {
    let first = in_time(connector.give_back(cx, &session)).await;
    let outcome = match first {
        Err(ConnectorError::SessionExpired) => match in_time(connector.renew(cx, &session)).await {
            Ok(renewed) => in_time(connector.give_back(cx, &renewed)).await,
            // Taken back at the utility already.
            Err(ConnectorError::InvalidCredentials) => Ok(()),
            Err(error) => Err(error),
        },
        outcome => outcome,
    };
    if let Err(error) = outcome {
        tracing::warn!(utility = cx.utility, %error, "a consent could not be given back; it ends at the utility by its time");
    }
}
