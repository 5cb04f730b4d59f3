//! Welcome: who asks, for what, for how long, and what happens with the password.

use connect_core::flow::Page;
use connect_core::grant::Choices;
use leptos::prelude::*;

use super::{in_a_row, named, shared};
use crate::modal::parts::{icon, other_device, way};
use crate::small::{Part, Small};
use crate::text::Words;

pub(super) fn welcome(
    page: &Page<'_>,
    words: &Words,
    (logo, terms): (Option<&str>, Option<&str>),
    fixed: bool,
    choices: Choices,
) -> Part {
    let texts = words.pages;
    let lead = if fixed { named(page, texts.welcome_lead_utility) } else { texts.welcome_lead.to_owned() };
    let [kinds, history, until] = shared(choices, words);
    let facts = [
        ("#i-meter", texts.shared_title, in_a_row(&[kinds, history], words)),
        ("#i-lock", texts.private_title, named(page, texts.private_text)),
        ("#i-control", texts.control_title, in_a_row(&[until, texts.stop_any_time], words)),
    ];
    let facts = facts.map(|(href, title, text)| {
        let change = (href == "#i-meter").then(|| way("link", "sharing", texts.sharing_title));
        view! {
            <li>
                <span class="dot">{icon(href)}</span>
                <div>
                    <h2>{title}</h2>
                    <p>{text}</p>
                    {change}
                </div>
            </li>
        }
        .fresh()
    });
    // Decorative: the heading names the company.
    let logo = logo.map(|name| view! { <img class="logo" src=format!("/connect/logo/{name}") alt="" /> }.fresh());
    let terms = terms.map(|href| {
        view! {
            " "
            <a href=href.to_owned() target="_blank" rel="noopener noreferrer">
                {named(page, texts.terms)} <span class="visually-hidden">{format!(" {}", texts.opens_new)}</span>
            </a>
        }
        .fresh()
    });
    view! {
        <main class="main">
            {logo}
            <h1 id="title" tabindex="-1">{named(page, texts.welcome_title)}</h1>
            <p>{lead}</p>
            <ul class="facts">{facts.into_iter().collect_view()}</ul>
        </main>
        <footer class="foot">
            <button class="primary" type="submit" form="nav" name="way" value="on" data-way="on">
                <span>{words.modal.proceed}</span>
            </button>
            {other_device(words.modal.other_device)}
            <p class="small">{texts.welcome_small} {terms}</p>
        </footer>
    }
    .fresh()
}
