//! The token's time is over.

use leptos::prelude::*;

use super::Modal;
use super::parts::{button, icon, line, message};
use crate::small::{Part, Small};
use crate::text::use_strings;

pub(super) fn expired(modal: Modal) -> Part {
    let words = use_strings();
    let clock = icon("#i-clock");
    let mark = view! { <span class="dot big">{clock}</span> }.fresh();
    let close = button("primary", "close", words.close(), move || modal.leave());
    message(Some(mark), words.expired_title().into(), vec![line(words.expired_text().into())], vec![close])
}
