//! Screens on which a run cannot go on: a utility that cannot be linked yet, a token whose time is over. One layout
//! for both.

use connect_wire::UtilityCard;
use leptos::prelude::*;

use super::Modal;
use super::parts::{button, icon, line, message, monogram, way};
use crate::small::{Part, Small};
use crate::text::{fill, use_strings};

/// What one of these screens says.
struct End {
    mark: Part,
    title: String,
    lines: Vec<String>,
    /// Whether another utility may be chosen.
    another: bool,
}

pub(super) fn unsupported(modal: Modal, company: &str, utility: UtilityCard) -> Part {
    let words = use_strings();
    let with = |text| fill(text, &[("company", company), ("utility", &utility.name)]);
    draw(
        modal,
        End {
            mark: monogram(&utility),
            title: with(words.unsupported_title()),
            lines: vec![with(words.unsupported_text()), words.unsupported_kept().into()],
            another: true,
        },
    )
}

pub(super) fn expired(modal: Modal) -> Part {
    let words = use_strings();
    let clock = icon("#i-clock");
    draw(
        modal,
        End {
            mark: view! { <span class="dot big">{clock}</span> }.fresh(),
            title: words.expired_title().into(),
            lines: vec![words.expired_text().into()],
            another: false,
        },
    )
}

fn draw(modal: Modal, end: End) -> Part {
    let words = use_strings();
    let lines = end.lines.into_iter().map(line).collect();
    let mut buttons = vec![button("primary", "close", words.close(), move || modal.leave())];
    if end.another {
        buttons.push(way("quiet", "change", words.choose_another()));
    }
    message(Some(end.mark), end.title, lines, buttons)
}
