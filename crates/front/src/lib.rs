//! The browser's half of Connect: what the page's script calls.
#![allow(missing_docs, reason = "the one export is called by Leptos' hydration script")]

use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the server-rendered page to life.
#[wasm_bindgen]
pub fn hydrate() {
    connect::page::start();
}
