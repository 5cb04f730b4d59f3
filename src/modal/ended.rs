//! Screens on which a run cannot go on: a utility that cannot be linked yet, a login that may not
//! be tried again, a token whose time is over.

use connect_wire::{StopReason, UtilityCard};
use leptos::prelude::*;

use super::Modal;
use super::parts::{icon, monogram};
use crate::calls::Way;
use crate::text::{fill, use_strings};
use crate::small::{Part, Small, on};

fn close_button(modal: Modal, label: &'static str) -> Part {
    view! { <button class="primary" type="button" on:click=on(move |_| modal.leave())>{label}</button> }.fresh()
}

fn another_button(modal: Modal) -> Part {
    let change = move |_| modal.go(Way::ChangeUtility);
    view! { <button class="quiet" type="button" on:click=on(change)>{use_strings().choose_another()}</button> }.fresh()
}

pub(super) fn unsupported(modal: Modal, company: &str, utility: UtilityCard) -> impl IntoView + use<> {
    let words = use_strings();
    let with = |text| fill(text, &[("company", company), ("utility", &utility.name)]);
    view! {
        <main class="main middle">
            {monogram(&utility)}
            <h1 id="title" tabindex="-1">{with(words.unsupported_title())}</h1>
            <p>{with(words.unsupported_text())}</p>
            <p>{words.unsupported_kept()}</p>
        </main>
        <footer class="foot">{close_button(modal, words.close())} {another_button(modal)}</footer>
    }
}

pub(super) fn stopped(modal: Modal, company: &str, utility: UtilityCard, reason: StopReason) -> impl IntoView + use<> {
    let words = use_strings();
    let with = |text| fill(text, &[("company", company), ("utility", &utility.name)]);
    let (title, text) = match reason {
        StopReason::TooManyAttempts => (words.stopped_title(), words.stopped_text()),
        StopReason::Locked => (words.locked_title(), words.locked_text()),
    };
    let site = utility.reset_site.clone().map(|site| {
        let mut href = String::from("https://www.");
        href.push_str(&site);
        view! {
            <p class="reset">
                <a href=href target="_blank" rel="noopener noreferrer">
                    {site} <span class="visually-hidden">{words.opens_new()}</span> {icon("#i-out")}
                </a>
            </p>
        }
        .fresh()
    });
    let can_change = modal.view().can_go_back;
    view! {
        <main class="main middle">
            {monogram(&utility)}
            <h1 id="title" tabindex="-1">{with(title)}</h1>
            <p>{with(text)}</p>
            {site}
        </main>
        <footer class="foot">
            {close_button(modal, words.close())} {can_change.then(|| another_button(modal))}
        </footer>
    }
}

pub(super) fn expired(modal: Modal) -> impl IntoView {
    let words = use_strings();
    view! {
        <main class="main middle">
            <span class="dot big">{icon("#i-clock")}</span>
            <h1 id="title" tabindex="-1">{words.expired_title()}</h1>
            <p>{words.expired_text()}</p>
        </main>
        <footer class="foot">{close_button(modal, words.close())}</footer>
    }
}
