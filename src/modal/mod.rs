//! The modal: draws what the server says, sends what the customer does, reports the outcome.

mod bridge;
pub(crate) mod checking;
pub(crate) mod code;
mod credentials;
mod ended;
mod focus;
mod header;
mod leave;
pub(crate) mod parts;
#[cfg(feature = "ssr")]
mod plain;
mod select;
mod state;

use connect_wire::{FlowView, Screen};
use leptos::prelude::*;

use crate::small::{Part, Small, attr, live, live_text, on};
use crate::text::use_strings;
pub(crate) use parts::field_value;
#[cfg(feature = "ssr")]
pub use plain::{Plain, plain};
#[cfg(feature = "ssr")]
pub(crate) use select::Shown;
pub use state::Modal;

/// The modal, starting at the screen that the server rendered.
pub fn modal(first: FlowView) -> impl IntoView {
    let modal = Modal::new(first);
    Effect::new(move |_| modal.start());
    sheet(modal)
}

/// What the browser alone knows, for [`still`].
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moment {
    /// Nothing happens.
    #[default]
    Quiet,
    /// A call is on its way.
    Busy,
    /// The connection was lost.
    Lost,
    /// Whether to leave is asked.
    Leaving,
    /// The token's time is nearly over.
    Ending,
    /// The token is over.
    Expired,
}

/// The modal as a picture: nothing in it does anything.
#[cfg(feature = "ssr")]
pub fn still(view: FlowView, moment: Moment) -> impl IntoView {
    let modal = Modal::new(view);
    modal.hold(moment);
    sheet(modal)
}

fn sheet(modal: Modal) -> impl IntoView {
    provide_context(modal);
    let asks = move || modal.asking() || modal.ending();
    view! {
        <div class="stage" data-shown=attr(move || Some(modal.shown().to_string()))>
            <div class="backdrop" on:click=on(move |_| modal.dismiss_by_click())></div>
            <section class="sheet" role="dialog" aria-modal="true" aria-labelledby=attr(move || Some(if asks() { "leave-title" } else { "title" }.into())) tabindex="-1">
                <div class="sheet-body" inert=attr(move || asks().then(String::new))>
                    {live(move || Some(header::header(modal).small()))}
                    {live(move || parts::network_notice(modal))}
                    <div class="screen" data-direction=attr(move || Some(modal.direction().into()))>
                        {live(move || Some(screen(modal)))}
                    </div>
                </div>
                {live(move || leave::question(modal))}
                <p class="visually-hidden" role="status">
                    {live_text(move || modal.announcement())}
                </p>
            </section>
        </div>
    }
}

fn screen(modal: Modal) -> Part {
    if modal.expired() {
        return ended::expired(modal);
    }
    let FlowView { company, screen, mode, .. } = modal.view();
    #[cfg(feature = "ssr")]
    if plain::is_plain() {
        match screen {
            Screen::Select { popular } => return plain::select(popular),
            Screen::Welcome { ref html }
            | Screen::Page { ref html, .. }
            | Screen::Method { ref html }
            | Screen::Linked { ref html }
            | Screen::Unsupported { ref html, .. }
            | Screen::Stopped { ref html } => return plain::page(&screen, html.clone()),
            _ => {}
        }
    }
    match screen {
        Screen::Loading => view! {
            <main class="main loading">
                <h1 id="title" tabindex="-1">{use_strings().loading()}</h1>
                <div class="skeleton" aria-hidden="true"></div>
            </main>
        }
        .small(),
        Screen::Select { popular } => select::select(modal, popular).fresh(),
        Screen::Credentials(view) => credentials::credentials(modal, &company, mode, view).fresh(),
        Screen::Welcome { html }
        | Screen::Page { html, .. }
        | Screen::Method { html }
        | Screen::Linked { html }
        | Screen::Unsupported { html, .. }
        | Screen::Stopped { html } => view! { <div
            class="form"
            data-busy=attr(move || Some(modal.busy().to_string()))
            aria-busy=attr(move || Some(modal.busy().to_string()))
            inner_html=html
        ></div> }
        .fresh(),
        Screen::Checking { utility, what } => checking::checking(utility, what),
        Screen::Code(view) => code::code(modal, view).fresh(),
    }
}
