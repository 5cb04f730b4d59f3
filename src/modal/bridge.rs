//! The page's bridge (`public/frame.js`) as Rust sees it.

use leptos::wasm_bindgen;
use leptos::wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Calls back with (`token`, the connect token), then (`open`|`dismiss`|`closed`, ""), and with what a
    /// screen that the server has drawn asks for: `load`, `wait`, `lost`, or a way.
    #[wasm_bindgen(js_namespace = connectBridge)]
    pub(super) fn listen(callback: &Closure<dyn FnMut(String, String)>);
    /// Whether the server accepted the token.
    #[wasm_bindgen(js_namespace = connectBridge)]
    pub(super) fn status(valid: bool);
    /// The link exists; here is its authorization code.
    #[wasm_bindgen(js_namespace = connectBridge)]
    pub(super) fn success(code: &str);
    /// Connect was left; utility id and name may be empty.
    #[wasm_bindgen(js_namespace = connectBridge)]
    pub(super) fn exit(status: &str, utility_id: &str, utility_name: &str);
}
