//! Takes what was chosen on the screen: a way to receive a code, meters, or what is shared.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Takes what was chosen, with commas between where it may be several.
#[server(endpoint = "choose", input = Postcard, output = Postcard)]
pub async fn choose(token: Hidden, step: u32, chosen: String) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.choose(&secret(token), step, &chosen).await)
}
