//! Checking: the utility is being asked. The words change when it takes long.

use connect_wire::{Check, UtilityCard};
use leptos::prelude::*;

use super::Modal;
use super::parts::{monogram, seconds_passed};
use crate::small::{live_text, on};
use crate::text::{fill, use_strings};

/// Seconds after which the screen says that the utility is slow.
const SLOW: u32 = 6;

pub(super) fn checking(modal: Modal, utility: UtilityCard, what: Check) -> impl IntoView {
    let words = use_strings();
    let passed = seconds_passed();
    let name = StoredValue::new(utility.name.clone());
    let with = move |text| name.with_value(|n| fill(text, &[("utility", n)]));
    let title = with(match what {
        Check::Login => words.checking_login(),
        Check::Code => words.checking_code(),
        Check::Sending => words.checking_sending(),
    });
    view! {
        <main class="main middle">
            <div class="waiting" aria-hidden="true">
                {monogram(&utility)}
                <span class="ring"></span>
            </div>
            <h1 id="title" tabindex="-1">{title}</h1>
            <p role="status">
                {live_text(move || if passed.get() < SLOW { words.checking_text().to_owned() } else { with(words.checking_slow()) })}
            </p>
        </main>
        <footer class="foot">
            <button class="quiet" type="button" on:click=on(move |_| modal.go_back())>{words.checking_cancel()}</button>
        </footer>
    }
}
