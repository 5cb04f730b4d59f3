//! Has the code sent again.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Has the code sent again.
#[server(endpoint = "resend_code", input = Postcard, output = Postcard)]
pub async fn resend_code(token: Hidden, step: u32) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.resend(&secret(token), step).await)
}
