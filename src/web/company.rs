//! The quickstart's backend: what a company's own server does with Connect. It holds the client
//! secret and the access token; the page gets neither.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use connect_core::connector::MeterKind;
use connect_core::secret::{Secret, same};
use connect_core::store::Client;
use connect_core::usage::Window;
use connect_server::bootstrap::SandboxClient;
use connect_server::service::{
    AccountView, ConnectTokenError, ConnectTokenRequest, Fault, Service, UsageError, UtilityRef, Which,
};
use connect_wire::Hidden;
use leptos::prelude::use_context;
use uuid::Uuid;

use crate::calls::{CallError, LinkedUser, NewToken, UsagePage};
use crate::quickstart::usage_page::{self, AccountUsage};

/// Links that are remembered. A company would keep them in its database, beside its customers.
const MAX_LINKS: usize = 1000;
const DAY: i64 = 86_400;

/// Access tokens of the latest links, each under a mark that the page may know.
#[derive(Clone, Default)]
pub struct Links(Arc<Mutex<VecDeque<(String, Secret)>>>);

impl Links {
    fn keep(&self, access: &str) -> String {
        let mark = Uuid::new_v4().simple().to_string();
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() == MAX_LINKS {
            links.pop_front();
        }
        links.push_back((mark.clone(), Secret::new(access)));
        mark
    }

    fn find(&self, mark: &str) -> Option<Secret> {
        let links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        links.iter().find(|(known, _)| same(known.as_bytes(), mark.as_bytes())).map(|(_, access)| access.clone())
    }
}

async fn company() -> Result<(Arc<Service>, Client), CallError> {
    let (Some(service), Some(company)) = (use_context::<Arc<Service>>(), use_context::<SandboxClient>()) else {
        return Err(CallError::Internal);
    };
    let client = service.authenticate_client(&company.id, &company.secret).await.map_err(broken)?;
    client.map(|client| (service, client)).ok_or(CallError::Internal)
}

fn broken(fault: Fault) -> CallError {
    tracing::error!(%fault, "the quickstart's backend failed");
    CallError::Internal
}

/// Creates a connect token for `user_id`; `utility` is a slug or empty.
pub async fn new_connect_token(user_id: &str, utility: &str) -> Result<NewToken, CallError> {
    let (service, client) = company().await?;
    let user_id = user_id.trim();
    if user_id.is_empty() || user_id.len() > 200 || user_id.chars().any(char::is_control) {
        return Ok(NewToken::Refused("Enter a user id of up to 200 characters.".into()));
    }
    let utility = Some(utility.trim()).filter(|u| !u.is_empty()).map(|u| UtilityRef::Slug(u.to_owned()));
    let request =
        ConnectTokenRequest { user_id: user_id.to_owned(), utility, code_challenge: None, language: None };
    match service.create_connect_token(&client, request).await {
        Ok(issued) => Ok(NewToken::Made(Hidden(issued.token.expose().to_owned()))),
        Err(ConnectTokenError::UnknownUtility) => {
            Ok(NewToken::Refused("There is no utility with this slug.".into()))
        }
        Err(ConnectTokenError::OtherUtility { linked }) => Ok(NewToken::Refused(format!(
            "This user id is linked with “{linked}”. Use another user id for another utility."
        ))),
        Err(ConnectTokenError::Once(error)) => {
            tracing::error!(%error, "the quickstart's backend failed");
            Err(CallError::Internal)
        }
        Err(ConnectTokenError::Fault(fault)) => Err(broken(fault)),
    }
}

/// Exchanges the code and reads the accounts.
pub async fn exchange_code(code: Hidden) -> Result<LinkedUser, CallError> {
    let (service, client) = company().await?;
    let refused = || Ok(LinkedUser::Refused("The authorization code is not valid any more.".into()));
    let Ok(granted) = service.exchange_code(&client, &code.0).await.map_err(broken)? else {
        return refused();
    };
    let Ok(principal) = service.principal(&client, granted.access.expose()).await.map_err(broken)? else {
        return refused();
    };
    let accounts = service.accounts(principal).await.map_err(broken)?;
    let accounts = accounts
        .into_iter()
        .map(|view| {
            let meters = match (view.electricity, view.gas) {
                (true, true) => "electricity and gas",
                (false, true) => "gas",
                _ => "electricity",
            };
            // A customer's own file names neither, as a rule.
            let (address, number) = (view.account.address, view.account.account_number);
            let place = if address.is_empty() { String::new() } else { format!("{address}: ") };
            let number = if number.is_empty() { String::new() } else { format!(", account {number}") };
            format!("{place}{meters}{number}")
        })
        .collect();
    let links = use_context::<Links>().ok_or(CallError::Internal)?;
    Ok(LinkedUser::Linked { accounts, link: Hidden(links.keep(granted.access.expose())) })
}

/// Reads the last month, to be shown by day or by hour, and the bills.
pub async fn read_usage(link: Hidden, hourly: bool) -> Result<UsagePage, CallError> {
    let (service, client) = company().await?;
    let links = use_context::<Links>().ok_or(CallError::Internal)?;
    let gone = || Ok(UsagePage::Refused("This link is not known any more. Connect again.".into()));
    let Some(access) = links.find(&link.0) else { return gone() };
    let Ok(principal) = service.principal(&client, access.expose()).await.map_err(broken)? else { return gone() };
    let now = service.now().as_second();
    let window = Window { from: now - 32 * DAY, to: now };
    let mut bills = match service.bills(principal, None).await {
        Ok(bills) => bills.accounts,
        Err(UsageError::NotYet) => return Ok(UsagePage::NotYet),
        // Said by their absence.
        Err(UsageError::NotShared(_)) => Vec::new(),
        Err(UsageError::Fault(fault)) => return Err(broken(fault)),
        Err(_) => return gone(),
    };
    let mut accounts = Vec::new();
    for view in service.accounts(principal).await.map_err(broken)? {
        let AccountView { account, gas, electricity } = view;
        let mut usage = Vec::new();
        for kind in [(electricity, MeterKind::Electric), (gas, MeterKind::Gas)] {
            let (true, kind) = kind else { continue };
            match service.usage(principal, Which::Account(account.id, kind), window).await {
                Ok(found) => usage.push(found),
                Err(UsageError::NotYet) => return Ok(UsagePage::NotYet),
                // Said by the absence of a chart.
                Err(UsageError::NotOffered(_) | UsageError::NotShared(_)) => {}
                Err(UsageError::NotOwn | UsageError::Gone) => return gone(),
                Err(UsageError::Fault(fault)) => return Err(broken(fault)),
            }
        }
        let bills = bills.iter_mut().find(|of| of.account_id == account.id);
        let bills = bills.map(|of| std::mem::take(&mut of.bills)).unwrap_or_default();
        accounts.push(AccountUsage { address: account.address, usage, bills });
    }
    Ok(UsagePage::Ready(usage_page::html(accounts, hourly)))
}
