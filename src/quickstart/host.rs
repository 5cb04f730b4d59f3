//! The public loader as a host page uses it.

use js_sys::{JSON, Object, Reflect};
use leptos::wasm_bindgen;
use leptos::wasm_bindgen::JsValue;
use leptos::wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = PelmConnect, js_name = open)]
    fn open_connect(config: &Object);
}

/// Opens Connect. `on_exit` gets the status, and the metadata as JSON.
pub(super) fn open(
    token: &str,
    on_success: impl Fn(String) + 'static,
    on_exit: impl Fn(String, String) + 'static,
) {
    let exit = move |status: String, metadata: JsValue| {
        let text = JSON::stringify(&metadata).ok().and_then(|t| t.as_string()).unwrap_or_default();
        on_exit(status, text);
    };
    let on_success = Closure::<dyn Fn(String)>::new(on_success).into_js_value();
    let on_exit = Closure::<dyn Fn(String, JsValue)>::new(exit).into_js_value();
    let config = Object::new();
    for (key, value) in
        [("connectToken", &JsValue::from_str(token)), ("onSuccess", &on_success), ("onExit", &on_exit)]
    {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&config, &JsValue::from_str(key), value);
    }
    open_connect(&config);
}
