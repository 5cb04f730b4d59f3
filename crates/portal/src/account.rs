//! Pages behind the sign-in, and the accounts that the overview lists.

use connect_core::connector::{
    ConnectorError, LoginContext, MeterKind, RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_outbound::StatusCode;
use scraper::{ElementRef, Html};
use uuid::Uuid;

use crate::PortalConnector;
use crate::http::{Answer, Wanted};
use crate::jar::Jar;
use crate::login::refused;
use crate::marks::{page, path};
use crate::page::{Page, css, first, text, tree};
use crate::state::Accepted;

impl PortalConnector {
    /// The cookies of a session.
    pub(crate) fn jar(&self, session: &UtilitySession) -> Result<Jar, ConnectorError> {
        Accepted::open(self.config.name, session).map(|accepted| accepted.jar)
    }

    /// Asks for something behind the sign-in.
    pub(crate) async fn fetch(
        &self,
        cx: LoginContext,
        jar: &mut Jar,
        reference: &str,
        wanted: Wanted,
    ) -> Result<Answer, ConnectorError> {
        self.http.get(jar, self.http.at(reference)?, wanted, cx.now).await
    }

    /// The tree of a page that must be this one.
    pub(crate) fn expect(&self, answer: &Answer, name: &str, what: &'static str) -> Result<Html, ConnectorError> {
        let tree = tree(&self.http, answer)?;
        let found = Page::of(&tree, &answer.url);
        if found.name == name { Ok(tree) } else { Err(instead(&found, answer.status, what)) }
    }

    /// A page that came in place of a file.
    pub(crate) fn no_file(&self, answer: &Answer, what: &'static str) -> ConnectorError {
        if !answer.is_page {
            return ConnectorError::SiteChanged(what);
        }
        match Page::read(&self.http, answer) {
            Ok(found) => instead(&found, answer.status, what),
            Err(error) => error,
        }
    }

    pub(crate) async fn list(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError> {
        let mut jar = self.jar(session)?;
        let answer = self.fetch(cx, &mut jar, path::OVERVIEW, Wanted::Page).await?;
        self.accounts_on(&answer)
    }

    /// The accounts that the overview lists.
    pub(crate) fn accounts_on(&self, answer: &Answer) -> Result<Vec<RemoteAccount>, ConnectorError> {
        let tree = self.expect(answer, page::OVERVIEW, "overview")?;
        let articles = css("main#page article[data-account]");
        let none = css("main#page #no-accounts");
        let root = tree.root_element();
        let accounts = root.select(&articles).map(account).collect::<Result<Vec<_>, _>>()?;
        match (accounts.is_empty(), first(root, &none)) {
            (false, _) => Ok(accounts),
            (true, Some(_)) => Err(ConnectorError::NoAccounts),
            // Only what the portal says in so many words is an answer about the customer.
            (true, None) => Err(ConnectorError::SiteChanged("list of accounts")),
        }
    }
}

/// What a page means that was not asked for.
fn instead(found: &Page, status: StatusCode, what: &'static str) -> ConnectorError {
    match refused(found) {
        Some(error) => error,
        // Whether or not it says so (`session-expired`): a page behind the sign-in leads there only
        // without a session.
        None if found.name == page::LOGIN => ConnectorError::SessionExpired,
        None if found.name == page::NOT_FOUND || status == StatusCode::NOT_FOUND => ConnectorError::NotOffered,
        None => ConnectorError::SiteChanged(what),
    }
}

fn account(article: ElementRef<'_>) -> Result<RemoteAccount, ConnectorError> {
    let number = article.attr("data-account").map(str::trim).filter(|number| !number.is_empty());
    let address = first(article, &css("h2.address")).map(text).filter(|address| !address.is_empty());
    let meters: Vec<_> = article.select(&css("li[data-meter]")).filter_map(meter).collect();
    if meters.is_empty() {
        return Err(ConnectorError::SiteChanged("meters of an account"));
    }
    Ok(RemoteAccount {
        // The overview names none.
        public_id: None,
        account_number: number.ok_or(ConnectorError::SiteChanged("number of an account"))?.to_owned(),
        address: address.ok_or(ConnectorError::SiteChanged("address of an account"))?,
        meters,
    })
}

/// Meters of another kind, as for water, are left out.
fn meter(item: ElementRef<'_>) -> Option<RemoteMeter> {
    let kind = match item.attr("data-kind")? {
        "electricity" => MeterKind::Electric,
        "gas" => MeterKind::Gas,
        _ => return None,
    };
    Some(RemoteMeter { public_id: item.attr("data-meter").and_then(|id| Uuid::try_parse(id).ok()), kind })
}
