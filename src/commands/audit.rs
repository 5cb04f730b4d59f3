//! `connect audit`: verifies and lists the audit log.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use connect_core::audit::{Head, Kind, Record, Verifier};
use connect_core::keys::Keys;
use connect_core::store::{AuditStore, StoreError};
use connect_sqlite::SqliteStore;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{desk, options, store};

/// Records that are read at a time.
const PAGE: u32 = 1000;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say whether the log is as it was written; if not, which record is the first that is not.
    Verify {
        /// A head that was noted earlier, SEQUENCE:MAC. Without one a log that was cut off at its end
        /// looks whole.
        #[arg(long, value_name = "SEQUENCE:MAC")]
        expect: Option<Head>,
    },
    /// Print records as lines of JSON, oldest first. They are not verified.
    List(Filter),
}

#[derive(Args)]
pub(crate) struct Filter {
    /// From this time on; as 2026-03-01 or 2026-03-01T12:00:00Z.
    #[arg(long, value_parser = time)]
    since: Option<Timestamp>,
    /// Of this kind alone, as client_refused.
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,
    /// That concern this client alone.
    #[arg(long)]
    client: Option<Uuid>,
}

pub(crate) async fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Verify { expect } => verify(expect).await,
        Command::List(filter) => list(&filter).await,
    }
}

async fn verify(expect: Option<Head>) -> Result<(), String> {
    let desk = desk().await?;
    let chain = Keys::new(&desk.pepper).chain();
    let mut verifier = Verifier::new(&chain, expect);
    let broken = |broken| format!("The audit log is not as it was written: {broken}.");
    each(&desk.store, |record| verifier.read(record).map(|()| true).map_err(broken)).await?;
    let head = verifier.finish().map_err(broken)?;
    println!("The audit log is whole: {} records. Its head, to note elsewhere:\n{head}", head.sequence);
    Ok(())
}

async fn list(filter: &Filter) -> Result<(), String> {
    let store = store(&options()?)?;
    let mut out = io::stdout().lock();
    each(&store, |record| {
        // Whoever reads may have seen enough: that is no error.
        Ok(!filter.takes(record) || writeln!(out, "{}", line(record)).is_ok())
    })
    .await
}

impl Filter {
    fn takes(&self, record: &Record) -> bool {
        let entry: Value = serde_json::from_slice(&record.line).unwrap_or_default();
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        // What was counted until then belongs to it as well.
        let last = if entry.get("until").is_some() { "until" } else { "at" };
        self.since.is_none_or(|since| text(last).parse::<Timestamp>().is_ok_and(|at| at >= since))
            && self.kind.is_none_or(|kind| text("kind") == kind.name())
            && self.client.is_none_or(|client| text("client") == client.to_string())
    }
}

/// The entry with its number; as a text if somebody has made something else of it.
fn line(record: &Record) -> String {
    let text = String::from_utf8_lossy(&record.line);
    match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(_)) if !text.contains(char::is_control) && text.starts_with('{') => {
            format!("{{\"sequence\":{},{}", record.sequence, &text[1..])
        }
        _ => serde_json::json!({ "sequence": record.sequence, "unreadable": text }).to_string(),
    }
}

/// Hands over every record, until one is answered with `false`.
async fn each(store: &SqliteStore, mut take: impl FnMut(&Record) -> Result<bool, String>) -> Result<(), String> {
    let mut after = 0;
    loop {
        let failed = |error: StoreError| format!("The audit log cannot be read behind record {after}: {error}.");
        let page = store.audit_page(after, PAGE).await.map_err(failed)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.sequence;
        for record in &page {
            if !take(record)? {
                return Ok(());
            }
        }
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    let day = || format!("{text}T00:00:00Z").parse();
    text.parse().or_else(|_| day()).map_err(|_| "no day and no time in UTC".to_owned())
}

fn kind(text: &str) -> Result<Kind, String> {
    let names = || Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
    Kind::ALL.iter().copied().find(|kind| kind.name() == text).ok_or_else(|| format!("the kinds are {}", names()))
}
