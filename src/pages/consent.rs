//! Consent: the customer agrees at the utility's own site, in a window that the click opens.

use connect_core::flow::{ConsentNotice, Page};
use leptos::prelude::*;

use super::{change, named, tell_me};
use crate::modal::parts::{Tone, at_utility, icon, note, way};
use crate::small::{Part, Small};
use crate::text::Words;

pub(super) fn consent(
    page: &Page<'_>,
    at: &Words,
    open: bool,
    can_sign_in: bool,
    notice: Option<ConsentNotice>,
) -> Part {
    let with = |text| named(page, text);
    let Words { modal, pages: words, .. } = *at;
    let change = change(page, at);
    // Without a way there the utility counts as down.
    let notice = if open { notice } else { Some(ConsentNotice::Down) };
    let explained = notice.map(|notice| {
        let (title, text) = match notice {
            ConsentNotice::Denied => (words.consent_denied_title, words.consent_denied_text),
            ConsentNotice::Down => (modal.down_title, modal.down_text),
            ConsentNotice::NoAccounts => (modal.no_accounts_title, words.consent_none_text),
            ConsentNotice::Internal => (modal.internal_title, words.consent_broken_text),
        };
        note(Tone::Warn, with(title), vec![with(text)])
    });
    let lead = explained.unwrap_or_else(|| view! { <p>{with(words.consent_lead)}</p> }.fresh());
    let steps = [words.consent_step_sign_in, words.consent_step_choose, words.consent_step_back];
    let steps = steps.map(|step| view! { <li>{with(step)}</li> }.fresh()).into_iter().collect_view();
    view! {
        <main class="main">
            {at_utility(&page.utility, change)}
            <h1 id="title" tabindex="-1">{with(words.consent_title)}</h1>
            // Gives way to what happens once the window was opened.
            <div data-when="closed">
                {lead}
                <ol class="todo">{steps}</ol>
            </div>
            <p class="hint-box" role="status" data-when="open" hidden>{with(words.consent_waiting)}</p>
            <p class="hint-box" role="status" data-when="gone" hidden>{with(words.consent_gone)}</p>
            <div class="network" data-when="blocked" hidden>
                <div role="alert">
                    {note(Tone::Warn, words.consent_blocked_title.into(), vec![with(words.consent_blocked_text)])}
                </div>
                <button class="quiet" type="button" data-way="leave" data-step=page.step.to_string()>{words.consent_tab}</button>
            </div>
        </main>
        <footer class="foot">
            {open.then(|| view! {
                <button
                    class="primary"
                    type="submit"
                    form="nav"
                    formaction="/greenbutton/go"
                    formtarget="_blank"
                    data-way="visit"
                    data-step=page.step.to_string()
                >
                    <span>{with(words.consent_open)}</span>
                    {icon("#i-out")}
                </button>
            })}
            // Where the app does not see by itself that the customer is back.
            <button class="quiet plain-only" type="submit" form="nav" name="way" value="look">
                {words.consent_done}
            </button>
            {can_sign_in.then(|| way("quiet", "sign_in", words.consent_here))}
            {tell_me(notice == Some(ConsentNotice::Down), at)}
        </footer>
    }
    .fresh()
}
