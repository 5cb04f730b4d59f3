//! What came of the last run.

use leptos::prelude::*;

use crate::calls::AccountRow;
use crate::small::{Part, Small};

/// Outcome of a run, as a company's page learns it.
#[derive(Clone)]
pub(super) enum Outcome {
    /// `onSuccess` was called; the code is being exchanged.
    Exchanging,
    /// The code was exchanged and the accounts read.
    Linked { utility: String, accounts: Vec<AccountRow> },
    /// `onExit` was called.
    Exited { status: String, metadata: String },
    /// The exchange failed.
    Failed(String),
}

pub(super) fn result(outcome: Outcome) -> Part {
    match outcome {
        Outcome::Exchanging => view! { <p>"onSuccess: exchanging the authorization code…"</p> }.fresh(),
        Outcome::Failed(why) => view! { <p class="error">{why}</p> }.fresh(),
        Outcome::Exited { status, metadata } => view! {
            <div class="qs-exit">
                <p><strong>"onExit"</strong> " was called: " {meaning(&status)}</p>
                <dl>
                    <dt>"status"</dt>
                    <dd><code>{status}</code></dd>
                    <dt>"metadata"</dt>
                    <dd><code>{metadata}</code></dd>
                </dl>
            </div>
        }
        .fresh(),
        Outcome::Linked { utility, accounts } => {
            let rows = accounts
                .into_iter()
                .map(|account| {
                    view! {
                        <tr>
                            <td>{account.address}</td>
                            <td><code>{account.account_number}</code></td>
                            <td>{account.meters.join(", ")}</td>
                        </tr>
                    }
                })
                .collect_view();
            view! {
                <div class="qs-linked">
                    <p>
                        <strong>"onSuccess"</strong>
                        " was called. The server exchanged the code and read the accounts at "
                        {utility}
                        ":"
                    </p>
                    <div class="scroll" tabindex="0" role="region" aria-label="Accounts">
                        <table>
                            <thead>
                                <tr><th scope="col">"Address"</th><th scope="col">"Account"</th><th scope="col">"Meters"</th></tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                    <p class="hint">"The access token stays on the server; the page never sees it."</p>
                </div>
            }
            .fresh()
        }
    }
}

fn meaning(status: &str) -> &'static str {
    match status {
        "user_initiated_exit" => "the customer closed Connect.",
        "unavailable_utility_credentials_submitted" => "the customer asked for a utility that cannot be linked yet.",
        "token_invalid" => "the connect token was not valid any more.",
        _ => "Connect was left.",
    }
}
