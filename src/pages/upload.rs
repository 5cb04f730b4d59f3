//! Upload: the customer's own Green Button file, for a utility that cannot be linked.

use connect_core::flow::{FileNotice, Page};
use connect_core::language::Language;
use connect_server::service::MAX_FILE_BYTES;
use leptos::prelude::*;

use super::{change, named};
use crate::modal::parts::{Tone, at_utility, icon, note, outside_link};
use crate::small::{Part, Small};
use crate::text::{Words, fill};

pub(super) fn upload(page: &Page<'_>, at: &Words, notice: Option<&FileNotice>) -> Part {
    let with = |text| named(page, text);
    let words = at.pages;
    let lead = match notice {
        Some(notice) => view! { <div id="file-note">{explain(page, at, notice)}</div> }.fresh(),
        None => view! { <p>{with(words.upload_lead)}</p> }.fresh(),
    };
    let steps = [words.upload_step_site, words.upload_step_find, words.upload_step_take];
    let steps = steps.map(|step| view! { <li>{with(step)}</li> }.fresh()).into_iter().collect_view();
    let site = page.utility.reset_site.as_ref().map(|site| outside_link(site, site.clone()));
    view! {
        <main class="main">
            {at_utility(&page.utility, change(page, at))}
            <h1 id="title" tabindex="-1">{words.upload_title}</h1>
            {lead}
            <label class="drop">
                {icon("#i-file")}
                <span
                    class="drop-do"
                    data-choose=words.upload_choose
                    data-sending=words.upload_sending
                    data-reading=words.upload_reading
                >
                    {words.upload_choose}
                </span>
                <span class="drop-or js-only">{words.upload_drop}</span>
                <progress max="100" value="0" aria-label=words.upload_title hidden></progress>
                <span class="visually-hidden drop-said" role="status"></span>
                <input
                    id="file"
                    name="file"
                    type="file"
                    accept=".xml,.csv,.txt,.zip"
                    data-step=page.step.to_string()
                    data-largest=MAX_FILE_BYTES.to_string()
                    aria-invalid=notice.map(|_| "true")
                    aria-describedby=notice.map(|_| "file-note")
                />
            </label>
            <h2 class="how">{words.upload_how}</h2>
            <ol class="todo">{steps}</ol>
            {site}
        </main>
        <footer class="foot">
            <button class="primary plain-only" type="submit" form="main"><span>{words.file_read}</span></button>
            <p class="small">{with(words.upload_small)}</p>
        </footer>
    }
    .fresh()
}

fn explain(page: &Page<'_>, at: &Words, notice: &FileNotice) -> Part {
    let words = at.pages;
    let (title, text) = match notice {
        FileNotice::Empty => (words.file_empty_title, words.file_empty_text),
        FileNotice::TooLarge { .. } => (words.file_large_title, words.file_large_text),
        FileNotice::WebPage => (words.file_page_title, words.file_page_text),
        FileNotice::Pdf => (words.file_pdf_title, words.file_pdf_text),
        FileNotice::NotGreenButton => (words.file_other_title, words.file_other_text),
        FileNotice::Damaged { .. } => (words.file_damaged_title, words.file_damaged_text),
        FileNotice::NoReadings => (words.file_none_title, words.file_none_text),
        FileNotice::NotShared => (words.file_not_shared_title, words.file_not_shared_text),
        FileNotice::Unusable => (words.file_unusable_title, words.file_unusable_text),
    };
    let mut title = title.to_owned();
    let mut lines = Vec::new();
    match notice {
        FileNotice::TooLarge { megabytes } => title = fill(&title, &[("megabytes", &megabytes.to_string())]),
        // The reader's reasons are technical, and English.
        FileNotice::Damaged { .. } if page.language != Language::English => {}
        FileNotice::Damaged { place, reason } if place.is_empty() => lines.push(format!("{reason}.")),
        FileNotice::Damaged { place, reason } => {
            lines.push(fill(words.file_damaged_place, &[("place", place), ("reason", reason)]));
        }
        _ => {}
    }
    lines.push(named(page, text));
    note(Tone::Bad, title, lines)
}
