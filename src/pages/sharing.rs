//! Choose what is shared: kinds of data, how far back, for how long.

use connect_core::flow::Page;
use connect_core::grant::{ChoiceError, Choices, History, Lasts};
use leptos::prelude::*;

use super::{choose, named};
use crate::modal::parts::{Tone, note};
use crate::small::{Part, Small};
use crate::text::Words;

pub(super) fn sharing(page: &Page<'_>, words: &Words, choices: Choices, notice: Option<ChoiceError>) -> Part {
    let texts = words.pages;
    let history = |one| match one {
        History::Whole => texts.sharing_history_whole,
        History::Year => texts.sharing_history_year,
        History::Nothing => texts.sharing_history_new,
    };
    let lasts = |one| match one {
        Lasts::UntilStopped => texts.sharing_until_stopped,
        Lasts::Year => texts.sharing_until_year,
        Lasts::Quarter => texts.sharing_until_quarter,
    };
    // Where nothing was chosen, that is what is shown.
    let ticked = |on: bool| on && notice.is_none();
    let kinds = vec![
        tick("usage", ticked(choices.usage), texts.sharing_usage, Some(texts.sharing_usage_text)),
        tick("bills", ticked(choices.bills), texts.sharing_bills, Some(texts.sharing_bills_text)),
    ];
    let histories =
        History::ALL.map(|one| radio("history", one.name(), one == choices.history, history(one))).into();
    let lengths = Lasts::ALL.map(|one| radio("until", one.name(), one == choices.lasts, lasts(one))).into();
    let problem =
        notice.map(|_| note(Tone::Bad, texts.sharing_none_title.into(), vec![texts.sharing_none_text.into()]));
    view! {
        <main class="main">
            <h1 id="title" tabindex="-1">{texts.sharing_title}</h1>
            <p>{named(page, texts.sharing_lead)}</p>
            {problem}
            {group(texts.sharing_kinds, kinds)} {group(texts.sharing_history, histories)}
            {group(texts.sharing_until, lengths)}
        </main>
        <footer class="foot">{choose(texts.sharing_save)}</footer>
    }
    .fresh()
}

fn group(legend: &'static str, choices: Vec<Part>) -> Part {
    view! {
        <fieldset class="group">
            <legend>{legend}</legend>
            {choices}
        </fieldset>
    }
    .fresh()
}

fn tick(value: &'static str, checked: bool, label: &'static str, text: Option<&'static str>) -> Part {
    view! {
        <label class="tick">
            <input type="checkbox" form="main" name="chosen" value=value checked=checked />
            <span class="row-text">
                <span class="row-name">{label}</span>
                {text.map(|text| view! { <span class="row-place">{text}</span> }.fresh())}
            </span>
        </label>
    }
    .fresh()
}

fn radio(name: &'static str, value: &'static str, checked: bool, label: &'static str) -> Part {
    view! {
        <label class="tick">
            <input type="radio" form="main" name=name value=value checked=checked />
            <span class="row-name">{label}</span>
        </label>
    }
    .fresh()
}
