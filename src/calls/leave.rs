//! The company's whole page goes to the utility's own site.

use connect_wire::Hidden;
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Tells where to come back to; the answer is the address to go to.
#[server(endpoint = "leave", input = Postcard, output = Postcard)]
pub async fn leave(token: Hidden, step: u32, page: String) -> Result<String, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.leave(&secret(token), step, page).await)
}
