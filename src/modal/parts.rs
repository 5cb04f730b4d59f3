//! Pieces that several screens share.

use connect_wire::{Condition, UtilityCard};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use super::Modal;
use crate::small::{Part, Small, attr};
use crate::text::{Strings, use_strings};

/// An icon of the page's sprite (`web/sprite.svg`), decorative: its meaning stands beside it.
pub(crate) fn icon(href: &'static str) -> Part {
    view! { <svg class="icon" aria-hidden="true"><use href=href></use></svg> }.small()
}

/// The utility's tile: its letters on a steady colour.
pub(crate) fn monogram(utility: &UtilityCard) -> Part {
    let tone = utility.tone.to_string();
    view! { <span class="monogram" data-tone=tone aria-hidden="true">{utility.monogram.clone()}</span> }.small()
}

/// The utility in a row: its name, where it is and what it supplies, and whether it can be linked.
pub(super) fn row_text(utility: UtilityCard, words: &'static Strings) -> Part {
    let line = place_and_fuels(&utility, words);
    let badge = match (utility.available, utility.condition) {
        (false, _) => Some(words.not_available()),
        (true, Condition::Down) => Some(words.not_answering()),
        (true, Condition::Troubled) => Some(words.having_trouble()),
        (true, Condition::Up) => None,
    };
    view! {
        <span class="row-text">
            <span class="row-name">{utility.name}</span>
            <span class="row-place">
                {line}
                {badge.map(|text| view! { " " <span class="badge">{text}</span> }.fresh())}
            </span>
        </span>
    }
    .fresh()
}

/// What the utility supplies and where, as one line.
fn place_and_fuels(utility: &UtilityCard, words: &Strings) -> String {
    let mut line = utility.place.clone();
    let fuels = [(utility.electricity, words.electricity()), (utility.gas, words.gas())];
    let mut first = true;
    for (has, fuel) in fuels {
        if has {
            line.push_str(match (line.is_empty(), first) {
                (true, _) => "",
                (_, true) => " · ",
                _ => ", ",
            });
            line.push_str(fuel);
            first = false;
        }
    }
    line
}

/// Tone of a note.
#[derive(Clone, Copy)]
pub(crate) enum Tone {
    /// The customer can mend it.
    Bad,
    /// Not the customer's doing.
    Warn,
    /// Good news.
    Good,
}

/// A note with a headline and what to do next. The focus goes to it with its screen (`focus_screen`), or to the field
/// that it describes, which reads it out: it is no alert, or it would be heard twice.
pub(crate) fn note(tone: Tone, title: String, lines: Vec<String>) -> Part {
    let (class, icon_href) = match tone {
        Tone::Bad => ("note bad", "#i-alert"),
        Tone::Warn => ("note warn", "#i-alert"),
        Tone::Good => ("note good", "#i-tick"),
    };
    view! {
        <div class=class tabindex="-1">
            {icon(icon_href)}
            <div>
                <strong>{title}</strong>
                {lines.into_iter().map(line).collect_view()}
            </div>
        </div>
    }
    .fresh()
}

/// The main button of a screen. It stays enabled while a call is on its way (a disabled button
/// loses the focus) and says so by `aria-busy`.
pub(super) fn primary(modal: Modal, label: &'static str) -> Part {
    view! {
        <button class="primary" type="submit" aria-busy=attr(move || Some(modal.busy().to_string()))>
            <span>{label}</span>
        </button>
    }
    .small()
}

/// A button that is not the form's own: `primary`, `quiet` or `link`. `way` is what it asks of the server where the
/// app is not there: then there is a form of the id `nav` (`web/hosted`), which it sends. With the app there is none.
pub(super) fn button(
    class: &'static str,
    way: &'static str,
    label: &'static str,
    act: impl FnMut() + 'static,
) -> Part {
    let mut act = act;
    draw_button(class, way, label, Box::new(move |_| act()))
}

fn draw_button(
    class: &'static str,
    way: &'static str,
    label: &'static str,
    act: Box<dyn FnMut(MouseEvent)>,
) -> Part {
    view! { <button class=class type="submit" form="nav" name="way" value=way on:click=act>{label}</button> }
        .fresh()
}

/// A button that names where it leads: `public/frame.js` hands that to the app, and where there is none it is sent by
/// the form of the id `nav`.
pub(crate) fn way(class: &'static str, way: &'static str, label: &'static str) -> Part {
    view! { <button class=class type="submit" form="nav" name="way" value=way data-way=way>{label}</button> }
        .fresh()
}

/// The way to another device, from a screen on which something is typed or chosen.
pub(crate) fn other_device(label: &'static str) -> Part {
    way("quiet other-device js-only", "hand_over", label)
}

/// The utility that a screen is about, with a way to another one (`public/frame.js` carries it out).
pub(crate) fn at_utility(utility: &UtilityCard, change: Option<&'static str>) -> Part {
    let change = change.map(|label| way("link", "change", label));
    view! {
        <div class="at-utility">
            {monogram(utility)}
            <span class="at-name">{utility.name.clone()}</span>
            {change}
        </div>
    }
    .fresh()
}

/// A screen that only says something: a mark, a headline, lines, and buttons.
pub(super) fn message(mark: Option<Part>, title: String, lines: Vec<Part>, buttons: Vec<Part>) -> Part {
    let class = if mark.is_some() { "main middle" } else { "main" };
    view! {
        <main class=class>
            {mark}
            <h1 id="title" tabindex="-1">{title}</h1>
            {lines}
        </main>
        <footer class="foot">{buttons}</footer>
    }
    .fresh()
}

/// A paragraph.
pub(super) fn line(text: String) -> Part {
    view! { <p>{text}</p> }.fresh()
}

/// The notice that the connection was lost, with a way to try again.
pub(super) fn network_notice(modal: Modal) -> Option<Part> {
    let words = use_strings();
    modal.lost().then(|| {
        view! {
            <div class="network">
                <div role="alert">
                    {note(Tone::Warn, words.network_title().into(), vec![words.network_text().into()])}
                </div>
                {button("quiet", "look", words.try_again(), move || modal.retry())}
            </div>
        }
        .fresh()
    })
}

/// A link to a utility's own site, in a new tab.
pub(crate) fn outside_link(site: &str, text: String) -> Part {
    let mut href = String::from("https://www.");
    href.push_str(site);
    view! {
        <p class="reset">
            <a href=href target="_blank" rel="noopener noreferrer">
                {text} <span class="visually-hidden">{use_strings().opens_new()}</span> {icon("#i-out")}
            </a>
        </p>
    }
    .fresh()
}

/// What is in the field with this id.
pub(crate) fn field_value(id: &str) -> String {
    document()
        .get_element_by_id(id)
        .map(|field| field.unchecked_into::<leptos::web_sys::HtmlInputElement>().value())
        .unwrap_or_default()
}

/// Minutes and seconds, `4:32`.
pub(super) fn clock(seconds: u32) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let mut out = minutes.to_string();
    out.push_str(if seconds < 10 { ":0" } else { ":" });
    out.push_str(&seconds.to_string());
    out
}

/// A count of seconds that has passed since the screen appeared. Runs in the browser only.
pub(super) fn seconds_passed() -> RwSignal<u32> {
    let passed = RwSignal::new(0u32);
    // The server draws the start.
    if cfg!(feature = "hydrate") {
        let tick = move || passed.update(|s| *s += 1);
        if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    }
    passed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_a_clock() {
        assert_eq!([clock(0), clock(9), clock(272), clock(3600)], ["0:00", "0:09", "4:32", "60:00"]);
    }
}
