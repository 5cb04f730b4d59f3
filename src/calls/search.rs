//! Type-ahead over the directory.

use connect_wire::{Hidden, UtilityCard};
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// Utilities for what was typed, best first.
#[server(endpoint = "search", input = Postcard, output = Postcard)]
pub async fn search(token: Hidden, query: String) -> Result<Vec<UtilityCard>, CallError> {
    use super::server::{answer, secret, service};
    answer(service()?.search(&secret(token), &query).await)
}
