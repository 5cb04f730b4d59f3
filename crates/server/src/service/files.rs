//! A customer's own Green Button file: read, shown, and linked when the customer says so.

use connect_core::audit::{Event, Kind as Recorded, Subject};
use connect_core::connector::{MeterKind, RemoteAccount};
use connect_core::flow::{Action, FileMeter, FileNotice, FileSummary, Flow, Stage, available};
use connect_core::grant::Grant;
use connect_core::secret::Secret;
use connect_core::store::{Access, Advance, Client, ConnectSession, Import, NewLink};
use connect_core::usage::{Bill, Chunk, Reading, Series, SeriesKind, month_of};
use connect_core::vault::{Context, Kind};
use connect_documents::{Found, FoundAccount, found, total};
use connect_wire::FlowView;
use greenbutton::{Error, Limits, NotGreenButton, Options, WarningKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::runs::{Run, RunError};
use super::usage::days_of;
use super::{Fault, Service, new_id};
use crate::worker::{account_of, card_of};

/// Largest file, in bytes: three years of quarter hours of two meters, as XML.
pub const MAX_FILE_BYTES: usize = 64 << 20;
/// Files that are read at a time: each takes a core.
pub(super) const READ_AT_ONCE: usize = 2;
/// Most readings of a file: ten years of quarter hours of three meters.
const MAX_READINGS: usize = 1_100_000;
/// Most accounts and meters: a customer's, not a landlord's town.
const MAX_METERS: usize = 100;

/// Most usage points, series or bills in a file, before anything is made of them.
const MAX_PARTS: usize = 5_000;

/// What is kept of a file until it is linked.
#[derive(Serialize, Deserialize)]
struct Kept {
    accounts: Vec<KeptAccount>,
}

#[derive(Serialize, Deserialize)]
struct KeptAccount {
    account: RemoteAccount,
    /// For each meter its series, packed by month.
    meters: Vec<Vec<(SeriesKind, Vec<Vec<u8>>)>>,
    bills: Vec<Bill>,
}

impl Service {
    /// Goes to the screen that takes a file, from the credentials of a utility that cannot be linked.
    pub async fn use_file(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        let utility = run.session.flow.stage.utility().and_then(|id| self.directory.by_id(id));
        let available = utility.is_none_or(|utility| available(utility, run.client.environment));
        self.carry_out(run, step, &Action::UseFile { available }, None).await
    }

    /// Whether the run waits for a file at this step, before anybody sends one.
    pub async fn waits_for_file(&self, token: &Secret, step: u32) -> Result<bool, RunError> {
        let run = self.open_run(token).await?;
        Ok(run.session.step == step && matches!(run.session.flow.stage, Stage::Upload { .. }))
    }

    /// Takes note that the customer's file is larger than [`MAX_FILE_BYTES`].
    pub async fn refuse_file(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        self.act(token, step, Action::GiveFile(Err(too_large()))).await
    }

    /// Reads a file, and shows what is in it or what is wrong with it.
    pub async fn read_file(
        &self,
        token: &Secret,
        step: u32,
        file: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        let utility = run.session.flow.stage.utility().and_then(|id| self.directory.by_id(id));
        // Its zone is what the local times of an export are in.
        let zone = days_of(utility);
        let renewed = self.renewed_grant(&run.session).await?;
        let grant = Grant::give(run.session.flow.choices, None, renewed.as_ref(), self.clock.now());
        let turn = self.files.clone().acquire_owned().await.map_err(|_| Fault::Broken("the readers of files"))?;
        let read = tokio::task::spawn_blocking(move || {
            // The turn lasts as long as the work, also when nobody waits for it any more.
            let _turn = turn;
            read(file.as_ref(), &zone, &grant)
        });
        let read = read.await;
        let (read, kept) = match read.map_err(|_| Fault::Broken("a file broke its reader"))? {
            Ok((summary, kept)) => (Ok(summary), Some(kept)),
            Err(notice) => (Err(notice), None),
        };
        tracing::info!(session = %run.session.id, ok = kept.is_some(), "a file was read");
        let Some(kept) = kept else {
            return self.carry_out(run, step, &Action::GiveFile(read), None).await;
        };
        let plain = postcard::to_allocvec(&kept).map_err(|_| Fault::Broken("a file that was read"))?;
        let sealed = self.vault.seal(&place(&run.session), &plain).map_err(Fault::from)?;
        let Run { session, client } = run;
        if session.step == step {
            let acted = session.flow.act(&Action::GiveFile(read), self.clock.now());
            let (flow, _) = acted.map_err(|_| RunError::OutOfPlace)?;
            let change =
                Advance { session_id: session.id, from_step: step, flow: flow.clone(), login_state: None };
            if self.store.advance_with_upload(change, sealed).await.map_err(Fault::from)? {
                let session = ConnectSession { step: step + 1, flow, ..session };
                return Ok(self.view_of(&Run { session, client }).await?);
            }
        }
        // Meanwhile the customer went elsewhere.
        self.load(token).await
    }

    /// Links what was read in the file.
    pub async fn link_file(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        let Run { session, client } = self.open_run(token).await?;
        let acted = session.flow.act(&Action::LinkFile, self.clock.now());
        let (true, Ok((flow, _))) = (session.step == step, acted) else {
            return Ok(self.view_of(&Run { session, client }).await?);
        };
        let sealed = self.store.upload(session.id).await.map_err(Fault::from)?;
        let sealed = sealed.ok_or(Fault::Broken("no file under a run that shows one"))?;
        let plain = self.vault.open(&place(&session), &sealed).map_err(Fault::from)?;
        let kept: Kept = postcard::from_bytes(&plain).map_err(|_| Fault::Broken("a stored file"))?;
        let renewed = self.renewed_grant(&session).await?;
        let link = self.file_link(&session, &client, &flow, renewed.as_ref(), kept)?;
        let event = Event::of(Recorded::FileLinked).client(client.id).on(Subject::Session(session.id));
        self.auditor.note(event).await?;
        let change = Advance { session_id: session.id, from_step: step, flow, login_state: None };
        let linked = self.store.link(change, link).await.map_err(Fault::from)?;
        tracing::info!(session = %session.id, user = ?linked, "a file was linked");
        let _ = self.changed.send(session.id);
        self.load(token).await
    }

    /// What the link that is renewed shares.
    async fn renewed_grant(&self, session: &ConnectSession) -> Result<Option<Grant>, Fault> {
        let Some(user) = session.flow.mode.renews() else { return Ok(None) };
        let user = self.store.user(user).await?.filter(|user| user.client_id == session.client_id);
        Ok(user.map(|user| user.grant))
    }

    fn file_link(
        &self,
        session: &ConnectSession,
        client: &Client,
        flow: &Flow,
        before: Option<&Grant>,
        kept: Kept,
    ) -> Result<NewLink, Fault> {
        let utility = flow.stage.utility().ok_or(Fault::Broken("a file without a utility"))?;
        let zone = days_of(self.directory.by_id(utility));
        let grant = Grant::give(flow.choices, None, before, self.clock.now());
        let (mut accounts, mut import) = (Vec::new(), Vec::new());
        for KeptAccount { account, meters, bills } in kept.accounts {
            accounts.push(account_of(&account, &*self.clock));
            let mut meters = meters.into_iter().map(unpacked).collect::<Result<Vec<_>, _>>()?;
            // What is not shared is not kept.
            for series in meters.iter_mut().flatten() {
                series.readings.retain(|reading| grant.choices.usage && grant.reaches(reading.start));
            }
            let shared = |bill: &Bill| grant.choices.bills && grant.reaches_day(bill.end, &zone);
            import.push(Import {
                meters,
                bills: bills.into_iter().filter(shared).map(|bill| (new_id(&*self.clock), bill)).collect(),
            });
        }
        Ok(NewLink {
            new_user_id: new_id(&*self.clock),
            client_id: client.id,
            user_ref: session.user_ref.clone(),
            renews: flow.mode.renews(),
            utility,
            username: String::new(),
            login_digest: self.keys.file_digest(utility, &session.user_ref),
            seal_login: None,
            seal_session: None,
            access: Access::File,
            subscription: None,
            grant,
            import: Some(import),
            accounts,
            at: self.clock.now(),
        })
    }
}

/// What was read in a file is sealed for its run.
fn place(session: &ConnectSession) -> Context {
    Context::of(Kind::Upload, session.client_id, session.id)
}

fn too_large() -> FileNotice {
    FileNotice::TooLarge { megabytes: u32::try_from(MAX_FILE_BYTES >> 20).unwrap_or(u32::MAX) }
}

fn read(file: &[u8], zone: &TimeZone, grant: &Grant) -> Result<(FileSummary, Kept), FileNotice> {
    // An archive may unpack to more than may be sent.
    let limits = Limits { bytes: 4 * MAX_FILE_BYTES as u64, readings: MAX_READINGS, ..Limits::default() };
    let options = Options { limits, time_zone: Some(zone.clone()) };
    let document = greenbutton::read_with(file, &options).map_err(notice_of)?;
    let parts = [document.usage_points.len(), document.series.len(), document.bills.len()];
    let damaged = |reason: &str| FileNotice::Damaged { place: String::new(), reason: reason.into() };
    if parts.iter().any(|part| *part > MAX_PARTS) {
        return Err(damaged("it holds the data of more than a household"));
    }
    let Found { mut accounts, left_out } =
        found(&document, zone).map_err(|_| damaged("a number has too many digits"))?;
    let meters: usize = accounts.iter().map(|account| account.meters.len()).sum();
    if meters > MAX_METERS {
        return Err(damaged("it holds the data of more than a household"));
    }
    let any = |accounts: &[FoundAccount]| {
        let readings = |account: &FoundAccount| {
            account.meters.iter().flat_map(|meter| &meter.series).any(|series| !series.readings.is_empty())
        };
        accounts.iter().any(|account| !account.bills.is_empty() || readings(account))
    };
    let held = any(&accounts);
    // Shown and kept is what will be shared.
    for account in &mut accounts {
        for series in account.meters.iter_mut().flat_map(|meter| &mut meter.series) {
            series.readings.retain(|reading| grant.choices.usage && grant.reaches(reading.start));
        }
        account.bills.retain(|bill| grant.choices.bills && grant.reaches_day(bill.end, zone));
    }
    if held && !any(&accounts) {
        return Err(FileNotice::NotShared);
    }
    let bills: usize = accounts.iter().map(|account| account.bills.len()).sum();
    let shown: Vec<FileMeter> = accounts
        .iter()
        .flat_map(|account| account.account.meters.iter().zip(&account.meters))
        .filter_map(|(meter, found)| meter_of(meter.kind, &found.series, zone))
        .collect();
    if shown.is_empty() && bills == 0 {
        return Err(if left_out > 0 { FileNotice::Unusable } else { FileNotice::NoReadings });
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    // A gap or a clock change is in most files, and nothing that the customer could mend.
    let odd = document.warnings.iter().filter(|warning| {
        !matches!(warning.kind, WarningKind::Gap | WarningKind::ClockChange | WarningKind::ZeroCost)
    });
    let summary = FileSummary {
        accounts: accounts.iter().map(|account| card_of(&account.account)).collect(),
        meters: shown,
        bills: count(bills),
        left_out: count(left_out),
        warnings: count(odd.count()),
    };
    let accounts = accounts.into_iter().map(|account| KeptAccount {
        account: account.account,
        meters: account.meters.into_iter().map(|meter| meter.series.iter().map(packed).collect()).collect(),
        bills: account.bills,
    });
    Ok((summary, Kept { accounts: accounts.collect() }))
}

/// Reads what is kept of a file: how many series it has. For the fuzzer.
#[doc(hidden)]
pub fn kept_series(bytes: &[u8]) -> Option<usize> {
    let kept: Kept = postcard::from_bytes(bytes).ok()?;
    let meters = kept.accounts.into_iter().flat_map(|account| account.meters);
    meters.map(|meter| unpacked(meter).ok().map(|series| series.len())).sum()
}

fn packed(series: &Series) -> (SeriesKind, Vec<Vec<u8>>) {
    let months = series.readings.chunk_by(|a, b| month_of(a.start) == month_of(b.start));
    (series.kind, months.map(|month| Chunk::pack(month).0).collect())
}

fn unpacked(meter: Vec<(SeriesKind, Vec<Vec<u8>>)>) -> Result<Vec<Series>, Fault> {
    let unpack = |(kind, months): (SeriesKind, Vec<Vec<u8>>)| {
        let months: Vec<Vec<Reading>> =
            months.into_iter().map(|month| Chunk(month).unpack()).collect::<Result<_, _>>().ok()?;
        Some(Series { kind, readings: months.concat() })
    };
    meter.into_iter().map(|series| unpack(series).ok_or(Fault::Broken("a stored file"))).collect()
}

fn notice_of(error: Error) -> FileNotice {
    match error {
        Error::Empty => FileNotice::Empty,
        Error::NotGreenButton(NotGreenButton::WebPage) => FileNotice::WebPage,
        Error::NotGreenButton(NotGreenButton::Pdf) => FileNotice::Pdf,
        Error::NotGreenButton(_) | Error::WrongNamespace { .. } => FileNotice::NotGreenButton,
        Error::NoReadings { .. } => FileNotice::NoReadings,
        Error::Malformed { place, reason } | Error::Archive { place, reason } => {
            FileNotice::Damaged { place: place.to_string(), reason }
        }
        Error::Limit { limit: "bytes" | "bytes of an archive" | "readings", .. } => too_large(),
        Error::Limit { place, limit, allowed } => {
            FileNotice::Damaged { place: place.to_string(), reason: format!("more than {allowed} {limit}") }
        }
        Error::Dtd { place } => {
            FileNotice::Damaged { place: place.to_string(), reason: "a document type definition".into() }
        }
        Error::Entity { place, .. } => {
            FileNotice::Damaged { place: place.to_string(), reason: "an unknown entity".into() }
        }
        other => FileNotice::Damaged { place: String::new(), reason: other.to_string() },
    }
}

fn meter_of(kind: MeterKind, series: &[Series], zone: &TimeZone) -> Option<FileMeter> {
    let total = total(series, kind)?;
    let day = |second| {
        let at = Timestamp::from_second(second).ok()?;
        Some(zone.to_datetime(at).date().to_string())
    };
    Some(FileMeter {
        electricity: kind == MeterKind::Electric,
        from: day(total.from)?,
        to: day(total.to - 1)?,
        readings: total.readings.to_string(),
        used: total.used.map(|used| used.round(1).to_string()).unwrap_or_default(),
    })
}
