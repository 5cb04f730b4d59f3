//! How an opening ends: left, or linked.

use connect_wire::Screen;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Modal;
use crate::calls::{CallError, Finish, Way, ask};
use crate::modal::bridge;
use crate::modal::focus::{focus, focus_screen};

impl Modal {
    /// Escape, a click beside the sheet, or the close button. Asks first when something typed
    /// would be lost.
    pub(in crate::modal) fn dismiss(self) {
        if self.ending.get_untracked() {
            self.more_time();
        } else if self.asking.get_untracked() {
            self.stay();
        } else if self.typed.get_untracked() && !self.expired.get_untracked() {
            self.asking.set(true);
            focus(".leave .primary");
        } else {
            self.leave();
        }
    }

    /// A click beside the sheet. The second click of a double-click on the page's button lands
    /// here too, and must not close what the first one opened.
    pub(in crate::modal) fn dismiss_by_click(self) {
        if js_sys::Date::now() - self.opened_at.get_value() > 400.0 {
            self.dismiss();
        }
    }

    /// Goes on instead of leaving.
    pub(in crate::modal) fn stay(self) {
        self.asking.set(false);
        focus_screen();
    }

    /// Leaves, with the outcome that belongs to the screen.
    pub(in crate::modal) fn leave(self) {
        if self.expired.get_untracked() {
            return self.close("token_invalid", "", "");
        }
        match self.view.with_untracked(|v| v.screen.clone()) {
            Screen::Linked { .. } => self.finish(),
            Screen::Unsupported { utility, .. } => {
                // The next opening starts with the choice again.
                self.go(Way::ChangeUtility);
                self.close("unavailable_utility_credentials_submitted", &utility.id.to_string(), &utility.name);
            }
            _ => self.close("user_initiated_exit", "", ""),
        }
    }

    fn close(self, status: &str, utility_id: &str, utility_name: &str) {
        self.typed.set(false);
        self.asking.set(false);
        self.ending.set(false);
        self.shown.set(false);
        // Draws the screen anew, without what was typed into it.
        self.view.update(|_| ());
        bridge::exit(status, utility_id, utility_name);
    }

    /// Fetches the authorization code and hands it to the page.
    pub(in crate::modal) fn finish(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.lost.set(false);
        spawn_local(async move {
            match ask(Finish { token: self.token() }).await {
                Ok(code) => {
                    self.shown.set(false);
                    bridge::success(&code.0);
                }
                Err(CallError::TokenInvalid) => self.expire(),
                Err(_) => self.lost.set(true),
            }
            self.busy.set(false);
        });
    }
}
