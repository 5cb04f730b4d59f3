//! Signs in to the utility.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Signs in to the utility.
#[server(endpoint = "submit_login", input = Postcard, output = Postcard)]
pub async fn submit_login(
    token: Hidden,
    step: u32,
    username: Hidden,
    password: Hidden,
) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.submit_login(&secret(token), step, &username.0, secret(password)).await)
}
