//! The modal's head: back, where one is, close, and the sandbox mark.

use connect_wire::{FlowView, Progress, Screen};
use leptos::prelude::*;

use super::Modal;
use super::parts::icon;
use crate::small::{Small, on};
use crate::text::{fill, use_strings};

pub(super) fn header(modal: Modal) -> impl IntoView {
    let words = use_strings();
    let FlowView { progress, can_go_back, sandbox, screen, .. } = modal.view();
    let expired = modal.expired();
    // On a check the way back is "Cancel", which says what it does.
    let can_go_back = can_go_back && !expired && !matches!(screen, Screen::Checking { .. });
    let progress = progress.filter(|_| !expired);
    let where_one_is = match progress {
        Some(Progress { at, of }) => fill(words.step_of(), &[("at", &at.to_string()), ("of", &of.to_string())]),
        None => words.secure().to_owned(),
    };
    let lock = progress.is_none().then(|| icon("#i-lock"));
    view! {
        <header class="head">
            <div class="head-side">
                {can_go_back
                    .then(|| {
                        view! {
                            <button class="icon-button" type="submit" form="nav" name="way" value="back" aria-label=words.back() on:click=on(move |_| modal.go_back())>
                                {icon("#i-back")}
                            </button>
                        }
                        .small()
                    })}
            </div>
            <p class="where">{lock} <span>{where_one_is}</span></p>
            <div class="head-side">
                <button class="icon-button" type="submit" form="nav" name="way" value="close" formtarget="_top" aria-label=words.close() on:click=on(move |_| modal.dismiss())>
                    {icon("#i-close")}
                </button>
            </div>
        </header>
        {progress
            .map(|Progress { at, of }| {
                let bar = |n| view! { <i class=if n <= at { "on" } else { "" }></i> }.small();
                let bars = (1..=of).map(bar).collect_view();
                view! { <div class="steps" aria-hidden="true">{bars}</div> }.small()
            })}
        {sandbox.then(|| view! { <p class="sandbox-mark">{words.sandbox_mark()}</p> }.small())}
    }
}
