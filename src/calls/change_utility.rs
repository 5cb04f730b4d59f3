//! To the choice of a utility.

use connect_wire::{FlowView, Hidden};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// To the choice of a utility.
#[server(endpoint = "change_utility", input = Postcard, output = Postcard)]
pub async fn change_utility(token: Hidden, step: u32) -> Result<FlowView, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.act(&secret(token), step, connect_core::flow::Action::ChangeUtility).await)
}
