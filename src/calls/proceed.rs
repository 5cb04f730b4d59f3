//! On from Welcome.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// On from Welcome.
#[server(endpoint = "proceed", input = Postcard, output = Postcard)]
pub async fn proceed(token: Hidden, step: u32) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.act(&secret(token), step, connect_core::flow::Action::Continue).await)
}
