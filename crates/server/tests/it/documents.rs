//! Documents of bills: fetched once, kept, and fetched anew when the bill is another one.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, MeterKind,
    RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_core::usage::{Bill, MAX_DOCUMENT_BYTES};
use jiff::civil::{Date, date};

use crate::support::{Answer, Linked, contains};

const DAY: i64 = 86_400;

/// A utility with one bill, which the test writes.
struct Printer(Mutex<Bills>);

struct Bills {
    pdf: Vec<u8>,
    amount: i64,
    end: Date,
    due: Date,
    listed: bool,
    down: bool,
    /// How often the document was asked for.
    asked: usize,
}

impl Printer {
    fn new(pdf: &[u8]) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Bills {
            pdf: pdf.to_vec(),
            amount: 12_345_000,
            end: date(2026, 2, 1),
            due: date(2026, 2, 20),
            listed: true,
            down: false,
            asked: 0,
        })))
    }

    fn bills(&self) -> MutexGuard<'_, Bills> {
        self.0.lock().unwrap()
    }
}

#[async_trait]
impl Connector for Printer {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    async fn begin(&self, _: LoginContext, _: &Login) -> Result<LoginStep, ConnectorError> {
        Ok(LoginStep::Done(UtilitySession { connector: "sandbox".into(), version: 1, data: vec![] }))
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        _: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        Err(ConnectorError::StaleState)
    }

    async fn accounts(&self, _: LoginContext, _: &UtilitySession) -> Result<Vec<RemoteAccount>, ConnectorError> {
        Ok(vec![RemoteAccount {
            public_id: None,
            account_number: "0042".into(),
            address: "1 TEST ST".into(),
            meters: vec![RemoteMeter { public_id: None, kind: MeterKind::Electric }],
        }])
    }

    async fn bills(
        &self,
        _: LoginContext,
        _: &UtilitySession,
        _: &RemoteAccount,
    ) -> Result<Vec<Bill>, ConnectorError> {
        let bills = self.bills();
        Ok(vec![Bill {
            remote_id: "1".into(),
            start: date(2026, 1, 1),
            end: bills.end,
            statement_date: None,
            due_date: Some(bills.due),
            payment_date: None,
            currency: Some("USD".into()),
            total_amount_due: Some(bills.amount),
            total_charges: None,
            charges: vec![],
            electric_usage: None,
            gas_usage: None,
            pdf: bills.listed,
        }])
    }

    async fn bill_pdf(
        &self,
        _: LoginContext,
        _: &UtilitySession,
        _: &RemoteAccount,
        _: &str,
    ) -> Result<Vec<u8>, ConnectorError> {
        let mut bills = self.bills();
        bills.asked += 1;
        if bills.down { Err(ConnectorError::SiteDown) } else { Ok(bills.pdf.clone()) }
    }
}

/// The path of the only bill's document.
async fn path(linked: &Linked) -> String {
    let bills = linked.get("/bills").await.ok();
    format!("/bills/{}/pdf", bills[0]["bills"][0]["id"].as_str().unwrap())
}

fn kept(linked: &Linked) -> usize {
    linked.app.place.rows().iter().filter(|row| row.starts_with("bill_documents: ")).count()
}

#[track_caller]
fn is_pdf(answer: &Answer, pdf: &[u8]) {
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/pdf"));
    assert_eq!(answer.body, pdf);
}

#[tokio::test]
async fn a_document_is_fetched_once_and_served_while_the_utility_is_down() {
    let pdf = b"%PDF-1.7 of Mrs. Jones";
    let printer = Printer::new(pdf);
    let linked = Linked::synced_with(printer.clone()).await;
    let path = path(&linked).await;
    let first = linked.get(&path).await;
    is_pdf(&first, pdf);
    let hash: String = connect_core::usage::document_hash(pdf).iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = first.header("etag").to_owned();
    assert_eq!(tag, format!("\"{hash}\""), "strong");
    assert_eq!(first.header("connect-environment"), "sandbox");

    printer.bills().down = true;
    let restarted = linked.app.place.open(printer.clone(), crate::support::MASTER);
    is_pdf(&restarted.send(linked.call(&path)).await, pdf);
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let answer = linked.app.send(linked.call(&path).header("if-none-match", known)).await;
        assert_eq!((answer.status, answer.body.len(), answer.header("etag")), (304, 0, &*tag));
    }
    is_pdf(&linked.app.send(linked.call(&path).header("if-none-match", "\"other\"")).await, pdf);
    assert_eq!(printer.bills().asked, 1);
    assert!(!contains(&linked.app.place.bytes(), "Mrs. Jones"), "sealed on the disk");
    assert!(!contains(&linked.app.place.bytes(), "%PDF-1.7"));
}

