//! One screen back.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// One screen back.
#[server(endpoint = "back", input = Postcard, output = Postcard)]
pub async fn back(token: Hidden, step: u32) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.act(&secret(token), step, connect_core::flow::Action::Back).await)
}
