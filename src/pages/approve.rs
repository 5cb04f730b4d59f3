//! MFA: approve the login on another device. The server watches for the answer, and the screen goes on by itself.

use connect_core::connector::ApproveChallenge;
use connect_core::flow::Page;
use connect_wire::CodeNotice;
use leptos::prelude::*;

use super::{named, tell_me};
use crate::modal::code::channel_problem;
use crate::modal::parts::{Tone, at_utility, icon, note, way};
use crate::small::{Part, Small};
use crate::text::{Words, fill};

pub(super) fn approve(
    page: &Page<'_>,
    words: &Words,
    challenge: &ApproveChallenge,
    notice: Option<&CodeNotice>,
    waits: bool,
) -> Part {
    let texts = words.pages;
    let ApproveChallenge { device, number, methods, .. } = challenge;
    let lead = if device.is_empty() { texts.approve_lead } else { texts.approve_lead_device };
    let lead = fill(lead, &[("utility", &page.utility.name), ("device", device)]);
    let number = number.as_ref().filter(|_| waits).map(|number| {
        view! {
            <p>{texts.approve_number}</p>
            <p class="match-number"><bdi>{number.clone()}</bdi></p>
        }
        .fresh()
    });
    let told = |tone, title: &str, text: &str| note(tone, named(page, title), vec![named(page, text)]);
    let beside = notice.and_then(|notice| match notice {
        CodeNotice::Denied => Some(told(Tone::Bad, texts.approve_denied_title, texts.approve_denied_text)),
        CodeNotice::Expired => Some(told(Tone::Warn, texts.approve_over_title, texts.approve_over_text)),
        CodeNotice::Resent => Some(note(Tone::Good, texts.approve_sent.into(), vec![])),
        other => channel_problem(other, &page.utility.name, words.strings),
    });
    let waiting = waits.then(|| {
        view! {
            <p class="hint-box awaits" role="status">
                <span class="dot">{icon("#i-app")}</span>
                {texts.approve_waiting}
            </p>
        }
        .fresh()
    });
    let (first, second) = if waits {
        (way("primary", "approved", texts.approve_done), Some(way("quiet", "resend", texts.approve_again)))
    } else {
        (way("primary", "resend", texts.approve_again), None)
    };
    view! {
        <main class="main">
            {at_utility(&page.utility, None)}
            <h1 id="title" tabindex="-1">{texts.approve_title}</h1>
            {beside}
            {waits.then(|| view! { <p>{lead}</p> })}
            {number}
            {waiting}
        </main>
        <footer class="foot">
            {first}
            {second}
            {(!methods.is_empty()).then(|| way("quiet", "back", words.modal.other_method))}
            {tell_me(notice == Some(&CodeNotice::Down), words)}
        </footer>
    }
    .fresh()
}
