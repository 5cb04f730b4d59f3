//! The modal as documents that need no app: every button is part of a form (`web/hosted`), and what the app does while
//! one types is asked for by a button.

use connect_wire::{FlowView, PageKind, Screen, UtilityCard};
use leptos::prelude::*;

use super::parts::{icon, line, monogram, row_text};
use super::{Modal, Moment, sheet};
use crate::small::{Part, Small};
use crate::text::{fill, use_strings};

/// What a document knows beside the view.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    /// What was searched for, and what was found.
    pub found: Option<(String, Vec<UtilityCard>)>,
    /// Label of the button that searches.
    pub search: &'static str,
    /// How long a code works. Forms by `{count}`.
    pub minutes: &'static str,
}

/// Whether a document is drawn that has to do without the app.
pub(super) fn is_plain() -> bool {
    use_context::<Plain>().is_some()
}

/// How long a code works: nothing counts down in a document, which may stand for a while.
pub(super) fn valid_for(seconds: u32) -> Option<String> {
    let Plain { minutes, .. } = use_context()?;
    (seconds > 0).then(|| use_strings().count(minutes, "count", seconds.div_ceil(60)))
}

/// The modal, as a document shows it.
pub fn plain(view: FlowView, moment: Moment, plain: Plain) -> impl IntoView {
    provide_context(plain);
    let modal = Modal::new(view);
    modal.hold(moment);
    sheet(modal)
}

/// What the server has drawn. The screens that take a file or a choice are forms of their own.
pub(super) fn page(screen: &Screen, html: String) -> Part {
    let (action, kind) = match screen {
        Screen::Page { kind: PageKind::Upload, .. } => ("/connect/file", Some("multipart/form-data")),
        Screen::Page { kind: PageKind::Sharing | PageKind::Meters, .. } => ("/connect/step", None),
        _ => return view! { <div class="form" inner_html=html></div> }.small(),
    };
    view! { <form class="form" id="main" method="post" action=action enctype=kind inner_html=html></form> }.small()
}

/// Utility selection: a search by a button, a list of buttons.
pub(super) fn select(popular: Vec<UtilityCard>) -> Part {
    let words = use_strings();
    let Plain { found, search, .. } = use_context().unwrap_or_default();
    let (query, rows, title) = match found {
        None => (String::new(), popular, words.select_popular().to_owned()),
        Some((query, rows)) if rows.is_empty() => {
            let title = fill(words.select_none(), &[("query", &query)]);
            (query, rows, title)
        }
        Some((query, rows)) => {
            let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            (query, rows, words.count(words.select_found(), "count", count))
        }
    };
    let nothing = rows.is_empty().then(|| line(words.select_none_hint().into()));
    let rows = rows.into_iter().map(row).collect_view();
    let help = [words.missing_text(), words.missing_bill(), words.missing_landlord()];
    let help = help.map(|text| line(text.into())).into_iter().collect_view();
    view! {
        <main class="main select">
            <h1 id="title" tabindex="-1">{words.select_title()}</h1>
            <form class="search" id="main" method="post" action="/connect/step">
                {icon("#i-search")}
                <input
                    class="input"
                    type="search"
                    name="query"
                    value=query
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    enterkeyhint="search"
                    maxlength="100"
                    aria-label=words.select_label()
                    placeholder=words.select_placeholder()
                />
                <button class="quiet" type="submit">{search}</button>
            </form>
            <p class="list-title" role="status">{title}</p>
            {nothing}
            <ul class="list">{rows}</ul>
        </main>
        <footer class="foot">
            <details class="help">
                <summary>{words.select_missing()}</summary>
                {help}
            </details>
        </footer>
    }
    .small()
}

fn row(utility: UtilityCard) -> Part {
    let id = utility.id.to_string();
    let tile = monogram(&utility);
    view! {
        <li>
            <button class="row" type="submit" form="nav" name="utility" value=id>
                {tile}
                {row_text(utility, use_strings())}
            </button>
        </li>
    }
    .small()
}
