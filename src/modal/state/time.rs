//! The token's time: whoever needs more is asked in time.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Modal;
use crate::calls::{Go, Way, ask};
use crate::modal::focus::{focus, focus_screen};

/// Seconds before the end of the token's time at which the customer is asked.
const WARNING: u32 = 120;
/// Seconds in which nobody can answer (WCAG 2.2, 2.2.1).
const TOO_LATE: u32 = 20;

impl Modal {
    /// Warns before the token's time is over: one answer gives more (WCAG 2.2, 2.2.1). With 0 nobody is warned.
    pub(super) fn watch_time(self, seconds_left: u32) {
        let told = self.told.get_value() + 1;
        self.told.set_value(told);
        // Too late, or there is no more to give.
        if seconds_left <= TOO_LATE || (seconds_left <= WARNING && self.in_vain.get_value()) {
            return;
        }
        let warn = move || {
            if self.told.get_value() == told && self.shown.get_untracked() && !self.expired.get_untracked() {
                self.asking.set(false);
                self.ending.set(true);
                focus(".leave .primary");
            }
        };
        set_timeout(warn, Duration::from_secs(seconds_left.saturating_sub(WARNING).into()));
    }

    /// Asks the server for more time, and goes on.
    pub(crate) fn more_time(self) {
        // Else it would not be sent. The question stays.
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.ending.set(false);
        focus_screen();
        spawn_local(async move {
            let answer = ask(Go { token: self.token(), step: self.step(), way: Way::MoreTime }).await;
            if let Ok(view) = &answer {
                self.in_vain.set_value(view.seconds_left <= WARNING);
            }
            self.busy.set(false);
            self.take(answer);
        });
    }
}
