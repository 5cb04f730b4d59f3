//! The question before something typed is lost.

use leptos::prelude::*;

use super::Modal;
use crate::text::use_strings;
use crate::small::{Part, Small, on};

pub(super) fn leave(modal: Modal) -> Option<Part> {
    let words = use_strings();
    modal.asking().then(|| {
        view! {
            <div class="leave" role="alertdialog" aria-modal="true" aria-labelledby="leave-title" aria-describedby="leave-text">
                <div class="leave-card">
                    <h2 id="leave-title">{words.leave_title()}</h2>
                    <p id="leave-text">{words.leave_text()}</p>
                    // The harmless answer comes first and has the focus.
                    <button class="primary" type="button" on:click=on(move |_| modal.stay())>{words.leave_stay()}</button>
                    <button class="quiet" type="button" on:click=on(move |_| modal.leave())>{words.leave_go()}</button>
                </div>
            </div>
        }
        .fresh()
    })
}
