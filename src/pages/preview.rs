//! Preview: what a file holds, before it is linked.

use connect_core::flow::{FileMeter, FileSummary, Page};
use leptos::prelude::*;

use super::named;
use crate::modal::parts::{at_utility, icon, way};
use crate::small::{Part, Small};
use crate::text::format::{date, number};
use crate::text::{Words, fill, form};

pub(super) fn preview(page: &Page<'_>, words: &Words, file: &FileSummary) -> Part {
    let count = |text, n| words.strings.count(text, "count", n);
    let Words { pages: texts, .. } = *words;
    let bills = (file.bills > 0).then(|| count(texts.preview_bills, file.bills));
    let bills = bills.map(|text| row("#i-bill", text, String::new(), String::new()));
    let rows: Vec<Part> = file.meters.iter().map(|meter| meter_row(meter, words)).chain(bills).collect();
    let left_out = (file.left_out > 0).then(|| texts.preview_left_out.to_owned());
    let odd = (file.warnings > 0).then(|| count(texts.preview_warnings, file.warnings));
    let hints: Vec<Part> = [left_out, odd]
        .into_iter()
        .flatten()
        .map(|text| view! { <p class="hint-box">{text}</p> }.fresh())
        .collect();
    view! {
        <main class="main">
            {at_utility(&page.utility, None)}
            <h1 id="title" tabindex="-1">{texts.preview_title}</h1>
            <p>{named(page, texts.preview_lead)}</p>
            <ul class="accounts">{rows}</ul>
            {hints}
        </main>
        <footer class="foot">
            <button class="primary" type="submit" form="nav" name="way" value="link_file" data-way="link_file">
                <span>{texts.preview_link}</span>
            </button>
            {way("quiet", "back", texts.preview_other)}
        </footer>
    }
    .fresh()
}

fn meter_row(meter: &FileMeter, words: &Words) -> Part {
    let Words { language, pages: texts, .. } = *words;
    let (mark, kind) = if meter.electricity {
        ("#i-meter", texts.linked_meters_electricity)
    } else {
        ("#i-gas", texts.linked_meters_gas)
    };
    // What is no date stays as it is.
    let day = |text: &str| text.parse().map_or_else(|_| text.to_owned(), |day| date(language, day));
    let mut line = fill(texts.preview_period, &[("from", &day(&meter.from)), ("to", &day(&meter.to))]);
    line.push_str(" · ");
    let form = form(words.modal.plural, texts.preview_readings, meter.readings.parse().unwrap_or(u32::MAX));
    line.push_str(&fill(form, &[("count", &number(language, &meter.readings))]));
    let unit = if meter.electricity { "{count}\u{a0}kWh" } else { texts.therms };
    let used = match meter.used.as_str() {
        // Nothing, or what an earlier version has kept, with its unit.
        used if !used.ends_with(|last: char| last.is_ascii_digit()) => used.to_owned(),
        used => fill(unit, &[("count", &number(language, used))]),
    };
    row(mark, kind.to_owned(), used, line)
}

/// A row of a list: what it is, a figure, and a line about it.
fn row(mark: &'static str, name: String, figure: String, line: String) -> Part {
    view! {
        <li class="account found">
            {icon(mark)}
            <span class="row-name">{name}</span>
            <span class="figure">{figure}</span>
            <span class="row-place">{line}</span>
        </li>
    }
    .fresh()
}
