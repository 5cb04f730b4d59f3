//! Hands over the authorization code.

use connect_wire::Hidden;
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;

use super::CallError;

/// The authorization code of a run whose link exists; its life starts now. The one secret that
/// the browser is given, because it is meant for the page that opened Connect.
#[server(endpoint = "finish", input = Postcard, output = Postcard)]
pub async fn finish(token: Hidden) -> Result<Hidden, CallError> {
    use super::server::{answer, secret, service};
    let code = answer(service()?.hand_over_code(&secret(token)).await)?;
    Ok(Hidden(code.expose().to_owned()))
}
