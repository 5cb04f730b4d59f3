//! The modal's words.
//!
//! Every string that a customer can read in the modal is a field of [`Catalogue`]; a language is
//! one constant of that type, so a missing string does not compile. The server writes the
//! language in use into the page, one string a line, and the browser reads it from there: the
//! WASM itself contains no words, and only one language travels.

#![allow(non_camel_case_types, reason = "a key is named once, as a field, a method and a variant")]

#[cfg(feature = "ssr")]
pub mod format;
#[cfg(feature = "ssr")]
mod languages;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod words;

use leptos::prelude::*;

#[cfg(feature = "ssr")]
pub use pages::PageWords;
#[cfg(feature = "ssr")]
pub use words::Words;

macro_rules! catalogue {
    ($($(#[$doc:meta])* $key:ident,)*) => {
        #[expect(missing_docs, reason = "the name of a string says where it stands")]
        /// One language, as a translator writes it. `{name}` marks a place that [`fill`] fills; the forms of a text
        /// that goes with a number stand in the order of the language's rule, `|` between them.
        #[derive(Debug)]
        pub struct Catalogue { $($(#[$doc])* pub $key: &'static str,)* }

        impl Catalogue {
            /// The strings as a page carries them: one a line, in the order of the fields.
            pub fn to_lines(&self) -> String {
                self.all().join("\n")
            }

            /// All strings, in the order of the fields.
            pub fn all(&self) -> Vec<&'static str> {
                vec![$(self.$key,)*]
            }

            /// The names of the fields, in their order.
            #[cfg(test)]
            pub(crate) const NAMES: &[&str] = &[$(stringify!($key),)*];
        }

        #[derive(Clone, Copy)]
        enum Key { $($key,)* Count }

        #[expect(missing_docs, reason = "the name of a string says where it stands")]
        impl Strings {
            $($(#[$doc])* pub fn $key(&self) -> &'static str {
                self.0.get(Key::$key as usize).copied().unwrap_or_default()
            })*
        }
    };
}

catalogue! {
    /// Tag of the language (BCP 47), as `fr-CA`.
    lang,
    /// Rule for its plurals, see [`form`].
    plural,
    /// Title of the document, and the dialog's name while nothing is loaded.
    app_title,
    /// Mark on everything that comes from the sandbox.
    sandbox_mark,
    close, back, secure,
    /// `{at}`, `{of}`.
    step_of,
    loading,
    proceed,
    select_title, select_label, select_placeholder, select_popular,
    /// Forms by `{count}`.
    select_found, select_none, select_none_hint, select_missing,
    missing_title, missing_text, missing_bill, missing_landlord, missing_back,
    electricity, gas, not_available, not_answering,
    credentials_title, credentials_lead, update_title, update_lead, credentials_unsupported,
    /// On the way to a file, where a utility cannot be linked.
    file_offer, file_offer_text,
    change, username_label, password_label, show, hide, show_password, hide_password,
    forgot, sign_in, send_anyway, credentials_small, opens_new,
    missing_username, missing_password, missing_both,
    wrong_title,
    /// Forms by `{left}`.
    wrong_text,
    down_title, down_lead, down_text, timeout_title, timeout_text,
    no_accounts_title, no_accounts_text, action_title, action_text, code_over_title, code_over_text, code_many_title, code_many_text,
    internal_title, internal_text, too_long_text, too_long_title,
    checking_login, checking_code, checking_sending, checking_text, checking_slow, checking_cancel,
    code_title, code_sms, code_email, code_call, code_app,
    code_label,
    /// Forms by `{digits}`.
    code_hint, question_title, question_lead, question_label,
    valid_for, valid_over, resend, resend_in, verify, other_method, resent,
    code_missing, answer_missing,
    /// Forms by `{left}`.
    code_wrong, answer_wrong,
    code_expired_title, code_expired_text, code_too_soon, code_too_long,
    expired_title, expired_text,
    leave_title, leave_text, leave_stay, leave_go,
    ending_title, ending_text, ending_more,
    having_trouble, trouble_title, trouble_text, tell_me, other_device, resend_ready,
    network_title, network_text, try_again,
}

/// The words of a page, read from it.
#[derive(Debug, PartialEq, Eq)]
pub struct Strings(Vec<&'static str>);

impl Strings {
    /// Reads what [`Catalogue::to_lines`] wrote. `None` when lines are missing.
    pub fn from_lines(lines: &'static str) -> Option<Self> {
        let lines: Vec<_> = lines.split('\n').collect();
        (lines.len() == Key::Count as usize).then_some(Self(lines))
    }

    /// A text that goes with a number: the form for it, with the number in its place `name`.
    pub fn count(&self, text: &str, name: &str, n: u32) -> String {
        fill(form(self.plural(), text, n), &[(name, &n.to_string())])
    }
}

/// The form of a text (`one|other`) that goes with a number, by CLDR's rules for whole numbers below a million. Rules:
/// `one` (1, and all others), `french` (0 and 1, and all others), `arabic` (0, 1, 2, few, many, others); with any
/// other rule there is one form.
pub fn form<'a>(rule: &str, text: &'a str, n: u32) -> &'a str {
    let place = match rule {
        "one" => usize::from(n != 1),
        "french" => usize::from(n > 1),
        "arabic" => match (n, n % 100) {
            (0..=2, _) => n as usize,
            (_, 3..=10) => 3,
            (_, 11..) => 4,
            _ => 5,
        },
        _ => 0,
    };
    text.split('|').nth(place).unwrap_or(text)
}

/// Puts values into the places of a text: `fill("{a} of {b}", &[("a", "1"), ("b", "3")])`.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        match tail.split_once('}') {
            Some((name, after)) => {
                if let Some((_, value)) = values.iter().find(|(n, _)| *n == name) {
                    out.push_str(value);
                }
                rest = after;
            }
            None => rest = tail,
        }
    }
    out.push_str(rest);
    out
}

/// The words of the page's language. The page provides them; there is no default, because a page
/// without words would be of no use to anybody.
pub fn use_strings() -> &'static Strings {
    expect_context()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_survives_the_page() {
        let Words { modal, strings, .. } = Words::of(connect_core::language::Language::English);
        assert_eq!((strings.app_title(), strings.try_again()), (modal.app_title, modal.try_again));
        assert_eq!(strings.count("{n} file|{n} files", "n", 1), "1 file");
        assert_eq!(Strings::from_lines("one line"), None);
    }

    #[test]
    fn places_are_filled_and_unknown_ones_vanish() {
        assert_eq!(fill("{a} of {b}{c}", &[("a", "1"), ("b", "{a}")]), "1 of {a}");
        assert_eq!(fill("open { brace", &[]), "open  brace");
    }
}
