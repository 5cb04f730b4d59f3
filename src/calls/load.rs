//! Where the customer is. The first call, once the token is there.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Where the customer is. The first call, once the token is there.
#[server(endpoint = "load", input = Postcard, output = Postcard)]
pub async fn load(token: Hidden) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.load(&secret(token)).await)
}
