//! Choose among several meters, after the utility has accepted the login.

use connect_core::connector::MeterKind;
use connect_core::flow::{MeterChoice, MetersNotice, Page};
use leptos::prelude::*;

use super::{choose, named};
use crate::modal::parts::{Tone, at_utility, note};
use crate::small::{Part, Small};
use crate::text::{Words, fill};

pub(super) fn meters(
    page: &Page<'_>,
    words: &Words,
    meters: &[MeterChoice],
    notice: Option<MetersNotice>,
) -> Part {
    let texts = words.pages;
    let problem = notice.map(|notice| match notice {
        MetersNotice::Nothing => {
            note(Tone::Bad, texts.meters_none_title.into(), vec![texts.meters_none_text.into()])
        }
        MetersNotice::Internal => {
            note(Tone::Warn, words.modal.internal_title.into(), vec![named(page, texts.meters_broken_text)])
        }
    });
    let rows: Vec<Part> = meters.iter().enumerate().map(|(place, meter)| row(place, meter, words)).collect();
    view! {
        <main class="main">
            {at_utility(&page.utility, None)}
            <h1 id="title" tabindex="-1">{texts.meters_title}</h1>
            <p>{named(page, texts.meters_lead)}</p>
            {problem}
            <fieldset class="group">
                <legend class="visually-hidden">{texts.meters_title}</legend>
                {rows}
            </fieldset>
        </main>
        <footer class="foot">{choose(texts.meters_share)}</footer>
    }
    .fresh()
}

fn row(place: usize, meter: &MeterChoice, words: &Words) -> Part {
    let texts = words.pages;
    let kind = match meter.kind {
        MeterKind::Electric => texts.linked_meters_electricity,
        MeterKind::Gas => texts.linked_meters_gas,
    };
    let kind = match meter.place {
        0 => kind.to_owned(),
        place => fill(texts.meters_place, &[("kind", kind), ("place", &place.to_string())]),
    };
    let ending = (!meter.ending.is_empty()).then(|| fill(texts.linked_ending, &[("ending", &meter.ending)]));
    // Where the utility tells no address, the kind is what there is to go by.
    let unplaced = meter.address.is_empty();
    let line: Vec<String> = (!unplaced).then(|| kind.clone()).into_iter().chain(ending).collect();
    let name = if unplaced { kind } else { meter.address.clone() };
    view! {
        <label class="tick">
            <input
                type="checkbox"
                form="main"
                name="chosen"
                value=place.to_string()
                checked=meter.chosen
            />
            <span class="row-text">
                <span class="row-name">
                    <bdi>{name}</bdi>
                </span>
                <span class="row-place">{line.join(" · ")}</span>
            </span>
        </label>
    }
    .fresh()
}
