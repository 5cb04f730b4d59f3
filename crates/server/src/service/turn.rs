//! One turn of the worker: session, accounts, then for every meter and account what is missing.

use std::sync::Arc;
use std::time::Duration;

use connect_core::connector::{Connector, ConnectorError, LoginContext, LoginStep, RemoteAccount, UtilitySession};
use connect_core::store::{Account, StoreError, SyncJob, SyncProgress};
use connect_core::usage::window::{add, next};
use connect_core::usage::{StoredBill, seconds};
use tokio::time::timeout;

use super::logins::account_of;
use super::{Fault, Service, new_id};

/// Longest wait for one answer of a connector.
const ANSWER: Duration = Duration::from_secs(60);

/// Why a turn ended early.
pub(super) enum Stopped {
    /// The utility, or the login there.
    Utility(ConnectorError),
    /// Another worker has the job, or the customer has linked again.
    LeaseLost,
    /// A fault of ours.
    Fault(Fault),
}

impl From<ConnectorError> for Stopped {
    fn from(error: ConnectorError) -> Self {
        Self::Utility(error)
    }
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// What one turn works with.
struct Work<'a> {
    service: &'a Service,
    job: &'a SyncJob,
    connector: Arc<dyn Connector>,
    session: Option<UtilitySession>,
    /// Whether this turn has logged in.
    logged_in: bool,
}

type Answer<T> = Result<T, ConnectorError>;

/// A meter with its places on both sides.
struct Spot<'a> {
    remote: &'a RemoteAccount,
    place: usize,
    meter: uuid::Uuid,
}

pub(super) async fn run(service: &Service, job: &SyncJob) -> Result<(), Stopped> {
    let client =
        service.store.client(job.user.client_id).await?.ok_or(Fault::Broken("a user without a client"))?;
    let connector =
        service.connector_of(job.user.utility, client.environment).ok_or(ConnectorError::NotOffered)?;
    let session =
        job.sealed.session.as_deref().map(|sealed| service.open_session(job.user.id, sealed)).transpose()?;
    let mut work = Work { service, job, connector, session, logged_in: false };
    let remote = work.accounts().await?;
    let found = remote.iter().map(|account| account_of(account, &*service.clock)).collect();
    let accounts = service.store.put_accounts(work.turn(), found).await?.ok_or(Stopped::LeaseLost)?;
    let spots = spots(&remote, &accounts);

    let until = seconds(service.clock.now());
    let mut progress = job.progress.clone();
    // What is new first, of all meters, so that every chart has something to show; then the bills;
    // then the past.
    for spot in &spots {
        while progress.meters.get(&spot.meter).is_none_or(|fetched| fetched.window.to < until) {
            work.read_next(spot, &mut progress, until).await?;
        }
    }
    for (remote, account) in remote.iter().zip(&accounts) {
        work.read_bills(remote, account).await?;
    }
    for spot in &spots {
        while work.read_next(spot, &mut progress, until).await? {}
    }
    Ok(())
}

fn spots<'a>(remote: &'a [RemoteAccount], accounts: &[Account]) -> Vec<Spot<'a>> {
    let pairs = remote.iter().zip(accounts);
    pairs
        .flat_map(|(remote, account)| {
            account.meters.iter().enumerate().map(move |(place, meter)| Spot { remote, place, meter: meter.id })
        })
        .collect()
}

impl Work<'_> {
    fn turn(&self) -> connect_core::store::Turn {
        self.service.turn_of(self.job)
    }

    fn context(&self) -> LoginContext {
        LoginContext { utility: self.job.user.utility, now: self.service.clock.now(), attended: false }
    }

    /// The session at hand, or a new one.
    async fn session(&mut self) -> Result<UtilitySession, Stopped> {
        match self.session.take() {
            Some(session) => Ok(session),
            None => self.log_in().await,
        }
    }

    /// Whether to ask again, because the session was over. The login is tried once in a turn, and
    /// never again after a refusal.
    fn again<T>(&mut self, session: UtilitySession, answer: &Answer<T>) -> bool {
        let over = matches!(answer, Err(ConnectorError::SessionExpired | ConnectorError::StaleState));
        if over && !self.logged_in {
            return true;
        }
        self.session = Some(session);
        false
    }

    async fn log_in(&mut self) -> Result<UtilitySession, Stopped> {
        self.logged_in = true;
        let login = self.service.open_login(self.job.user.id, &self.job.sealed.login)?;
        match in_time(self.connector.begin(self.context(), &login)).await? {
            LoginStep::Done(session) => {
                let sealed = self.service.seal_session(self.job.user.id, &session)?;
                if !self.service.store.put_session(self.turn(), sealed).await? {
                    return Err(Stopped::LeaseLost);
                }
                Ok(session)
            }
            // A connector that asks all the same has sent nothing, as its contract says.
            LoginStep::Challenge { .. } => Err(ConnectorError::ChallengeNeeded.into()),
        }
    }

    async fn accounts(&mut self) -> Result<Vec<RemoteAccount>, Stopped> {
        loop {
            let session = self.session().await?;
            let answer = in_time(self.connector.accounts(self.context(), &session)).await;
            if !self.again(session, &answer) {
                return Ok(answer?);
            }
        }
    }

    /// Reads and stores the next window of a meter; `false` when there is none.
    async fn read_next(
        &mut self,
        spot: &Spot<'_>,
        progress: &mut SyncProgress,
        until: i64,
    ) -> Result<bool, Stopped> {
        let fetched = progress.meters.get(&spot.meter).copied();
        let Some(window) = next(fetched, until) else { return Ok(false) };
        let series = loop {
            let session = self.session().await?;
            let readings = self.connector.readings(self.context(), &session, spot.remote, spot.place, window);
            let answer = empty_if_not_offered(in_time(readings).await);
            if !self.again(session, &answer) {
                break answer?;
            }
        };
        if !self.service.store.put_readings(self.turn(), spot.meter, window, series).await? {
            return Err(Stopped::LeaseLost);
        }
        progress.meters.insert(spot.meter, add(fetched, window));
        Ok(true)
    }

    async fn read_bills(&mut self, remote: &RemoteAccount, account: &Account) -> Result<(), Stopped> {
        let bills = loop {
            let session = self.session().await?;
            let answer =
                empty_if_not_offered(in_time(self.connector.bills(self.context(), &session, remote)).await);
            if !self.again(session, &answer) {
                break answer?;
            }
        };
        let stored = |bill| StoredBill { id: new_id(&*self.service.clock), account_id: account.id, bill };
        let bills = bills.into_iter().map(stored).collect();
        if self.service.store.put_bills(self.turn(), account.id, bills).await? {
            Ok(())
        } else {
            Err(Stopped::LeaseLost)
        }
    }
}

/// What a utility does not offer is remembered like what it has none of.
fn empty_if_not_offered<T>(answer: Answer<Vec<T>>) -> Answer<Vec<T>> {
    match answer {
        Err(ConnectorError::NotOffered) => Ok(Vec::new()),
        answer => answer,
    }
}

/// A connector that does not answer in time is a site that is down.
async fn in_time<T>(answer: impl Future<Output = Answer<T>>) -> Answer<T> {
    timeout(ANSWER, answer).await.unwrap_or(Err(ConnectorError::SiteDown))
}
