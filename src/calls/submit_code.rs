//! Submits a code or an answer.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Submits a code or an answer.
#[server(endpoint = "submit_code", input = Postcard, output = Postcard)]
pub async fn submit_code(token: Hidden, step: u32, code: Hidden) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.submit_answer(&secret(token), step, secret(code)).await)
}
