//! Welcome: who asks, for what, for how long, and what happens with the password.

use connect_wire::UtilityCard;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Modal;
use super::parts::{icon, primary, way};
use crate::calls::Way;
use crate::small::{Small, on};
use crate::text::{fill, use_strings};

pub(super) fn welcome(
    modal: Modal,
    company: &str,
    logo: Option<String>,
    utility: Option<UtilityCard>,
) -> impl IntoView + use<> {
    let words = use_strings();
    let with = |text| fill(text, &[("company", company)]);
    let lead = match &utility {
        Some(utility) => fill(words.welcome_lead_utility(), &[("utility", &utility.name)]),
        None => words.welcome_lead().to_owned(),
    };
    let facts = [
        ("#i-meter", words.shared_title(), words.shared_text().to_owned()),
        ("#i-lock", words.private_title(), with(words.private_text())),
        ("#i-control", words.control_title(), with(words.control_text())),
    ];
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        modal.go(Way::On);
    };
    view! {
        <form class="form" id="main" method="post" action="/connect/step" on:submit=on(on_submit)>
            <main class="main">
                // Decorative: the heading names the company.
                {logo.map(|name| {
                    let mut src = String::from("/connect/logo/");
                    src.push_str(&name);
                    view! { <img class="logo" src=src alt="" /> }.small()
                })}
                <h1 id="title" tabindex="-1">{with(words.welcome_title())}</h1>
                <p>{lead}</p>
                <ul class="facts">
                    {facts
                        .into_iter()
                        .map(|(href, title, text)| {
                            view! {
                                <li>
                                    <span class="dot">{icon(href)}</span>
                                    <div>
                                        <h2>{title}</h2>
                                        <p>{text}</p>
                                    </div>
                                </li>
                            }
                            .small()
                        })
                        .collect_view()}
                </ul>
            </main>
            <footer class="foot">
                {primary(modal, words.proceed())}
                {way("quiet other-device js-only", "hand_over", words.other_device())}
                <p class="small">{words.welcome_small()}</p>
            </footer>
        </form>
    }
}
