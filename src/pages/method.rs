//! MFA: choose how to receive a code.

use connect_core::flow::Page;
use connect_wire::{Channel, CodeNotice, MethodOption};
use leptos::prelude::*;

use super::{named, tell_me};
use crate::modal::code::channel_problem;
use crate::modal::parts::{at_utility, icon, other_device};
use crate::small::{Part, Small};
use crate::text::Words;

pub(super) fn method(
    page: &Page<'_>,
    words: &Words,
    options: &[MethodOption],
    notice: Option<&CodeNotice>,
) -> Part {
    let texts = words.pages;
    let rows = options
        .iter()
        .map(|MethodOption { id, channel, to }| {
            let (href, label) = match channel {
                Channel::Sms => ("#i-message", texts.method_sms),
                Channel::Email => ("#i-mail", texts.method_email),
                Channel::Call => ("#i-phone", texts.method_call),
                Channel::App => ("#i-app", texts.method_app),
                Channel::Push => ("#i-app", texts.method_push),
            };
            view! {
                <li>
                    <button
                        class="choice"
                        type="submit"
                        form="nav"
                        name="chosen"
                        value=id.clone()
                        data-way="choose"
                        data-value=id.clone()
                    >
                        <span class="dot">{icon(href)}</span>
                        <span class="row-text">
                            <span class="row-name">{label}</span>
                            <span class="row-place"><bdi>{to.clone()}</bdi></span>
                        </span>
                        {icon("#i-next")}
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <main class="main">
            {at_utility(&page.utility, None)}
            <h1 id="title" tabindex="-1">{named(page, texts.method_title)}</h1>
            <p>{named(page, texts.method_lead)}</p>
            {notice.and_then(|notice| channel_problem(notice, &page.utility.name, words.strings))}
            <ul class="choices">{rows}</ul>
        </main>
        <footer class="foot">{tell_me(notice == Some(&CodeNotice::Down), words)} {other_device(words.modal.other_device)}</footer>
    }
    .fresh()
}
