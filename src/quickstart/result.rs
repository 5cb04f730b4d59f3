//! What came of the last run, as a company's page learns it.

use leptos::prelude::*;

use crate::calls::LinkedUser;
use crate::small::{Part, Small};

/// A headline and what belongs to it.
#[derive(Clone)]
pub(super) struct Outcome {
    good: bool,
    title: &'static str,
    lines: Vec<String>,
}

impl Outcome {
    /// `onSuccess` was called; the code is being exchanged.
    pub(super) fn exchanging() -> Self {
        Self { good: true, title: "onSuccess was called. The server exchanges the code…", lines: vec![] }
    }

    /// The code was exchanged and the accounts read, or not.
    pub(super) fn of(user: LinkedUser) -> Self {
        match user {
            LinkedUser::Linked { accounts, .. } => Self {
                good: true,
                title: "onSuccess was called. The server exchanged the code and read these accounts:",
                lines: accounts,
            },
            LinkedUser::Refused(why) => Self::failed(why),
        }
    }

    /// Something was refused.
    pub(super) fn failed(why: String) -> Self {
        Self { good: false, title: "The server could not go on.", lines: vec![why] }
    }

    /// `onExit` was called.
    pub(super) fn exited(status: String, metadata: String) -> Self {
        Self {
            good: false,
            title: "onExit was called with this status and metadata:",
            lines: vec![status, metadata],
        }
    }
}

pub(super) fn result(outcome: Outcome) -> Part {
    let lines = outcome.lines.into_iter().map(|line| view! { <li>{line}</li> }.fresh()).collect_view();
    view! {
        <div class=if outcome.good { "qs-linked" } else { "qs-exit" }>
            <strong>{outcome.title}</strong>
            <ul>{lines}</ul>
        </div>
    }
    .fresh()
}
