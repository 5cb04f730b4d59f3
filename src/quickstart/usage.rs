//! Usage and bills of the link, once Connect has read them.

use std::time::Duration;

use connect_wire::Hidden;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::calls::{ReadUsage, UsagePage, ask};
use crate::small::{Part, Small, attr, on};

/// How long the page waits before it asks again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How often it asks.
const ASK_AT_MOST: u32 = 60;

/// State of this part. A handle: copies share it.
#[derive(Clone, Copy)]
pub(super) struct Usage {
    link: StoredValue<Hidden>,
    hourly: RwSignal<bool>,
    page: RwSignal<Option<UsagePage>>,
    /// How often it has been asked in vain.
    asked: StoredValue<u32>,
}

impl Usage {
    pub(super) fn new() -> Self {
        Self {
            link: StoredValue::new(Hidden(String::new())),
            hourly: RwSignal::new(false),
            page: RwSignal::new(None),
            asked: StoredValue::new(0),
        }
    }

    /// Shows the data of a link, as soon as it is there.
    pub(super) fn start(self, link: Hidden) {
        self.link.set_value(link);
        self.asked.set_value(0);
        self.page.set(Some(UsagePage::NotYet));
        self.read();
    }

    pub(super) fn clear(self) {
        self.link.set_value(Hidden(String::new()));
        self.page.set(None);
    }

    fn read(self) {
        let (link, hourly) = (self.link.get_value(), self.hourly.get_untracked());
        spawn_local(async move {
            let answer = ask(ReadUsage { link: link.clone(), hourly }).await;
            // The page may have gone on to another link, or to the other chart.
            if self.link.get_value() != link || self.hourly.get_untracked() != hourly {
                return;
            }
            let page = answer.unwrap_or_else(|_| UsagePage::Refused(super::NO_ANSWER.into()));
            self.asked.update_value(|times| *times += 1);
            if page != UsagePage::NotYet {
                self.page.set(Some(page));
            } else if self.asked.get_value() < ASK_AT_MOST {
                set_timeout(move || self.read(), ASK_AGAIN);
            } else {
                self.page.set(Some(UsagePage::Refused(GAVE_UP.into())));
            }
        });
    }

    fn by(self, hourly: bool) {
        self.hourly.set(hourly);
        self.read();
    }
}

pub(super) fn usage(usage: Usage) -> Option<Part> {
    let html = match usage.page.get()? {
        UsagePage::Ready(html) => html,
        UsagePage::NotYet => return Some(waiting()),
        UsagePage::Refused(why) => return Some(say(why)),
    };
    let tab = move |label: &'static str, hourly: bool| {
        view! {
            <button
                class="quiet"
                type="button"
                aria-pressed=attr(move || Some((usage.hourly.get() == hourly).to_string()))
                on:click=on(move |_| usage.by(hourly))
            >
                {label}
            </button>
        }
        .fresh()
    };
    Some(
        view! {
            <div class="qs-usage">
                <div class="qs-tabs" role="group" aria-label="Usage by">{tab("By day", false)} {tab("By hour", true)}</div>
                <div inner_html=html></div>
            </div>
        }
        .fresh(),
    )
}

/// The shape of the charts that come.
fn waiting() -> Part {
    view! {
        <div>
            <p class="hint" role="status">{WAITING}</p>
            <div class="skeleton" aria-hidden="true"></div>
        </div>
    }
    .fresh()
}

fn say(text: String) -> Part {
    view! { <p class="hint" role="status">{text}</p> }.fresh()
}

const GAVE_UP: &str = "Connect could not read the data yet. It goes on trying; connect again to look.";
const WAITING: &str = "Connect is reading the first usage and bills…";
