//! The closing confirmation: what is linked, and what comes next.

use connect_wire::{AccountCard, UtilityCard};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Modal;
use super::parts::{icon, primary};
use crate::small::{Small, on};
use crate::text::{fill, use_strings};

pub(super) fn linked(
    modal: Modal,
    company: &str,
    utility: UtilityCard,
    accounts: Vec<AccountCard>,
) -> impl IntoView + use<> {
    let words = use_strings();
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        modal.finish();
    };
    let text = if accounts.is_empty() { words.linked_later() } else { words.linked_text() };
    let rows = accounts
        .into_iter()
        .map(|account| {
            let meters = match (account.electricity, account.gas) {
                (true, true) => words.linked_meters_both(),
                (false, true) => words.linked_meters_gas(),
                _ => words.linked_meters_electricity(),
            };
            // A file need not name address and number.
            let unplaced = account.address.is_empty();
            let mut line = String::from(if unplaced { "" } else { meters });
            if !account.ending.is_empty() {
                line.push_str(if unplaced { "" } else { " · " });
                line.push_str(&fill(words.linked_ending(), &[("ending", &account.ending)]));
            }
            view! {
                <li class="account">
                    <span class="row-name">{if unplaced { meters.to_owned() } else { account.address }}</span>
                    <span class="row-place">{line}</span>
                </li>
            }
            .fresh()
        })
        .collect_view();
    view! {
        <form class="form" method="post" on:submit=on(on_submit)>
            // Many accounts scroll; the keyboard must be able to scroll them.
            <main class="main" tabindex="0">
                <div class="done-mark" aria-hidden="true">{icon("#i-tick")}</div>
                <h1 class="centered" id="title" tabindex="-1">
                    {fill(words.linked_title(), &[("utility", &utility.name)])}
                </h1>
                <p class="centered">{fill(text, &[("company", company), ("utility", &utility.name)])}</p>
                <ul class="accounts">{rows}</ul>
            </main>
            <footer class="foot">{primary(modal, words.done())}</footer>
        </form>
    }
}
