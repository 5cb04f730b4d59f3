//! Screens on which a run cannot go on with a utility: it cannot be linked yet, it does not answer, or its login may not
//! be tried again for now.

use connect_core::flow::Page;
use connect_wire::StopReason;
use leptos::prelude::*;

use super::{change, named};
use crate::modal::parts::{monogram, outside_link, way};
use crate::small::{Part, Small};
use crate::text::Words;

pub(super) fn stopped(page: &Page<'_>, words: &Words, reason: StopReason, another: bool) -> Part {
    let texts = words.pages;
    let (title, text) = match reason {
        StopReason::TooManyAttempts => (texts.stopped_title, texts.stopped_text),
        StopReason::Locked => (texts.locked_title, texts.locked_text),
    };
    let site = page.utility.reset_site.as_ref().map(|site| outside_link(site, site.clone()));
    let other = another.then(|| way("quiet", "change", texts.choose_another));
    end(page, words, title, vec![text], site, other.into_iter().collect())
}

pub(super) fn unsupported(page: &Page<'_>, words: &Words) -> Part {
    let texts = words.pages;
    let other = way("quiet", "change", texts.choose_another);
    end(
        page,
        words,
        texts.unsupported_title,
        vec![texts.unsupported_text, texts.unsupported_kept],
        None,
        vec![other],
    )
}

/// The utility does not answer, and the company learns when it does.
pub(super) fn told(page: &Page<'_>, words: &Words) -> Part {
    let texts = words.pages;
    let again = way("quiet", "back", texts.told_again);
    let other = change(page, words).map(|_| way("quiet", "change", texts.choose_another));
    end(page, words, texts.told_title, vec![texts.told_text], None, [again].into_iter().chain(other).collect())
}

fn end(
    page: &Page<'_>,
    words: &Words,
    title: &str,
    lines: Vec<&str>,
    site: Option<Part>,
    others: Vec<Part>,
) -> Part {
    let lines = lines.into_iter().map(|text| view! { <p>{named(page, text)}</p> }).collect_view();
    view! {
        <main class="main middle">
            {monogram(&page.utility)}
            <h1 id="title" tabindex="-1">{named(page, title)}</h1>
            {lines}
            {site}
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
            {others}
        </footer>
    }
    .fresh()
}
