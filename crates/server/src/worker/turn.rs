//! One turn of the worker: session, accounts, then for every meter and account what is missing.

use std::sync::Arc;
use std::time::Duration;

use connect_core::connector::{Connector, ConnectorError, LoginContext, LoginStep, RemoteAccount, UtilitySession};
use connect_core::store::{Access, Account, Leave, StoreError, SyncJob, SyncProgress};
use connect_core::tries::TryEnd;
use connect_core::usage::window::{add, is_current, next};
use connect_core::usage::{Bill, Flow, Reading, Series, StoredBill, Window};
use connect_core::vault::VaultError;
use tokio::time::{Instant, timeout};

use super::Worker;
use super::accounts::account_of;
use super::tries::Asker;
use crate::service::{Fault, days_of, new_id};

/// Longest wait for one answer of a connector.
const ANSWER: Duration = Duration::from_secs(60);
/// Longest turn: then others have theirs.
const TURN: Duration = Duration::from_secs(15 * 60);
/// Seconds from a login without a clear end to the next.
const LOGIN_WAIT_SECONDS: i64 = 6 * 3600;
/// Most readings of a window: a month of one-minute readings is 44 640.
const MAX_READINGS: usize = 60_000;
/// Longest reading, in seconds: a quarter of a year.
const MAX_DURATION: u32 = 100 * 86_400;
/// How old a zero at the end of a window must be to be a reading. Until then it stands for what has
/// not been published yet.
const ZERO_IS_SURE: i64 = 48 * 3600;

/// Why a turn ended early.
pub(super) enum Stopped {
    /// The utility, or the login there.
    Utility(ConnectorError),
    /// Another worker has the job, or the customer has linked again.
    LeaseLost,
    /// A login is needed, and the last one had no clear end: it is too soon for another.
    LoginWaits,
    /// The turn has taken long enough: another one goes on.
    OutOfTime,
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
    worker: &'a Worker,
    job: &'a SyncJob,
    connector: Arc<dyn Connector>,
    session: Option<Arc<UtilitySession>>,
    /// Whether this turn has logged in.
    logged_in: bool,
    started: Instant,
}

pub(super) type Answer<T> = Result<T, ConnectorError>;

/// A meter with its places on both sides.
struct Spot<'a> {
    remote: &'a RemoteAccount,
    place: usize,
    meter: uuid::Uuid,
}

pub(super) async fn run(worker: &Worker, job: &SyncJob) -> Result<(), Stopped> {
    let client = worker.store.client(job.user.client_id).await?.ok_or(Fault::Broken("a user without a client"))?;
    let connector = worker.connector_of_user(&job.user, client.environment).ok_or(ConnectorError::NotOffered)?;
    // A session that cannot be opened any more (another key, another version) is one that is over.
    let session = kept_session(worker, job).await?.map(Arc::new);
    let mut work = Work { worker, job, connector, session, logged_in: false, started: Instant::now() };
    // What is not shared is not looked at any further.
    let grant = &job.user.grant;
    let remote = grant.of(work.accounts().await?);
    let found = remote.iter().map(|account| account_of(account, &*worker.clock)).collect();
    let accounts = worker.store.put_accounts(work.turn(), found).await?.ok_or(Stopped::LeaseLost)?;
    let spots = spots(&remote, &accounts);

    let until = worker.clock.now().as_second();
    let mut progress = job.progress.clone();
    // What goes wrong with one meter must not keep the others from being read.
    let mut first_error = None;
    let mut go_on = |outcome: Result<(), Stopped>| match outcome {
        Err(Stopped::Utility(error @ (ConnectorError::SiteChanged(_) | ConnectorError::NotOffered))) => {
            first_error.get_or_insert(error);
            Ok(())
        }
        outcome => outcome,
    };
    // What is new first, of all meters, so that every chart has something to show; then the bills;
    // then the past.
    let spots = if grant.choices.usage { spots } else { Vec::new() };
    for spot in &spots {
        let mut outcome = Ok(());
        while outcome.is_ok() && !is_current(progress.meters.get(&spot.meter).copied(), until) {
            outcome = work.read_next(spot, &mut progress, until).await.map(|_| ());
        }
        go_on(outcome)?;
    }
    for (remote, account) in remote.iter().zip(&accounts).filter(|_| grant.choices.bills) {
        go_on(work.read_bills(remote, account).await)?;
    }
    for spot in &spots {
        let outcome = loop {
            match work.read_next(spot, &mut progress, until).await {
                Ok(true) => {}
                outcome => break outcome.map(|_| ()),
            }
        };
        go_on(outcome)?;
    }
    first_error.map_or(Ok(()), |error| Err(error.into()))
}

