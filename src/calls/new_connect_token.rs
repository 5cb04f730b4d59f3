//! The quickstart's backend, part one: creates a connect token.

use connect_wire::Hidden;
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use serde::{Deserialize, Serialize};

use super::CallError;

/// What the quickstart page gets back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NewToken {
    /// The token.
    Made(Hidden),
    /// The request was refused; the sentence says why.
    Refused(String),
}

/// Creates a connect token with the sandbox client's secret, which stays on the server.
/// `utility` is a slug, or empty.
#[server(endpoint = "new_connect_token", input = Postcard, output = Postcard)]
pub async fn new_connect_token(user_id: String, utility: String) -> Result<NewToken, CallError> {
    crate::web::company::new_connect_token(&user_id, &utility).await
}
