//! The quickstart: a page that does what a company's own web app does, and shows the code for it.
//! It uses the modal only through the public loader. Only the card to try it is alive in the
//! browser; everything around it is plain HTML from the server and costs the WASM nothing.

#[cfg(feature = "ssr")]
pub mod around;
#[cfg(feature = "ssr")]
mod chart;
#[cfg(feature = "ssr")]
mod code;
mod host;
#[cfg(feature = "ssr")]
mod logins;
mod result;
#[cfg(feature = "ssr")]
mod samples;
mod usage;
#[cfg(feature = "ssr")]
pub mod usage_page;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;

use crate::calls::{ExchangeCode, LinkedUser, NewConnectToken, NewToken, ask};
use crate::modal::field_value;
use crate::small::{attr, live, live_text, on};
use result::Outcome;

/// The card to try it.
pub fn quickstart() -> impl IntoView {
    let outcome = RwSignal::new(None::<Outcome>);
    let busy = RwSignal::new(false);
    let usage = usage::Usage::new();
    // What is wrong with the user id. The other refusal, an unknown utility, cannot come of the list.
    let refused = RwSignal::new(None::<String>);

    let on_success = move |code: String| {
        outcome.set(Some(Outcome::exchanging()));
        spawn_local(async move {
            let answer = ask(ExchangeCode { code: connect_wire::Hidden(code) }).await;
            if let Ok(LinkedUser::Linked { link, .. }) = &answer {
                usage.start(link.clone());
            }
            outcome.set(Some(answer.map_or_else(|_| Outcome::failed(NO_ANSWER.into()), Outcome::of)));
        });
    };
    let on_exit = move |status: String, metadata: String| outcome.set(Some(Outcome::exited(status, metadata)));
    let connect = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        outcome.set(None);
        refused.set(None);
        usage.clear();
        let (user, slug) = (field_value(USER_ID), field_value("utility"));
        spawn_local(async move {
            match ask(NewConnectToken { user_id: user, utility: slug }).await {
                Ok(NewToken::Made(token)) => host::open(&token.0, on_success, on_exit),
                Ok(NewToken::Refused(why)) => {
                    refused.set(Some(why));
                    if let Some(field) = document().get_element_by_id(USER_ID) {
                        let _ = field.unchecked_into::<leptos::web_sys::HtmlElement>().focus();
                    }
                }
                Err(_) => outcome.set(Some(Outcome::failed(NO_ANSWER.into()))),
            }
            busy.set(false);
        });
    };
    view! {
        <div class="qs-try">
            <form class="qs-form" on:submit=on(connect) method="post" action="/quickstart">
                <div class="field">
                    <label for="user-id">"Your customer’s id (user_id)"</label>
                    <input
                        class="input"
                        id=USER_ID
                        name="user_id"
                        value="customer-1"
                        autocomplete="off"
                        spellcheck="false"
                        aria-invalid=attr(move || refused.with(Option::is_some).then(|| "true".into()))
                        aria-describedby="user-id-error user-id-hint"
                    />
                    <p class="error" id="user-id-error" role="alert">{live_text(move || refused.get().unwrap_or_default())}</p>
                </div>
                <div class="field">
                    <label for="utility">"Utility (utility_slug)"</label>
                    <select class="input" id="utility" name="utility_slug">
                        <option value="">"The customer chooses"</option>
                        <option value="pge">"Pacific Gas and Electric"</option>
                        <option value="sunrise">"Sunrise Power & Gas (by consent)"</option>
                        <option value="cherokee-electric-cooperative">"Cherokee Electric Cooperative (by a file)"</option>
                    </select>
                </div>
                <button class="primary" type="submit" aria-busy=attr(move || Some(busy.get().to_string()))>
                    <span>"Connect your utility"</span>
                </button>
            </form>
            <div class="qs-result" role="status">{live(move || outcome.get().map(result::result))}</div>
            {live(move || usage::usage(usage))}
        </div>
    }
}

const USER_ID: &str = "user-id";
const NO_ANSWER: &str = "The server did not answer. Check that it is running, then try again.";