/// The session that is kept beside the user, if there is one that opens. One that is damaged, or of another form, is
/// over; a fault of ours is none of the customer's, whose consent must not end by it.
async fn kept_session(worker: &Worker, job: &SyncJob) -> Result<Option<UtilitySession>, Fault> {
    let Some(sealed) = job.sealed.session.as_deref() else { return Ok(None) };
    match worker.open_session(&job.user, sealed).await {
        Ok(session) => Ok(Some(session)),
        Err(Fault::Vault(VaultError::Open) | Fault::Broken(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
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
        self.worker.turn_of(self.job)
    }

    fn context(&self) -> LoginContext {
        LoginContext { utility: self.job.user.utility, now: self.worker.clock.now(), attended: false }
    }

    /// Asks the utility with the session at hand or a new one, and once more with a new one if it was
    /// over. The login is tried once in a turn, and never again after a refusal. Connector and session
    /// are handed out as shared values: a borrowing closure makes no future that is `Send`.
    async fn ask<T, F: Future<Output = Answer<T>>>(
        &mut self,
        question: impl Fn(Arc<dyn Connector>, LoginContext, Arc<UtilitySession>) -> F,
    ) -> Result<T, Stopped> {
        loop {
            let session = match self.session.take() {
                Some(session) => session,
                None => Arc::new(self.log_in().await?),
            };
            let answer = in_time(question(self.connector.clone(), self.context(), session.clone())).await;
            let over = matches!(answer, Err(ConnectorError::SessionExpired | ConnectorError::StaleState));
            if !over || self.logged_in {
                self.session = Some(session);
                return Ok(answer?);
            }
        }
    }

    async fn log_in(&mut self) -> Result<UtilitySession, Stopped> {
        self.logged_in = true;
        if self.job.user.access == Access::Consent {
            return self.renew().await;
        }
        // The password is never sent twice because of what went wrong after it was sent.
        match self.worker.store.may_log_in(self.turn(), LOGIN_WAIT_SECONDS).await? {
            Leave::Given => {}
            Leave::Wait => return Err(Stopped::LoginWaits),
            Leave::LeaseLost => return Err(Stopped::LeaseLost),
        }
        // A session that is over may still be a device that the utility remembers, or renew itself.
        let earlier = kept_session(self.worker, self.job).await?;
        let login = self.worker.open_login(&self.job.user, &self.job.sealed.login).await?;
        let user = &self.job.user;
        let asker = Asker::Background { user: user.id, client: user.client_id };
        let counted = self.worker.tries.begin(&*self.connector, user.utility, &login, asker).await?;
        let Some(counted) = counted else { return Err(Stopped::LoginWaits) };
        let step = match &earlier {
            Some(earlier) => in_time(self.connector.begin_again(self.context(), &login, earlier)).await,
            None => in_time(self.connector.begin(self.context(), &login)).await,
        };
        self.worker.tries.end(counted, TryEnd::of(&step)).await?;
        match step? {
            LoginStep::Done(session) => self.keep(session).await,
            // A connector that asks all the same has sent nothing, as its contract says.
            LoginStep::Challenge { .. } => Err(ConnectorError::ChallengeNeeded.into()),
        }
    }

    /// A consent renews itself. No password is sent, so it may be tried as often as a turn is.
    async fn renew(&self) -> Result<UtilitySession, Stopped> {
        let earlier = kept_session(self.worker, self.job).await?;
        // Without a consent that can be read there is nothing to go on with: the customer must agree again.
        let earlier = earlier.ok_or(ConnectorError::InvalidCredentials)?;
        match in_time(self.connector.renew(self.context(), &earlier)).await {
            Err(ConnectorError::StaleState | ConnectorError::NotOffered) => {
                Err(ConnectorError::InvalidCredentials.into())
            }
            session => self.keep(session?).await,
        }
    }

    async fn keep(&self, session: UtilitySession) -> Result<UtilitySession, Stopped> {
        let sealed = self.worker.seal_session(&self.job.user, &session)?;
        if self.worker.store.put_session(self.turn(), sealed).await? {
            Ok(session)
        } else {
            Err(Stopped::LeaseLost)
        }
    }

    async fn accounts(&mut self) -> Result<Vec<RemoteAccount>, Stopped> {
        self.ask(|connector, cx, session| async move { connector.accounts(cx, &session).await }).await
    }

    /// Reads and stores the next window of a meter; `false` when there is none.
    async fn read_next(
        &mut self,
        spot: &Spot<'_>,
        progress: &mut SyncProgress,
        until: i64,
    ) -> Result<bool, Stopped> {
        if self.started.elapsed() > TURN {
            return Err(Stopped::OutOfTime);
        }
        let fetched = progress.meters.get(&spot.meter).copied();
        let oldest = self.job.user.grant.from.map(|from| from.as_second());
        let Some(window) = next(fetched, until, oldest) else { return Ok(false) };
        let series = self
            .ask(|connector, cx, session| async move {
                empty_if_not_offered(connector.readings(cx, &session, spot.remote, spot.place, window).await)
            })
            .await?;
        let series = checked(series, window, until)?;
        let fetched = add(fetched, window, until, oldest, &series);
        if !self.worker.store.put_readings(self.turn(), spot.meter, fetched, series).await? {
            return Err(Stopped::LeaseLost);
        }
        progress.meters.insert(spot.meter, fetched);
        Ok(true)
    }

    async fn read_bills(&mut self, remote: &RemoteAccount, account: &Account) -> Result<(), Stopped> {
        let bills = self
            .ask(|connector, cx, session| async move {
                empty_if_not_offered(connector.bills(cx, &session, remote).await)
            })
            .await?;
        let zone = days_of(self.worker.directory.by_id(self.job.user.utility));
        let shared = |bill: &Bill| self.job.user.grant.reaches_day(bill.end, &zone);
        let stored = |bill| StoredBill { id: new_id(&*self.worker.clock), account_id: account.id, bill };
        let bills = bills.into_iter().filter(shared).map(stored).collect();
        if self.worker.store.put_bills(self.turn(), account.id, bills).await? {
            Ok(())
        } else {
            Err(Stopped::LeaseLost)
        }
    }
}

/// What a connector gave for a window, if it can be true; without the zeros at its end that are too new
/// to be sure.
fn checked(mut series: Vec<Series>, window: Window, now: i64) -> Result<Vec<Series>, ConnectorError> {
    for Series { kind, readings } in &mut series {
        let possible = |reading: &Reading| {
            (1..=MAX_DURATION).contains(&reading.duration) && (window.from..window.to).contains(&reading.start)
        };
        if readings.len() > MAX_READINGS || !readings.iter().all(possible) {
            return Err(ConnectorError::SiteChanged("readings"));
        }
        readings.sort_by_key(|reading| reading.start);
        if kind.flow != Flow::Received {
            while readings.pop_if(|last| last.raw == 0 && last.end() > now - ZERO_IS_SURE).is_some() {}
        }
    }
    Ok(series)
}

/// What a utility does not offer is remembered like what it has none of.
fn empty_if_not_offered<T>(answer: Answer<Vec<T>>) -> Answer<Vec<T>> {
    match answer {
        Err(ConnectorError::NotOffered) => Ok(Vec::new()),
        answer => answer,
    }
}

/// A connector that does not answer in time is a site that is down.
pub(super) async fn in_time<T>(answer: impl Future<Output = Answer<T>>) -> Answer<T> {
    timeout(ANSWER, answer).await.unwrap_or(Err(ConnectorError::SiteDown))
}
