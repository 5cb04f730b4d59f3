//! The quickstart's backend, part two: exchanges the code and reads the accounts.

use connect_wire::Hidden;
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use serde::{Deserialize, Serialize};

use super::CallError;

/// What the quickstart page shows of a link. The access token stays on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkedUser {
    /// The code was exchanged and the data read.
    Linked {
        /// The accounts, a line each.
        accounts: Vec<String>,
        /// Mark by which the company's server knows the link.
        link: Hidden,
    },
    /// The request was refused; the sentence says why.
    Refused(String),
}

/// Exchanges an authorization code with the sandbox client's secret and reads the accounts.
#[server(endpoint = "exchange_code", input = Postcard, output = Postcard)]
pub async fn exchange_code(code: Hidden) -> Result<LinkedUser, CallError> {
    crate::web::company::exchange_code(code).await
}
