//! The design system by itself: tokens and components in their states, the first picture on `/design`. In English, as it
//! is for developers; direction and theme are those that are tried out.

use connect_wire::UtilityCard;
use leptos::prelude::*;

use crate::modal::parts::{Tone, at_utility, icon, monogram, note};
use crate::small::Part;

/// Tokens of colour (style/tokens.css), in the order in which they are shown.
const COLOURS: [&str; 16] = [
    "ink",
    "ink-2",
    "ink-3",
    "line",
    "line-strong",
    "paper",
    "wash",
    "brand",
    "brand-hover",
    "brand-wash",
    "focus",
    "bad",
    "bad-wash",
    "warn",
    "warn-wash",
    "scrim",
];
/// Tokens of type, with what is set in them.
const TYPE: [(&str, &str); 5] = [
    ("t-title", "Who sends your energy bill?"),
    ("t-body", "Link your utility account once."),
    ("t-strong", "Pacific Gas and Electric"),
    ("t-label", "User name or e-mail"),
    ("t-small", "Sharing goes on until you stop it."),
];
const SPACES: [&str; 6] = ["s1", "s2", "s3", "s4", "s5", "s6"];

/// The content of the page. `utility` gives name and letters.
pub(super) fn components(utility: &UtilityCard) -> String {
    view! {
        <main class="parts" lang="en">
            <h1>"Components"</h1>
            {tokens()}
            {buttons()}
            {fields()}
            {notes()}
            {marks(utility)}
            {rows(utility)}
            {choices()}
            {waiting(utility)}
        </main>
    }
    .to_html()
}

fn group(title: &'static str, content: impl IntoView + 'static) -> impl IntoView {
    view! { <section class="part"><h2>{title}</h2>{content}</section> }
}

fn tokens() -> impl IntoView {
    let swatch = |name: &'static str| view! { <li><i class="swatch" data-token=name></i><code>{name}</code></li> };
    let line = |(name, text): (&'static str, &'static str)| {
        view! { <li><span data-token=name>{text}</span><code>{name}</code></li> }
    };
    let bar = |name: &'static str| view! { <li><i class="bar" data-token=name></i><code>{name}</code></li> };
    (
        group("Colour", view! { <ul class="swatches">{COLOURS.map(swatch).collect_view()}</ul> }),
        group("Type", view! { <ul class="lines">{TYPE.map(line).collect_view()}</ul> }),
        group("Space", view! { <ul class="lines">{SPACES.map(bar).collect_view()}</ul> }),
    )
}

fn buttons() -> impl IntoView {
    let content = view! {
        <button class="primary" type="button"><span>"Primary"</span></button>
        <button class="primary" type="button" aria-busy="true"><span>"Primary, busy"</span></button>
        <button class="quiet" type="button">"Quiet"</button>
        <p><button class="link" type="button">"Link"</button></p>
        <button class="icon-button" type="button" aria-label="Close">{icon("#i-close")}</button>
    };
    group("Buttons", content)
}

fn fields() -> impl IntoView {
    let content = view! {
        <div class="field">
            <label for="part-empty">"Empty, with a hint"</label>
            <input class="input" id="part-empty" aria-describedby="part-hint" />
            <p class="hint" id="part-hint">"6 digits"</p>
        </div>
        <div class="field">
            <label for="part-full">"Filled, with a button"</label>
            <div class="with-button">
                <input class="input" id="part-full" value="anna@example.com" />
                <button class="in-field" type="button">"Show"</button>
            </div>
        </div>
        <div class="field">
            <label for="part-wrong">"Wrong"</label>
            <input class="input" id="part-wrong" aria-invalid="true" aria-describedby="part-error" />
            <p class="error" id="part-error">"Enter your user name or e-mail."</p>
        </div>
        <div class="search">
            {icon("#i-search")}
            <input class="input" type="search" aria-label="Search" placeholder="Name, state or ZIP code" />
        </div>
        <div class="field">
            <label for="part-code">"A code"</label>
            <input class="input code" id="part-code" value="123456" />
        </div>
    };
    group("Fields", content)
}

fn notes() -> impl IntoView {
    let say = |tone, title: &str, text: &str| note(tone, title.to_owned(), vec![text.to_owned()]);
    let content: Vec<Part> = vec![
        say(Tone::Bad, "The customer can mend it.", "What happened, and what to do next."),
        say(Tone::Warn, "Not the customer’s doing.", "What happened, and what to do next."),
        say(Tone::Good, "Good news.", "What comes next."),
    ];
    group("Notes", view! { {content} <p class="hint-box">"A word beside the way."</p> })
}

fn marks(utility: &UtilityCard) -> impl IntoView {
    let tones = (0..8).map(|tone| monogram(&UtilityCard { tone, ..utility.clone() })).collect_view();
    let badges = ["Not available yet", "Not answering", "Having trouble"];
    let content = view! {
        <p class="side-by-side">{tones}</p>
        <p class="side-by-side">{badges.map(|text| view! { <span class="badge">{text}</span> }).collect_view()}</p>
        <p class="sandbox-mark">"Sandbox: no real utility is contacted"</p>
        <div class="steps" aria-hidden="true"><i class="on"></i><i class="on"></i><i></i></div>
        <p class="side-by-side">
            <span class="dot" aria-hidden="true">{icon("#i-meter")}</span>
            <span class="dot big" aria-hidden="true">{icon("#i-lock")}</span>
            <span class="done-mark" aria-hidden="true">{icon("#i-tick")}</span>
        </p>
    };
    group("Marks", content)
}

fn rows(utility: &UtilityCard) -> impl IntoView {
    let row = |selected: &'static str| {
        view! {
            <li class="row" role="option" aria-selected=selected>
                {monogram(utility)}
                <span class="row-text">
                    <span class="row-name">{utility.name.clone()}</span>
                    <span class="row-place">{utility.place.clone()}</span>
                </span>
            </li>
        }
    };
    let list = view! { <ul role="listbox" aria-label="Utilities">{row("false")}{row("true")}</ul> };
    let content = view! {
        {list}
        {at_utility(utility, Some("Change"))}
        <ul>
            <li class="account">
                <span class="row-name">"1 WARRIORS WAY SAN FRANCISCO CA 94158"</span>
                <span class="row-place">"Electricity and gas · account ending in 5636"</span>
            </li>
        </ul>
        <ol class="todo"><li>"Sign in on the utility’s own site."</li><li>"Download the file."</li></ol>
    };
    group("Rows and cards", content)
}

fn choices() -> impl IntoView {
    let content = view! {
        <button class="choice" type="button">
            <span class="dot" aria-hidden="true">{icon("#i-phone")}</span>
            <span class="row-text">
                <span class="row-name">"Text message"</span>
                <span class="row-place">"•••• 4417"</span>
            </span>
            {icon("#i-next")}
        </button>
        <label class="tick"><input type="checkbox" checked /><span>"Ticked"</span></label>
        <label class="tick"><input type="checkbox" /><span>"Not ticked"</span></label>
        <div class="drop">
            {icon("#i-file")}
            <span class="drop-do">"Choose a file"</span>
            <span class="drop-or">"or drop it here"</span>
            <input type="file" aria-label="Choose a file" />
        </div>
    };
    group("Choices", content)
}

fn waiting(utility: &UtilityCard) -> impl IntoView {
    let content = view! {
        <div class="waiting" aria-hidden="true">{monogram(utility)}<span class="ring"></span></div>
        <div class="skeleton" aria-hidden="true"></div>
        <p class="match-number">"42"</p>
    };
    group("Waiting", content)
}
