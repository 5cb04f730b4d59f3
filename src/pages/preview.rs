//! Preview: what a file holds, before it is linked.

use connect_core::flow::{FileMeter, FileSummary, Page};
use leptos::prelude::*;

use super::{named, way};
use crate::modal::parts::{at_utility, icon};
use crate::small::{Part, Small};
use crate::text::{PageWords, fill};

pub(super) fn preview(page: &Page<'_>, words: &PageWords, file: &FileSummary) -> Part {
    let count = |text, n: u32| fill(text, &[("count", &n.to_string())]);
    let bills = match file.bills {
        0 => None,
        1 => Some(words.preview_bill_one.to_owned()),
        n => Some(count(words.preview_bills, n)),
    };
    let bills = bills.map(|text| row("#i-bill", text, String::new(), String::new()));
    let rows: Vec<Part> = file.meters.iter().map(|meter| meter_row(meter, words)).chain(bills).collect();
    let left_out = (file.left_out > 0).then(|| words.preview_left_out.to_owned());
    let odd = match file.warnings {
        0 => None,
        1 => Some(words.preview_warning_one.to_owned()),
        n => Some(count(words.preview_warnings, n)),
    };
    let hints: Vec<Part> = [left_out, odd]
        .into_iter()
        .flatten()
        .map(|text| view! { <p class="hint-box">{text}</p> }.fresh())
        .collect();
    view! {
        // Many meters scroll; the keyboard must be able to scroll them.
        <main class="main" tabindex="0">
            {at_utility(&page.utility, None)}
            <h1 id="title" tabindex="-1">{words.preview_title}</h1>
            <p>{named(page, words.preview_lead)}</p>
            <ul class="accounts">{rows}</ul>
            {hints}
        </main>
        <footer class="foot">
            <button class="primary" type="button" data-way="link_file"><span>{words.preview_link}</span></button>
            {way("quiet", "back", words.preview_other)}
        </footer>
    }
    .fresh()
}

fn meter_row(meter: &FileMeter, words: &PageWords) -> Part {
    let (mark, kind) = if meter.electricity { ("#i-meter", words.electricity) } else { ("#i-gas", words.gas) };
    let mut line = fill(words.preview_period, &[("from", &meter.from), ("to", &meter.to)]);
    line.push_str(" · ");
    line.push_str(&fill(words.preview_readings, &[("count", &meter.readings)]));
    row(mark, kind.to_owned(), meter.used.clone(), line)
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
