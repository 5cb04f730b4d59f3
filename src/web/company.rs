//! The quickstart's backend: what a company's own server does with Connect. It holds the client
//! secret and the access token; the page gets neither.

use std::sync::Arc;

use connect_core::store::Client;
use connect_server::bootstrap::SandboxClient;
use connect_server::service::{ConnectTokenError, ConnectTokenRequest, Fault, Service, UtilityRef};
use connect_wire::Hidden;
use leptos::prelude::use_context;

use crate::calls::{CallError, LinkedUser, NewToken};

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
    let request = ConnectTokenRequest { user_id: user_id.to_owned(), utility };
    match service.create_connect_token(&client, request).await {
        Ok(issued) => Ok(NewToken::Made(Hidden(issued.token.expose().to_owned()))),
        Err(ConnectTokenError::UnknownUtility) => {
            Ok(NewToken::Refused("There is no utility with this slug.".into()))
        }
        Err(ConnectTokenError::OtherUtility { linked }) => Ok(NewToken::Refused(format!(
            "This user id is linked with “{linked}”. Use another user id for another utility."
        ))),
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
            format!("{}: {}, account {}", view.account.address, meters, view.account.account_number)
        })
        .collect();
    Ok(LinkedUser::Linked { accounts })
}
