//! Waits until the run has left `step`, at most 20 seconds.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Waits until the run has left `step`, at most 20 seconds.
#[server(endpoint = "wait", input = Postcard, output = Postcard)]
pub async fn wait(token: Hidden, step: u32) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.wait(&secret(token), step).await)
}
