//! How the browser calls a server function.
//!
//! `#[server]` makes a caller of its own for each function, 1.5 kB of WASM apiece and most of it the
//! same. [`ask`] sends what that caller would send and reads what it would read, by one code for
//! all, which took 7 kB (brotli) off the WASM.

use gloo_net::http::Request;
use js_sys::Uint8Array;
use leptos::prelude::document;
use leptos::server_fn::ServerFn;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::CallError;

/// Calls a server function, given as the struct of its arguments.
pub(crate) async fn ask<F>(call: F) -> Result<F::Output, CallError>
where
    F: ServerFn + Serialize,
    F::Output: DeserializeOwned,
{
    read(&post(F::PATH, encode(&call)).await?)
}

/// The body of a call.
pub(crate) fn encode(call: &impl Serialize) -> Vec<u8> {
    // Writing plain fields to memory cannot fail.
    postcard::to_allocvec(call).unwrap_or_default()
}

/// Reads the answer to a call.
pub(crate) fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, CallError> {
    postcard::from_bytes(answer).map_err(|_| CallError::Network)
}

/// Sends a call; gives the answer, or the error in it. Runs in the browser only.
pub(crate) async fn post(path: &str, body: Vec<u8>) -> Result<Vec<u8>, CallError> {
    let answer = async {
        // The language of the page, which may not be the browser's.
        let language = document().document_element().and_then(|html| html.get_attribute("lang"));
        let request = Request::post(path)
            .header("Content-Type", "application/x-postcard")
            .header("Accept-Language", &language.unwrap_or_default());
        let response = request.body(Uint8Array::from(body.as_slice()))?.send().await?;
        Ok::<_, gloo_net::Error>((response.ok(), response.binary().await?))
    };
    match answer.await {
        Ok((true, bytes)) => Ok(bytes),
        // What is not ours (a proxy's page) cannot be read, and counts as lost.
        Ok((false, bytes)) => Err(read(&bytes).unwrap_or_else(|lost| lost)),
        Err(_) => Err(CallError::Network),
    }
}
