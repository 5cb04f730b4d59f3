//! The closing confirmation: what is linked, and what comes next.

use connect_core::flow::Page;
use connect_core::grant::Choices;
use connect_wire::AccountCard;
use leptos::prelude::*;

use super::{in_a_row, named, shared};
use crate::modal::parts::icon;
use crate::small::{Part, Small};
use crate::text::{Words, fill};

pub(super) fn linked(
    page: &Page<'_>,
    words: &Words,
    accounts: &[AccountCard],
    choices: Choices,
    receipt: Option<&str>,
) -> Part {
    let texts = words.pages;
    let text = if accounts.is_empty() { texts.linked_later } else { texts.linked_text };
    let rows = account_rows(accounts, words);
    // What everybody shares was said on the first screen.
    let shaped = (choices != Choices::default())
        .then(|| view! { <p class="hint-box">{in_a_row(&shared(choices, words), words)}</p> }.fresh());
    let receipt = receipt.map(|mark| {
        view! {
            <p class="reset in-foot">
                <a href=format!("/receipt/{mark}") target="_blank" rel="noopener noreferrer">
                    {icon("#i-bill")} {texts.receipt_link}
                    <span class="visually-hidden">{format!(" {}", texts.opens_new)}</span>
                </a>
            </p>
        }
        .fresh()
    });
    view! {
        <main class="main">
            <div class="done-mark" aria-hidden="true">{icon("#i-tick")}</div>
            <h1 class="centered" id="title" tabindex="-1">{named(page, texts.linked_title)}</h1>
            <p class="centered">{named(page, text)}</p>
            <ul class="accounts">{rows}</ul>
            {shaped}
        </main>
        <footer class="foot">
            <button
                class="primary"
                type="submit"
                form="nav"
                name="way"
                value="finish"
                formtarget="_top"
                data-way="finish"
            >
                <span>{texts.done}</span>
            </button>
            {receipt}
        </footer>
    }
    .fresh()
}

/// Accounts as a list tells them: address, meters, number.
pub(crate) fn account_rows(accounts: &[AccountCard], words: &Words) -> Vec<Part> {
    let texts = words.pages;
    accounts
        .iter()
        .map(|account| {
            let meters = match (account.electricity, account.gas) {
                (true, true) => texts.linked_meters_both,
                (false, true) => texts.linked_meters_gas,
                _ => texts.linked_meters_electricity,
            };
            // A file need not name address and number.
            let unplaced = account.address.is_empty();
            let ending = (!account.ending.is_empty())
                .then(|| fill(texts.linked_ending, &[("ending", &account.ending)]));
            let line: Vec<_> = (!unplaced).then(|| meters.to_owned()).into_iter().chain(ending).collect();
            view! {
                <li class="account">
                    // An address keeps its order in text that runs the other way.
                    <span class="row-name"><bdi>{if unplaced { meters.to_owned() } else { account.address.clone() }}</bdi></span>
                    <span class="row-place">{line.join(" · ")}</span>
                </li>
            }
            .fresh()
        })
        .collect()
}
