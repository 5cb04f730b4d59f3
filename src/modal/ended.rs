//! Screens on which a run cannot go on: a utility that cannot be linked yet, a login that may not
//! be tried again, a token whose time is over. One layout for all.

use connect_wire::{StopReason, UtilityCard};
use leptos::prelude::*;

use super::Modal;
use super::parts::{button, icon, line, message, monogram, outside_link};
use crate::calls::Way;
use crate::small::{Part, Small};
use crate::text::{fill, use_strings};

/// What one of these screens says.
struct End {
    mark: Part,
    title: String,
    lines: Vec<String>,
    link: Option<Part>,
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
            link: None,
            another: true,
        },
    )
}

pub(super) fn stopped(modal: Modal, company: &str, utility: UtilityCard, reason: StopReason) -> Part {
    let words = use_strings();
    let with = |text| fill(text, &[("company", company), ("utility", &utility.name)]);
    let (title, text) = match reason {
        StopReason::TooManyAttempts => (words.stopped_title(), words.stopped_text()),
        StopReason::Locked => (words.locked_title(), words.locked_text()),
    };
    draw(
        modal,
        End {
            mark: monogram(&utility),
            title: with(title),
            lines: vec![with(text)],
            link: utility.reset_site.as_ref().map(|site| outside_link(site, site.clone())),
            another: modal.view().can_go_back,
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
            link: None,
            another: false,
        },
    )
}

fn draw(modal: Modal, end: End) -> Part {
    let words = use_strings();
    let lines = end.lines.into_iter().map(line).chain(end.link).collect();
    let mut buttons = vec![button("primary", words.close(), move || modal.leave())];
    if end.another {
        buttons.push(button("quiet", words.choose_another(), move || modal.go(Way::ChangeUtility)));
    }
    message(Some(end.mark), end.title, lines, buttons)
}
