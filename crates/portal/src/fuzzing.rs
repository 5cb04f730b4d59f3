//! What this crate reads of a portal, without the portal: for the fuzzer and the replay of its corpus. No part of
//! the crate's interface.

use connect_core::connector::{
    ConnectorError, LoginContext, LoginState, LoginStep, RemoteAccount, UtilitySession,
};
use connect_core::secret::Secret;
use connect_core::usage::{Bill, Series, Window};
use connect_documents::{Kinds, OutOfRange, add_summary, in_order};
use connect_outbound::{StatusCode, Url};
use jiff::Timestamp;

use crate::PortalConnector;
use crate::http::Answer;
use crate::jar::Jar;
use crate::login::So;
use crate::readings::collect;
use crate::state::{Accepted, Pending};

impl PortalConnector {
    fn answered(&self, path: &str, body: &[u8], is_page: bool) -> Result<Answer, ConnectorError> {
        Ok(Answer { url: self.http.at(path)?, status: StatusCode::OK, is_page, body: body.to_vec() })
    }

    /// A page at which a login arrives, the first time or after an answer of the customer.
    pub fn arrives(&self, cx: LoginContext, resumed: bool, page: &[u8]) -> Result<LoginStep, ConnectorError> {
        let answer = self.answered("/login", page, true)?;
        let so = So {
            jar: Jar::default(),
            before: None,
            methods: Vec::new(),
            chosen: None,
            resumed,
            confirmed: resumed,
        };
        self.arrived(cx, &answer, so)
    }

    /// The overview.
    pub fn overview(&self, page: &[u8]) -> Result<Vec<RemoteAccount>, ConnectorError> {
        self.accounts_on(&self.answered("/account", page, true)?)
    }

    /// The list of bills, each with the address of its document.
    pub fn bills_page(&self, page: &[u8]) -> Result<Vec<(Bill, Option<String>)>, ConnectorError> {
        let rows = self.rows_on(&self.answered("/account/1/bills", page, true)?)?;
        Ok(rows.into_iter().map(|row| (row.bill, row.pdf)).collect())
    }

    /// A document, or what came in its place.
    pub fn document(&self, is_page: bool, body: &[u8]) -> Result<Vec<u8>, ConnectorError> {
        self.pdf_in(self.answered("/account/1/bills/1.pdf", body, is_page)?)
    }

    /// The readings of a Green Button file, and what it says of these bills.
    pub fn file(
        &self,
        account: &RemoteAccount,
        window: Window,
        bills: &mut [Bill],
        document: &greenbutton::Document,
    ) -> Result<Vec<Series>, ConnectorError> {
        let mut kinds = Kinds::new();
        for meter in 0..account.meters.len() {
            collect(document, account, meter, window, &mut kinds)?;
        }
        for summary in &document.bills {
            for bill in bills.iter_mut().filter(|bill| self.is_of(summary, bill)) {
                add_summary(bill, document, summary)
                    .map_err(|OutOfRange| ConnectorError::SiteChanged("amount of a bill"))?;
            }
        }
        Ok(in_order(kinds))
    }

    /// The stored state of a login in progress and of a session: whether each is one.
    pub fn states(&self, data: &[u8]) -> (bool, bool) {
        let name = self.config.name;
        let state = LoginState { connector: name.to_owned(), version: 1, data: data.to_vec() };
        let session = UtilitySession { connector: name.to_owned(), version: 1, data: data.to_vec() };
        let pending = Pending::open(name, &state);
        let accepted = Accepted::open(name, &session);
        assert!(pending.as_ref().map_or(true, |pending| pending.seal(name).is_ok()));
        assert!(accepted.as_ref().map_or(true, |accepted| accepted.seal(name).is_ok()));
        (pending.is_ok(), accepted.is_ok())
    }
}

/// The `Cookie` header for `to`, after `from` has sent these `Set-Cookie` headers, and again from the jar's stored
/// form.
pub fn cookies<'a>(
    from: &str,
    to: &str,
    headers: impl IntoIterator<Item = &'a str>,
    now: Timestamp,
) -> [Option<Secret>; 2] {
    let (Ok(from), Ok(to)) = (Url::parse(from), Url::parse(to)) else { return [None, None] };
    let mut jar = Jar::default();
    for header in headers {
        jar.set(&from, header, now);
    }
    let stored = serde_json::to_vec(&jar).unwrap_or_default();
    let again: Jar = serde_json::from_slice(&stored).unwrap_or_default();
    [jar.header(&to, now), again.header(&to, now)]
}
