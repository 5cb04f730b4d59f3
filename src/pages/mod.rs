//! The screens of the modal that the server draws: those that are text and a button or two. The
//! browser puts the HTML in its place, and `public/frame.js` does what the buttons name in
//! `data-way`. So they cost the WASM nothing, and later need none.

mod approve;
mod consent;
mod elsewhere;
mod linked;
mod meters;
mod method;
mod preview;
mod sharing;
mod stopped;
mod upload;
mod welcome;

use connect_core::flow::{Page, PageContent};
use connect_core::grant::{Choices, History, Lasts};
use connect_core::language::Language;
use leptos::prelude::*;

use crate::modal::parts::way;
use crate::small::{Part, Small};
use crate::text::{Words, fill};
pub(crate) use linked::account_rows;

/// Draws a screen. `address` is where browsers reach the service, for a link that is opened elsewhere.
pub fn draw(page: &Page<'_>, address: &str) -> String {
    let words = Words::of(page.language);
    Owner::new().with(|| {
        provide_context(words.strings);
        match &page.content {
            PageContent::Consent { open, can_sign_in, notice } => {
                consent::consent(page, words, *open, *can_sign_in, *notice).to_html()
            }
            PageContent::Upload { notice } => upload::upload(page, words, *notice).to_html(),
            PageContent::Method { options, notice } => method::method(page, words, options, *notice).to_html(),
            PageContent::Approve { challenge, notice, waits } => {
                approve::approve(page, words, challenge, *notice, *waits).to_html()
            }
            PageContent::Welcome { logo, terms, fixed, choices } => {
                welcome::welcome(page, words, (*logo, *terms), *fixed, *choices).to_html()
            }
            PageContent::Sharing { choices, notice } => sharing::sharing(page, words, *choices, *notice).to_html(),
            PageContent::Meters { meters, notice } => meters::meters(page, words, meters, *notice).to_html(),
            PageContent::Linked { accounts, choices, receipt } => {
                linked::linked(page, words, accounts, *choices, *receipt).to_html()
            }
            PageContent::Elsewhere { link } => elsewhere::elsewhere(page, words, *link, address).to_html(),
            PageContent::Told => stopped::told(page, words).to_html(),
            PageContent::Unsupported => stopped::unsupported(page, words).to_html(),
            PageContent::Stopped { reason, another } => stopped::stopped(page, words, *reason, *another).to_html(),
            PageContent::Preview { file } => preview::preview(page, words, file).to_html(),
        }
    })
}

/// A text with the names of company and utility in it.
fn named(page: &Page<'_>, text: &str) -> String {
    fill(text, &[("company", page.company), ("utility", &page.utility.name)])
}

/// The label of the way to another utility, where there is one.
fn change(page: &Page<'_>, words: &Words) -> Option<&'static str> {
    page.can_change.then_some(words.pages.change)
}

/// What is shared, how far back and until when, in three sentences.
pub(crate) fn shared(choices: Choices, words: &Words) -> [&'static str; 3] {
    let texts = words.pages;
    let kinds = match (choices.usage, choices.bills) {
        (true, true) => texts.shared_all,
        (true, false) => texts.shared_usage,
        (false, _) => texts.shared_bills,
    };
    let history = match choices.history {
        History::Whole => texts.shared_whole,
        History::Year => texts.shared_year,
        History::Nothing => texts.shared_new,
    };
    let until = match choices.lasts {
        Lasts::UntilStopped => texts.until_stopped,
        Lasts::Year => texts.until_year,
        Lasts::Quarter => texts.until_quarter,
    };
    [kinds, history, until]
}

/// Sentences in a row, as the language sets them.
pub(crate) fn in_a_row(sentences: &[&str], words: &Words) -> String {
    let space = if words.language == Language::ChineseSimplified { "" } else { " " };
    sentences.join(space)
}

/// After an outage: the way to being told of its end.
fn tell_me(down: bool, words: &Words) -> Option<Part> {
    down.then(|| way("quiet", "tell", words.modal.tell_me))
}

/// The button that takes what is ticked. Without the app it sends the screen's own form.
fn choose(label: &'static str) -> Part {
    view! {
        <button class="primary" type="submit" form="main" name="way" value="choose" data-way="choose">
            <span>{label}</span>
        </button>
    }
    .fresh()
}

#[cfg(test)]
mod tests {
    use super::*;
    use connect_core::flow::{ConsentNotice, FileMeter, FileNotice, FileSummary};
    use connect_wire::UtilityCard;

    fn drawn(content: PageContent<'_>) -> String {
        let utility = UtilityCard {
            id: 8,
            name: "Smith & <Sons> Electric".into(),
            place: String::new(),
            electricity: true,
            gas: false,
            monogram: "SE".into(),
            tone: 1,
            available: false,
            condition: connect_wire::Condition::Up,
            reset_site: Some("smith.example".into()),
        };
        let page = Page {
            language: Language::English,
            company: "Northwind \"Solar\"",
            step: 7,
            utility,
            can_change: true,
            content,
        };
        draw(&page, "https://connect.example")
    }

    #[test]
    fn what_is_not_ours_is_escaped() {
        let place = String::from("line 3, <script>alert(1)</script>");
        let notice = FileNotice::Damaged { place, reason: "\"><img src=x onerror=alert(1)>".into() };
        let file = FileSummary {
            accounts: vec![],
            meters: vec![FileMeter {
                electricity: true,
                from: "<b>".into(),
                to: "</b>".into(),
                readings: "1".into(),
                used: "<i>".into(),
            }],
            bills: 1,
            left_out: 1,
            warnings: 2,
        };
        for html in [
            drawn(PageContent::Upload { notice: Some(&notice) }),
            drawn(PageContent::Preview { file: &file }),
            drawn(PageContent::Consent { open: true, can_sign_in: true, notice: Some(ConsentNotice::Denied) }),
        ] {
            assert!(
                html.contains("Smith &amp; &lt;Sons> Electric")
                    || html.contains("Smith &amp; &lt;Sons&gt; Electric"),
                "{html}"
            );
            for bad in ["<script", "<img", "<b>", "<i>", "<Sons"] {
                assert!(!html.contains(bad), "{bad} in {html}");
            }
        }
    }

    #[test]
    fn every_screen_has_a_heading_to_go_to_and_names_its_ways() {
        let html = drawn(PageContent::Consent { open: true, can_sign_in: false, notice: None });
        assert!(html.contains("data-way=\"visit\"") && html.contains("data-step=\"7\""), "{html}");
        assert!(!html.contains("data-way=\"sign_in\"") && html.contains("id=\"title\""));
        let html = drawn(PageContent::Consent { open: false, can_sign_in: true, notice: None });
        assert!(!html.contains("data-way=\"visit\"") && html.contains("is not answering"), "{html}");
        let html = drawn(PageContent::Upload { notice: None });
        assert!(
            html.contains("data-step=\"7\"") && html.contains("id=\"title\"") && html.contains("smith.example")
        );
    }
}
