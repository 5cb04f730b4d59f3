//! The browser's half of Connect: what the page's script calls.
#![allow(missing_docs, reason = "the one export is called by Leptos' hydration script")]

use wasm_bindgen::prelude::wasm_bindgen;

/// Small and single-threaded, like the page.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Brings the server-rendered page to life.
#[wasm_bindgen]
pub fn hydrate() {
    connect::page::start();
}
