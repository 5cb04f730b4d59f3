//! Where the focus goes when a screen appears.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// Moves the focus to where the screen begins: its first wrong field, the field it marks, its note, or
/// its heading. After the browser has drawn it.
pub(super) fn focus_screen() {
    // Where there is room beside a keyboard on the screen, typing may begin at once.
    let wide = document().document_element().is_some_and(|html| html.client_width() > 520);
    focus(if wide {
        ".screen [aria-invalid=true], .screen [data-focus], .screen .note:not([role] > *), .screen [data-focus-fine], #title"
    } else {
        ".screen [aria-invalid=true], .screen [data-focus], .screen .note:not([role] > *), #title"
    });
}

/// Moves the focus to the first element of the first of these selectors that has one.
pub(super) fn focus(selector: &'static str) {
    request_animation_frame(move || {
        let first = selector.split(", ").find_map(|s| document().query_selector(s).ok().flatten());
        if let Some(element) = first.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}
