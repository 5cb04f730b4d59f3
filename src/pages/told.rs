//! The utility does not answer, and the company learns when it does.

use connect_core::flow::Page;
use leptos::prelude::*;

use super::{change, named};
use crate::modal::parts::{monogram, way};
use crate::small::{Part, Small};
use crate::text::Words;

pub(super) fn told(page: &Page<'_>, words: &Words) -> Part {
    let texts = words.pages;
    let another = change(page, words).map(|_| way("quiet", "change", texts.choose_another));
    view! {
        <main class="main middle">
            {monogram(&page.utility)}
            <h1 id="title" tabindex="-1">{named(page, texts.told_title)}</h1>
            <p>{named(page, texts.told_text)}</p>
        </main>
        <footer class="foot">
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
            {way("quiet", "back", texts.told_again)}
            {another}
        </footer>
    }
    .fresh()
}
