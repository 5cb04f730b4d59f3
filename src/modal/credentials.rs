//! Credentials: sign in to the utility.

use connect_wire::{CredentialsView, Hidden, LoginNotice, Mode, UtilityCard};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Modal;
use super::parts::{Tone, at_utility, field_value, icon, note, other_device, outside_link, primary, way};
use crate::calls::SubmitLogin;
use crate::small::{Part, Small, attr, live_text, on};
use crate::text::{Strings, fill, use_strings};

pub(super) fn credentials(
    modal: Modal,
    company: &str,
    mode: Mode,
    view: CredentialsView,
) -> impl IntoView + use<> {
    let words = use_strings();
    let CredentialsView { utility, username, notice, can_change } = view;
    let with = |text| fill(text, &[("company", company), ("utility", &utility.name)]);
    let (title, lead) = match mode {
        Mode::Create => (words.credentials_title(), words.credentials_lead()),
        Mode::Update => (words.update_title(), words.update_lead()),
    };
    let lead = with(if utility.available { lead } else { words.credentials_unsupported() });
    let wrong = wrong_fields(notice.as_ref());
    let outage = matches!(notice, Some(LoginNotice::Down | LoginNotice::TimedOut | LoginNotice::Troubled));
    let shown = RwSignal::new(false);
    let available = utility.available;

    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (username, password) = (field_value("username"), field_value("password"));
        // For a utility that cannot be linked nothing that was typed leaves the browser, only
        // whether the fields were filled.
        let (username, password) =
            if available { (username, password) } else { (hide(&username), hide(&password)) };
        let (username, password) = (Hidden(username), Hidden(password));
        modal.send(move |token, step| SubmitLogin { token, step, username, password });
    };
    let reset = utility
        .reset_site
        .clone()
        .filter(|_| available)
        .map(|site| outside_link(&site, fill(words.forgot(), &[("site", &site)])));
    // What happened stands in the place of what to do.
    let explained = notice.as_ref().and_then(|n| notice_of(n, &utility, words));
    view! {
        <form class="form" id="main" method="post" action="/connect/step" on:submit=on(on_submit) novalidate>
            <main class="main">
                {at_utility(&utility, can_change.then(|| words.change()))}
                <h1 id="title" tabindex="-1">{with(title)}</h1>
                <div id="note">
                    {explained.unwrap_or_else(|| view! { <p class=if available { "" } else { "hint-box" }>{lead}</p> }.fresh())}
                </div>
                {(!available).then(|| file_offer(words))}
                <div class="field">
                    <label for="username">{words.username_label()}</label>
                    <input
                        class="input"
                        id="username"
                        name="username"
                        type="text"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="1024"
                        value=username.clone()
                        aria-invalid=wrong.username.is_some().then_some("true")
                        aria-describedby=wrong.username.map(|_| "username-error")
                        on:input=on(move |_| modal.touched())
                    />
                    {wrong.username.map(|key| field_error("username-error", key(words)))}
                </div>
                <div class="field">
                    <label for="password">{words.password_label()}</label>
                    <div class="with-button">
                        <input
                            class="input"
                            id="password"
                            name="password"
                            type=attr(move || Some(if shown.get() { "text".into() } else { "password".into() }))
                            autocomplete="current-password"
                            autocapitalize="none"
                            spellcheck="false"
                            maxlength="1024"
                            aria-invalid=wrong.password.is_some().then_some("true")
                            aria-describedby=wrong.password.map(|text| if text.is_some() { "password-error" } else { "note" })
                            on:input=on(move |_| modal.touched())
                        />
                        <button
                            class="in-field js-only"
                            type="button"
                            aria-pressed=attr(move || Some(shown.get().to_string()))
                            aria-label=words.show_password()
                            on:click=on(move |_| shown.update(|s| *s = !*s))
                        >
                            {live_text(move || if shown.get() { words.hide().to_owned() } else { words.show().to_owned() })}
                        </button>
                    </div>
                    {wrong.password.and_then(|text| text).map(|key| field_error("password-error", key(words)))}
                </div>
                {reset}
            </main>
            <footer class="foot">
                {primary(modal, if available { words.sign_in() } else { words.send_anyway() })}
                {outage.then(|| way("quiet", "tell", words.tell_me()))}
                {other_device(words.other_device())}
                {available.then(|| view! { <p class="small">{with(words.credentials_small())}</p> }.fresh())}
            </footer>
        </form>
    }
}

/// The other way, for a utility that cannot be linked.
fn file_offer(words: &Strings) -> Part {
    view! {
        <button class="offer" type="submit" form="nav" name="way" value="use_file" data-way="use_file">
            {icon("#i-file")}
            <span class="row-text">
                <span class="row-name">{words.file_offer()}</span>
                <span class="row-place">{words.file_offer_text()}</span>
            </span>
            {icon("#i-next")}
        </button>
    }
    .fresh()
}

/// Stands for text that is not sent: only whether there is any.
fn hide(text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { "-".into() }
}

fn field_error(id: &'static str, text: &'static str) -> Part {
    view! { <p class="error" id=id>{text}</p> }.fresh()
}

type Word = fn(&'static Strings) -> &'static str;

/// Which fields are wrong, and the text at each. The password can be wrong without a text of its
/// own: the note above says it.
#[derive(Clone, Copy, Default)]
struct Wrong {
    username: Option<Word>,
    password: Option<Option<Word>>,
}

fn wrong_fields(notice: Option<&LoginNotice>) -> Wrong {
    match notice {
        Some(LoginNotice::Missing { username, password }) => Wrong {
            username: username.then_some(|w| w.missing_username()),
            password: password.then_some(Some(|w| w.missing_password())),
        },
        Some(LoginNotice::WrongPassword { .. } | LoginNotice::TooLong) => {
            Wrong { username: None, password: Some(None) }
        }
        _ => Wrong::default(),
    }
}

fn notice_of(notice: &LoginNotice, utility: &UtilityCard, words: &Strings) -> Option<Part> {
    let name = [("utility", utility.name.as_str())];
    let say = |tone, title: &str, lines: &[&str]| {
        Some(note(tone, fill(title, &name), lines.iter().map(|l| fill(l, &name)).collect()))
    };
    match notice {
        // Said at the fields.
        LoginNotice::Missing { .. } => None,
        LoginNotice::TooLong => say(Tone::Bad, words.too_long_title(), &[words.too_long_text()]),
        LoginNotice::WrongPassword { left } => {
            let text = words.count(words.wrong_text(), "left", (*left).into());
            say(Tone::Bad, words.wrong_title(), &[&text])
        }
        LoginNotice::Down => say(Tone::Warn, words.down_title(), &[words.down_lead(), words.down_text()]),
        LoginNotice::Troubled => say(Tone::Warn, words.trouble_title(), &[words.trouble_text()]),
        LoginNotice::TimedOut => say(Tone::Warn, words.timeout_title(), &[words.timeout_text()]),
        LoginNotice::NoAccounts => say(Tone::Warn, words.no_accounts_title(), &[words.no_accounts_text()]),
        LoginNotice::CodeExpired => say(Tone::Warn, words.code_over_title(), &[words.code_over_text()]),
        LoginNotice::CodeTooMany => say(Tone::Bad, words.code_many_title(), &[words.code_many_text()]),
        LoginNotice::ActionRequired => say(Tone::Warn, words.action_title(), &[words.action_text()]),
        LoginNotice::Internal => say(Tone::Warn, words.internal_title(), &[words.internal_text()]),
    }
}
