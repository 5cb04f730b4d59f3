//! Server functions: what the pages ask of the server. One call, one file; each is a thin
//! adapter on a use case of `connect-server`.
//!
//! All are POST with postcard bodies: half the size of JSON in the WASM, and no foreign page can
//! send one with a plain form. The connect token travels as an argument, from memory; there are
//! no cookies.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments")]

mod ask;
pub mod choose;
mod error;
pub mod exchange_code;
pub mod finish;
pub mod go;
pub mod load;
pub mod new_connect_token;
pub mod read_usage;
pub mod search;
pub mod select_utility;
pub mod submit_code;
pub mod submit_login;
pub mod wait;

pub(crate) use ask::{ask, encode, post, read};
pub use choose::Choose;
pub use error::CallError;
pub use exchange_code::{ExchangeCode, LinkedUser};
pub use finish::Finish;
pub use go::{Go, Way};
pub use load::Load;
pub use new_connect_token::{NewConnectToken, NewToken};
pub use read_usage::{ReadUsage, UsagePage};
pub use search::Search;
pub use select_utility::SelectUtility;
pub use submit_code::SubmitCode;
pub use submit_login::SubmitLogin;
pub use wait::Wait;

#[cfg(feature = "ssr")]
pub(crate) mod server {
    //! What the bodies of the server functions share.

    use std::sync::Arc;

    use axum::http::StatusCode;
    use connect_core::secret::Secret;
    use connect_server::service::{RunError, Service};
    use connect_wire::Hidden;
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use super::CallError;

    /// The service, put into the context by `web::router`.
    pub(super) fn service() -> Result<Arc<Service>, CallError> {
        use_context().ok_or(CallError::Internal)
    }

    pub(super) fn secret(hidden: Hidden) -> Secret {
        Secret::new(hidden.0)
    }

    /// The HTTP status of the answer, so that intermediaries are told the truth.
    pub(super) fn set_status(status: StatusCode) {
        if let Some(options) = use_context::<ResponseOptions>() {
            options.set_status(status);
        }
    }

    /// The outcome for the browser.
    pub(super) fn answer<T>(result: Result<T, RunError>) -> Result<T, CallError> {
        result.map_err(|error| {
            let (status, error) = refusal(error);
            set_status(status);
            error
        })
    }

    /// What the browser is told of a refusal. A fault of ours goes to the log.
    pub(crate) fn refusal(error: RunError) -> (StatusCode, CallError) {
        match error {
            RunError::TokenInvalid => (StatusCode::UNAUTHORIZED, CallError::TokenInvalid),
            RunError::OutOfPlace => (StatusCode::CONFLICT, CallError::OutOfPlace),
            RunError::Fault(fault) => {
                tracing::error!(%fault, "a call of the modal failed");
                (StatusCode::INTERNAL_SERVER_ERROR, CallError::Internal)
            }
        }
    }
}
