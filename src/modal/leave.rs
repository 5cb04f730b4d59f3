//! Questions over the screen: before something typed is lost, and before the time is over.

use leptos::prelude::*;

use super::Modal;
use super::parts::button;
use crate::small::{Part, Small};
use crate::text::use_strings;

pub(super) fn question(modal: Modal) -> Option<Part> {
    let words = use_strings();
    if modal.ending() {
        let more = button("primary", "", words.ending_more(), move || modal.more_time());
        return Some(card(words.ending_title(), words.ending_text(), more, None));
    }
    modal.asking().then(|| {
        // The harmless answer comes first and has the focus.
        let stay = button("primary", "", words.leave_stay(), move || modal.stay());
        let go = button("quiet", "", words.leave_go(), move || modal.leave());
        card(words.leave_title(), words.leave_text(), stay, Some(go))
    })
}

fn card(title: &'static str, text: &'static str, first: Part, second: Option<Part>) -> Part {
    view! {
        <div class="leave" role="alertdialog" aria-modal="true" aria-labelledby="leave-title" aria-describedby="leave-text">
            <div class="leave-card">
                <h2 id="leave-title">{title}</h2>
                <p id="leave-text">{text}</p>
                {first}
                {second}
            </div>
        </div>
    }
    .fresh()
}