#[tokio::test]
async fn what_is_no_document_is_not_kept() {
    let mut large = b"%PDF-1.7".to_vec();
    large.resize(MAX_DOCUMENT_BYTES + 1, 0);
    let printer = Printer::new(b"");
    let linked = Linked::synced_with(printer.clone()).await;
    let path = path(&linked).await;
    for bad in [b"<html>Please sign in</html>".to_vec(), Vec::new(), large] {
        printer.bills().pdf = bad;
        linked.get(&path).await.refused(500, "data_unavailable");
        assert_eq!(kept(&linked), 0);
    }
    printer.bills().pdf = b"%PDF-1.7".to_vec();
    is_pdf(&linked.get(&path).await, b"%PDF-1.7");
    assert_eq!((printer.bills().asked, kept(&linked)), (4, 1));
}

#[tokio::test]
async fn a_document_of_a_bill_that_has_changed_is_fetched_anew() {
    let printer = Printer::new(b"%PDF-1.7 first");
    let linked = Linked::synced_with(printer.clone()).await;
    let path = path(&linked).await;
    is_pdf(&linked.get(&path).await, b"%PDF-1.7 first");
    let next_day = async |change: &dyn Fn(&mut Bills)| {
        change(&mut printer.bills());
        linked.app.place.clock.advance(DAY + 7200);
        linked.sync().await;
    };
    // Neither is about the document: a later date of payment, and that the utility lists it no longer.
    next_day(&|bills| bills.due = date(2026, 2, 25)).await;
    next_day(&|bills| bills.listed = false).await;
    is_pdf(&linked.get(&path).await, b"%PDF-1.7 first");
    assert_eq!(printer.bills().asked, 1);

    next_day(&|bills| {
        bills.listed = true;
        bills.amount += 1;
        bills.down = true;
    })
    .await;
    linked.get(&path).await.refused(500, "data_unavailable");
    {
        let mut bills = printer.bills();
        bills.down = false;
        bills.pdf = b"%PDF-1.7 corrected".to_vec();
    }
    is_pdf(&linked.get(&path).await, b"%PDF-1.7 corrected");
    next_day(&|bills| {
        bills.end = date(2026, 2, 2);
        bills.pdf = b"%PDF-1.7 of another period".to_vec();
    })
    .await;
    is_pdf(&linked.get(&path).await, b"%PDF-1.7 of another period");
    is_pdf(&linked.get(&path).await, b"%PDF-1.7 of another period");
    assert_eq!((printer.bills().asked, kept(&linked)), (4, 1));
}

#[tokio::test]
async fn a_kept_document_is_its_customers_alone_and_goes_with_them() {
    let printer = Printer::new(b"%PDF-1.7");
    let linked = Linked::synced_with(printer.clone()).await;
    let path = path(&linked).await;
    is_pdf(&linked.get(&path).await, b"%PDF-1.7");
    let other = linked.app.linked(&linked.company, "other", "other").await.code().await;
    let other = linked.app.exchange(&linked.company, &other).await;
    let foreign = linked.app.send(crate::support::get(&path).by(&linked.company).bearer(&other)).await;
    foreign.refused(403, "permission_denied");
    let delete = crate::support::delete("/users/u").by(&linked.company).bearer(&linked.token);
    linked.app.send(delete).await.ok();
    assert_eq!(kept(&linked), 0);
    linked.get(&path).await.refused(401, "token_invalid");
}

#[tokio::test]
async fn a_kept_document_that_was_meddled_with_is_fetched_anew() {
    let printer = Printer::new(b"%PDF-1.7");
    let linked = Linked::synced_with(printer.clone()).await;
    let path = path(&linked).await;
    is_pdf(&linked.get(&path).await, b"%PDF-1.7");
    assert_eq!(linked.app.place.meddle("UPDATE bill_documents SET sealed = zeroblob(40)"), 1);
    is_pdf(&linked.get(&path).await, b"%PDF-1.7");
    assert_eq!(printer.bills().asked, 2);
}
