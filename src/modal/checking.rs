//! Checking: the utility is being asked. The words change when it takes long.

use connect_wire::{Check, UtilityCard};
use leptos::prelude::*;

use super::parts::{message, monogram, seconds_passed, way};
use crate::small::{Part, Small, live_text};
use crate::text::{Strings, fill, use_strings};

/// Seconds after which the screen says that the utility is slow.
const SLOW: u32 = 6;

/// What is being done.
pub(crate) fn title(what: Check, words: &'static Strings) -> &'static str {
    match what {
        Check::Login => words.checking_login(),
        Check::Code => words.checking_code(),
        Check::Sending | Check::Approval => words.checking_sending(),
    }
}

pub(super) fn checking(utility: UtilityCard, what: Check) -> Part {
    let words = use_strings();
    let passed = seconds_passed();
    let name = StoredValue::new(utility.name.clone());
    let with = move |text| name.with_value(|n| fill(text, &[("utility", n)]));
    let title = with(title(what, words));
    let tile = monogram(&utility);
    let mark = view! { <div class="waiting" aria-hidden="true">{tile} <span class="ring"></span></div> }.fresh();
    let patience = view! {
        <p role="status">
            {live_text(move || if passed.get() < SLOW { words.checking_text().to_owned() } else { with(words.checking_slow()) })}
        </p>
    };
    let cancel = way("quiet", "back", words.checking_cancel());
    message(Some(mark), title, vec![patience.fresh()], vec![cancel])
}
