//! Chooses a utility.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Chooses a utility.
#[server(endpoint = "select_utility", input = Postcard, output = Postcard)]
pub async fn select_utility(token: Hidden, step: u32, utility: u32) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.select(&secret(token), step, utility).await)
}
