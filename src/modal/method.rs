//! MFA: choose how to receive a code.

use connect_wire::{Channel, CodeNotice, MethodOption, UtilityCard};
use leptos::prelude::*;

use super::Modal;
use super::code::channel_problem;
use super::parts::icon;
use crate::calls::ChooseMethod;
use crate::small::{Small, on};
use crate::text::{fill, use_strings};

pub(super) fn method(
    modal: Modal,
    utility: UtilityCard,
    options: Vec<MethodOption>,
    notice: Option<CodeNotice>,
) -> impl IntoView {
    let words = use_strings();
    let with = |text| fill(text, &[("utility", &utility.name)]);
    let rows = options
        .into_iter()
        .map(|MethodOption { id, channel, to }| {
            let (href, label) = match channel {
                Channel::Sms => ("#i-message", words.method_sms()),
                Channel::Email => ("#i-mail", words.method_email()),
                Channel::Call => ("#i-phone", words.method_call()),
                Channel::App => ("#i-app", words.method_app()),
            };
            let choose = move |_| {
                let id = id.clone();
                modal.send(move |token, step| ChooseMethod { token, step, method: id });
            };
            view! {
                <li>
                    <button class="choice" type="button" on:click=on(choose)>
                        <span class="dot">{icon(href)}</span>
                        <span class="row-text">
                            <span class="row-name">{label}</span>
                            <span class="row-place">{to}</span>
                        </span>
                        {icon("#i-next")}
                    </button>
                </li>
            }
            .fresh()
        })
        .collect_view();
    view! {
        <main class="main">
            <h1 id="title" tabindex="-1">{with(words.method_title())}</h1>
            <p>{with(words.method_lead())}</p>
            {notice.and_then(|n| channel_problem(&n, &utility.name, words))}
            <ul class="choices">{rows}</ul>
        </main>
    }
}
