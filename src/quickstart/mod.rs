//! The quickstart: a page that does what a company's own web app does, and shows the code for it.
//! It uses the modal only through the public loader. Only the card to try it is alive in the
//! browser; everything around it is plain HTML from the server and costs the WASM nothing.

#[cfg(feature = "ssr")]
mod code;
mod host;
#[cfg(feature = "ssr")]
mod logins;
#[cfg(feature = "ssr")]
pub mod around;
mod result;
#[cfg(feature = "ssr")]
mod samples;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::calls::{self, LinkedUser, NewToken};
use crate::modal::field_value;
use crate::small::{Small, attr, live, on};
use result::Outcome;

/// The card to try it.
pub fn quickstart() -> impl IntoView {
    let outcome = RwSignal::new(None::<Outcome>);
    let problem = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "true");
        }
    });

    let on_success = move |code: String| {
        outcome.set(Some(Outcome::Exchanging));
        spawn_local(async move {
            let answer = calls::exchange_code(connect_wire::Hidden(code)).await;
            outcome.set(Some(match answer {
                Ok(LinkedUser::Linked { utility, accounts }) => Outcome::Linked { utility, accounts },
                Ok(LinkedUser::Refused(why)) => Outcome::Failed(why),
                Err(_) => Outcome::Failed(NO_ANSWER.into()),
            }));
        });
    };
    let on_exit = move |status: String, metadata: String| outcome.set(Some(Outcome::Exited { status, metadata }));
    let connect = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        let (user, slug) = (field_value("user-id"), field_value("utility"));
        spawn_local(async move {
            match calls::new_connect_token(user, slug).await {
                Ok(NewToken::Made(token)) => host::open(&token.0, on_success, on_exit),
                Ok(NewToken::Refused(why)) => problem.set(Some(why)),
                Err(_) => problem.set(Some(NO_ANSWER.into())),
            }
            busy.set(false);
        });
    };
    view! {
        <section class="qs-card" aria-labelledby="try-title">
            <h2 id="try-title">"Try it"</h2>
            <form class="qs-form" on:submit=on(connect) method="post">
                <div class="field">
                    <label for="user-id">"Your customer’s id (user_id)"</label>
                    <input
                        class="input"
                        id="user-id"
                        name="user_id"
                        value="customer-1"
                        autocomplete="off"
                        spellcheck="false"
                        maxlength="200"
                        aria-invalid=attr(move || problem.get().map(|_| "true".into()))
                        aria-describedby="user-id-hint"
                    />
                    <p class="hint" id="user-id-hint">
                        "With an id that is linked already, Connect starts in update mode, at the password."
                    </p>
                </div>
                <div class="field">
                    <label for="utility">"Utility (utility_slug)"</label>
                    <select class="input" id="utility" name="utility_slug">
                        <option value="">"The customer chooses"</option>
                        <option value="pge">"Pacific Gas and Electric"</option>
                        <option value="cherokee-electric-cooperative">"Cherokee Electric Cooperative (not supported yet)"</option>
                    </select>
                </div>
                <button class="primary" type="submit" aria-busy=attr(move || Some(busy.get().to_string()))>
                    <span>"Connect your utility"</span>
                </button>
                <div role="alert">
                    {live(move || problem.get().map(|text| view! { <p class="error">{text}</p> }.small()))}
                </div>
            </form>
            <div class="qs-result" role="status">{live(move || outcome.get().map(result::result))}</div>
        </section>
    }
}

const NO_ANSWER: &str = "The server did not answer. Check that it is running, then try again.";
