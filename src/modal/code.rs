//! MFA: enter a code, or answer a question.

use connect_wire::{Channel, CodeNotice, CodePrompt, CodeView, Hidden};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Modal;
use super::parts::{Tone, clock, field_value, monogram, note, other_device, primary, seconds_passed, way};
use crate::calls::{SubmitCode, Way};
use crate::small::{Part, Small, attr, live_text, on};
use crate::text::{Strings, fill, form, use_strings};

pub(super) fn code(modal: Modal, view: CodeView) -> impl IntoView {
    let words = use_strings();
    let CodeView { utility, prompt, expires_in, resend_in, can_choose, notice } = view;
    let name = utility.name.clone();
    let with = |text| fill(text, &[("utility", &name)]);
    let question = matches!(prompt, CodePrompt::Question { .. });
    let passed = seconds_passed();
    let at_field = notice.as_ref().and_then(|n| field_error(n, question, &name, words));
    let beside = notice.as_ref().filter(|_| at_field.is_none()).and_then(|n| channel_problem(n, &name, words));
    let wrong = at_field.is_some();
    let down = matches!(notice, Some(CodeNotice::Down));

    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let code = Hidden(field_value("code"));
        modal.send(move |token, step| SubmitCode { token, step, code });
    };
    let (title, lead, label) = match &prompt {
        CodePrompt::Question { text } => (with(words.question_title()), with(words.question_lead()), text.clone()),
        CodePrompt::Code { channel, to, .. } => {
            let text = match channel {
                Channel::Sms => words.code_sms(),
                Channel::Email => words.code_email(),
                Channel::Call => words.code_call(),
                Channel::App | Channel::Push => words.code_app(),
            };
            (
                with(words.code_title()),
                fill(text, &[("to", to), ("utility", &name)]),
                words.code_label().to_owned(),
            )
        }
    };
    let hint = match &prompt {
        CodePrompt::Code { digits, .. } => Some(words.count(words.code_hint(), "digits", (*digits).into())),
        CodePrompt::Question { .. } => None,
    };
    // In a document nothing passes: there the server says whether it is too soon.
    #[cfg(feature = "ssr")]
    let resend_in = resend_in.map(|seconds| if super::plain::is_plain() { 0 } else { seconds });
    let left = move |seconds: u32| seconds.saturating_sub(passed.get());
    let valid = expires_in.map(|total| {
        #[cfg(feature = "ssr")]
        if let Some(text) = super::plain::valid_for(total) {
            return view! { <span class="valid">{text}</span> }.fresh();
        }
        view! {
            <span class="valid">
                {live_text(move || {
                    let left = left(total);
                    let text = match left {
                        0 => words.valid_over().to_owned(),
                        seconds => fill(words.valid_for(), &[("time", &clock(seconds))]),
                    };
                    // Said to who does not see it when a minute is left, and at the end.
                    if matches!(left, 0 | 60) && passed.get() > 0 {
                        modal.announce(text.clone());
                    }
                    text
                })}
            </span>
        }
        .fresh()
    });
    let resend = resend_in.map(|total| {
        // Both stand there, and one is hidden: a button that is drawn anew each second would lose the focus.
        let hidden = move |yes: bool| yes.then(String::new);
        let again = move |_| modal.go(Way::Resend);
        view! {
            <span class="resend-wait" hidden=attr(move || hidden(left(total) == 0))>
                {live_text(move || {
                    // Said once, when it may be done.
                    if total > 0 && passed.get() == total {
                        modal.announce(words.resend_ready().into());
                    }
                    fill(words.resend_in(), &[("time", &clock(left(total)))])
                })}
            </span>
            <button
                class="link"
                type="submit"
                form="nav"
                name="way"
                value="resend"
                hidden=attr(move || hidden(left(total) > 0))
                on:click=on(again)
            >
                {words.resend()}
            </button>
        }
        .fresh()
    });
    let below = match at_field {
        Some(text) => Some(("error", "code-error", text)),
        None => hint.clone().map(|text| ("hint", "code-hint", text)),
    };
    let below = below.map(|(class, id, text)| view! { <p class=class id=id>{text}</p> }.fresh());
    let described = if wrong { Some("code-error") } else { hint.as_ref().map(|_| "code-hint") };
    view! {
        <form class="form" id="main" method="post" action="/connect/step" on:submit=on(on_submit) novalidate>
            <main class="main">
                <div class="at-utility">
                    {monogram(&utility)} <span class="at-name">{utility.name.clone()}</span>
                </div>
                <h1 id="title" tabindex="-1">{title}</h1>
                <p>{lead}</p>
                {beside}
                <div class="field">
                    <label for="code">{label}</label>
                    <input
                        class=if question { "input" } else { "input code" }
                        id="code"
                        name="code"
                        type="text"
                        inputmode=if question { "text" } else { "numeric" }
                        autocomplete=if question { "off" } else { "one-time-code" }
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="256"
                        aria-invalid=wrong.then_some("true")
                        aria-describedby=described
                        on:input=on(move |_| modal.touched())
                    />
                    {below}
                </div>
                <div class="code-row">{valid} {resend}</div>
            </main>
            <footer class="foot">
                {primary(modal, words.verify())}
                {can_choose.then(|| way("quiet", "back", words.other_method()))}
                {down.then(|| way("quiet", "tell", words.tell_me()))}
                {other_device(words.other_device())}
            </footer>
        </form>
    }
}

/// What is wrong with what was entered, said at the field.
fn field_error(notice: &CodeNotice, question: bool, utility: &str, words: &Strings) -> Option<String> {
    let text = match (notice, question) {
        (CodeNotice::Missing, false) => words.code_missing(),
        (CodeNotice::Missing, true) => words.answer_missing(),
        (CodeNotice::TooLong, _) => words.code_too_long(),
        (CodeNotice::Wrong { .. }, false) => words.code_wrong(),
        (CodeNotice::Wrong { .. }, true) => words.answer_wrong(),
        _ => return None,
    };
    let left = if let CodeNotice::Wrong { left } = notice { (*left).into() } else { 0 };
    Some(fill(form(words.plural(), text, left), &[("utility", utility), ("left", &left.to_string())]))
}

/// What happened on the way of the code, said in a note.
pub(crate) fn channel_problem(notice: &CodeNotice, utility: &str, words: &Strings) -> Option<Part> {
    let with = |text| fill(text, &[("utility", utility)]);
    Some(match notice {
        CodeNotice::Expired => {
            note(Tone::Warn, words.code_expired_title().into(), vec![words.code_expired_text().into()])
        }
        CodeNotice::Resent => note(Tone::Good, words.resent().into(), vec![]),
        CodeNotice::TooSoon => note(Tone::Warn, with(words.code_too_soon()), vec![]),
        CodeNotice::Down => {
            note(Tone::Warn, with(words.down_title()), vec![words.down_lead().into(), words.down_text().into()])
        }
        CodeNotice::Missing | CodeNotice::TooLong | CodeNotice::Denied | CodeNotice::Wrong { .. } => return None,
    })
}
