//! A login that may not be tried again for now.

use connect_core::flow::Page;
use connect_wire::StopReason;
use leptos::prelude::*;

use super::named;
use crate::modal::parts::{monogram, outside_link, way};
use crate::small::{Part, Small};
use crate::text::Words;

pub(super) fn stopped(page: &Page<'_>, words: &Words, reason: StopReason, another: bool) -> Part {
    let texts = words.pages;
    let (title, text) = match reason {
        StopReason::TooManyAttempts => (texts.stopped_title, texts.stopped_text),
        StopReason::Locked => (texts.locked_title, texts.locked_text),
    };
    view! {
        <main class="main middle">
            {monogram(&page.utility)}
            <h1 id="title" tabindex="-1">{named(page, title)}</h1>
            <p>{named(page, text)}</p>
            {page.utility.reset_site.as_ref().map(|site| outside_link(site, site.clone()))}
        </main>
        <footer class="foot">
            // With it the whole run ends, wherever it stands.
            <button
                class="primary"
                type="submit"
                form="nav"
                name="way"
                value="close"
                formtarget="_top"
                data-way="close"
            >
                {words.modal.close}
            </button>
            {another.then(|| way("quiet", "change", words.modal.choose_another))}
        </footer>
    }
    .fresh()
}
