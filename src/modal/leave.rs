//! The question before something typed is lost.

use leptos::prelude::*;

use super::Modal;
use super::parts::button;
use crate::small::{Part, Small};
use crate::text::use_strings;

pub(super) fn leave(modal: Modal) -> Option<Part> {
    let words = use_strings();
    modal.asking().then(|| {
        view! {
            <div class="leave" role="alertdialog" aria-modal="true" aria-labelledby="leave-title" aria-describedby="leave-text">
                <div class="leave-card">
                    <h2 id="leave-title">{words.leave_title()}</h2>
                    <p id="leave-text">{words.leave_text()}</p>
                    // The harmless answer comes first and has the focus.
                    {button("primary", words.leave_stay(), move || modal.stay())}
                    {button("quiet", words.leave_go(), move || modal.leave())}
                </div>
            </div>
        }
        .fresh()
    })
}
