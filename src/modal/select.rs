//! Utility selection: a search box with a list that the keyboard can walk (the combobox pattern
//! of the ARIA Authoring Practices).

use connect_wire::UtilityCard;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;

use super::Modal;
use super::parts::{button, icon, line, message, monogram, row_text};
use crate::calls::{Search, SelectUtility, ask};
use crate::small::{Part, Small, attr, live, live_text, on};
use crate::text::{fill, use_strings};

const LIST: &str = "utilities";
const BOX: &str = "search";

/// What `/design` shows that else only typing brings about.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy)]
pub(crate) enum Shown {
    /// The rows answer this.
    Searched(&'static str),
    Help,
}

/// What the list shows.
#[derive(Clone)]
struct Found {
    /// What was searched for; empty for the large utilities.
    query: String,
    rows: Vec<UtilityCard>,
}

pub(super) fn select(modal: Modal, popular: Vec<UtilityCard>) -> impl IntoView {
    let words = use_strings();
    let start = Found { query: String::new(), rows: popular };
    let helping = RwSignal::new(false);
    #[cfg(feature = "ssr")]
    let start = match use_context::<Shown>() {
        Some(Shown::Searched(query)) => Found { query: query.into(), ..start },
        Some(Shown::Help) => {
            helping.set(true);
            start
        }
        None => start,
    };
    let query = RwSignal::new(start.query.clone());
    let found = RwSignal::new(start.clone());
    let start = StoredValue::new(start);
    let active = RwSignal::new(None::<usize>);

    let choose = move |id: u32| modal.send(move |token, step| SelectUtility { token, step, utility: id });
    let search = move |text: String| {
        query.set(text.clone());
        // What the list shows is not what was typed now: Enter must not choose of it.
        active.set(None);
        let trimmed = text.trim().to_owned();
        if trimmed.is_empty() {
            found.set(start.get_value());
            modal.announce(String::new());
            return;
        }
        spawn_local(async move {
            let answer = ask(Search { token: modal.token(), query: trimmed.clone() }).await;
            // An answer to what is no longer in the box is late; so is any once the screen is gone.
            if query.try_with_untracked(|q| q.trim() == trimmed) != Some(true) {
                return;
            }
            let Ok(rows) = answer else {
                return modal.connection_lost();
            };
            modal.connection_found();
            modal.announce(match rows.len() {
                0 => fill(words.select_none(), &[("query", &trimmed)]),
                n => words.count(words.select_found(), "count", n as u32),
            });
            active.set((!rows.is_empty()).then_some(0));
            found.set(Found { query: trimmed, rows });
        });
    };
    let waits = move || !modal.lost() && found.with(|f| query.with(|q| q.trim() != f.query));
    // Called after its utility: a new first hit is then another one, and said again.
    let id_at = move |at: Option<usize>| at.and_then(|i| found.with_untracked(|f| f.rows.get(i).map(|u| u.id)));
    let on_key = move |event: KeyboardEvent| {
        let last = found.with_untracked(|f| f.rows.len()).checked_sub(1);
        let at = active.get_untracked();
        let Some(last) = last else { return clear_on_escape(&event, query, search) };
        let next = match event.key().as_str() {
            "ArrowDown" => Some(at.map_or(0, |i| if i == last { 0 } else { i + 1 })),
            "ArrowUp" => Some(at.map_or(last, |i| i.checked_sub(1).unwrap_or(last))),
            "Enter" => {
                event.prevent_default();
                return if let Some(id) = id_at(at) {
                    choose(id)
                };
            }
            _ => return clear_on_escape(&event, query, search),
        };
        event.prevent_default();
        active.set(next);
        if let Some(row) = id_at(next).and_then(|id| document().get_element_by_id(&option_id(id))) {
            row.scroll_into_view_with_scroll_into_view_options(&nearest());
        }
    };
    let rows = move || {
        // Trying again asks again. Followed here, and not by an effect of its own, for the size of the WASM.
        if !modal.lost() && untrack(waits) {
            search(query.get_untracked());
        }
        let Found { query, rows } = found.get();
        if rows.is_empty() {
            let nothing = view! {
                <div class="empty">
                    <p class="empty-title">{fill(words.select_none(), &[("query", &query)])}</p>
                    <p>{words.select_none_hint()}</p>
                </div>
            };
            return Some(nothing.fresh());
        }
        let rows = rows.into_iter().enumerate().map(|(i, utility)| row(i, utility, active, choose)).collect_view();
        Some(rows.fresh())
    };
    let help = move || {
        let lines = [words.missing_text(), words.missing_bill(), words.missing_landlord()];
        let back = button("primary", "", words.missing_back(), move || {
            helping.set(false);
            super::focus::focus_screen();
        });
        message(None, words.missing_title().into(), lines.map(|text| line(text.into())).into(), vec![back])
    };
    let list = move || {
        view! {
            <main class="main select">
                <h1 id="title" tabindex="-1">{words.select_title()}</h1>
                <div class="search" data-waits=attr(move || waits().then(String::new))>
                    {icon("#i-search")}
                    <input
                        class="input"
                        type="text"
                        role="combobox"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        enterkeyhint="search"
                        maxlength="100"
                        aria-label=words.select_label()
                        placeholder=words.select_placeholder()
                        aria-controls=LIST
                        aria-expanded=attr(move || Some(found.with(|f| !f.rows.is_empty()).to_string()))
                        aria-autocomplete="list"
                        aria-activedescendant=attr(move || {
                            found.track();
                            id_at(active.get()).map(option_id)
                        })
                        data-focus-fine=""
                        id=BOX
                        on:input=on(move |event| search(event_target_value(&event)))
                        on:keydown=on(on_key)
                    />
                </div>
                <p class="list-title">
                    {live_text(move || if found.with(|f| f.query.is_empty()) { words.select_popular().into() } else { String::new() })}
                </p>
                <div class="list" id=LIST role=attr(move || found.with(|f| (!f.rows.is_empty()).then(|| "listbox".into()))) aria-label=attr(move || found.with(|f| (!f.rows.is_empty()).then(|| words.select_title().into())))>
                    {live(rows)}
                </div>
            </main>
            <footer class="foot">
                {button("quiet", "", words.select_missing(), move || {
                    helping.set(true);
                    super::focus::focus_screen();
                })}
            </footer>
        }
    };
    live(move || Some(if helping.get() { help() } else { list().fresh() }))
}

fn row(i: usize, utility: UtilityCard, active: RwSignal<Option<usize>>, choose: impl Fn(u32) + 'static) -> Part {
    let words = use_strings();
    let id = utility.id;
    let tile = monogram(&utility);
    view! {
        <div
            class="row"
            role="option"
            id=option_id(id)
            aria-selected=attr(move || Some((active.get() == Some(i)).to_string()))
            on:click=on(move |_| choose(id))
        >
            {tile}
            {row_text(utility, words)}
        </div>
    }
    .fresh()
}

/// The first Escape empties the box; only the next one is for the dialog.
fn clear_on_escape(event: &KeyboardEvent, query: RwSignal<String>, search: impl Fn(String)) {
    if event.key() == "Escape" && query.with_untracked(|q| !q.is_empty()) {
        event.prevent_default();
        if let Some(field) = document().get_element_by_id(BOX) {
            field.unchecked_into::<leptos::web_sys::HtmlInputElement>().set_value("");
        }
        search(String::new());
    }
}

fn option_id(utility: u32) -> String {
    let mut id = String::from("utility-");
    id.push_str(&utility.to_string());
    id
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}
