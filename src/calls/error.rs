//! The one error type of the server functions.

use leptos::server_fn::codec::PostcardEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// Why a call failed. Carries no text from the request, so it is safe in a URL or a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallError {
    /// The connect token is unknown, expired or used up.
    TokenInvalid,
    /// The call does not belong to where the customer is.
    OutOfPlace,
    /// The answer did not arrive or could not be read: the call may be tried again.
    Network,
    /// A fault of the service; logged there.
    Internal,
    /// The call itself could not be read.
    Malformed,
}

impl FromServerFnError for CallError {
    type Encoder = PostcardEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // On the server: the body that came is not what the function takes.
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Args(_) => {
                #[cfg(feature = "ssr")]
                super::server::set_status(axum::http::StatusCode::BAD_REQUEST);
                Self::Malformed
            }
            // Made by the callers of `#[server]` alone; ours is `ask`.
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Network,
            _ => Self::Internal,
        }
    }
}
