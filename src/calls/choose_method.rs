//! Chooses how to receive a code.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Chooses how to receive a code.
#[server(endpoint = "choose_method", input = Postcard, output = Postcard)]
pub async fn choose_method(token: Hidden, step: u32, method: String) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.choose_method(&secret(token), step, &method).await)
}
