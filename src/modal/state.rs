//! State of the modal in the browser: the last view of the server, and what only the browser
//! knows (is something typed, is a call on its way).

mod leaving;
mod time;

use std::time::Duration;

use connect_wire::{FlowView, Hidden, PageKind, Screen};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::closure::Closure;
use serde::Serialize;

use super::bridge;
use super::focus::focus_screen;
use super::parts::field_value;
use crate::calls::{CallError, Choose, Go, Load, Wait, Way, ask, encode, post, read};

/// How long a lost connection is left alone before the modal asks again by itself.
const POLL_AGAIN: Duration = Duration::from_secs(3);

/// The modal's state. A handle: copies share it.
#[derive(Clone, Copy)]
pub struct Modal {
    view: RwSignal<FlowView>,
    shown: RwSignal<bool>,
    expired: RwSignal<bool>,
    busy: RwSignal<bool>,
    typed: RwSignal<bool>,
    asking: RwSignal<bool>,
    ending: RwSignal<bool>,
    lost: RwSignal<bool>,
    back: RwSignal<bool>,
    announcement: RwSignal<String>,
    token: StoredValue<Hidden>,
    /// Whether the modal is waiting for the utility.
    polling: StoredValue<bool>,
    /// Whether the server has answered, so that the view is whole.
    loaded: StoredValue<bool>,
    /// When the modal was opened, in milliseconds.
    opened_at: StoredValue<f64>,
    /// How often the server has told the time that is left: only the last counts.
    told: StoredValue<u32>,
    /// Whether more time was asked for and not given.
    in_vain: StoredValue<bool>,
}

impl Modal {
    pub(super) fn new(first: FlowView) -> Self {
        Self {
            view: RwSignal::new(first),
            shown: RwSignal::new(false),
            expired: RwSignal::new(false),
            busy: RwSignal::new(false),
            typed: RwSignal::new(false),
            asking: RwSignal::new(false),
            ending: RwSignal::new(false),
            lost: RwSignal::new(false),
            back: RwSignal::new(false),
            announcement: RwSignal::new(String::new()),
            token: StoredValue::new(Hidden(String::new())),
            polling: StoredValue::new(false),
            loaded: StoredValue::new(false),
            opened_at: StoredValue::new(0.0),
            told: StoredValue::new(0),
            in_vain: StoredValue::new(false),
        }
    }

    /// Shown, at a moment.
    #[cfg(feature = "ssr")]
    pub(super) fn hold(self, moment: super::Moment) {
        use super::Moment;
        self.shown.set(true);
        self.busy.set(moment == Moment::Busy);
        self.lost.set(moment == Moment::Lost);
        self.asking.set(moment == Moment::Leaving);
        self.ending.set(moment == Moment::Ending);
        self.expired.set(moment == Moment::Expired);
    }

    pub(super) fn view(self) -> FlowView {
        self.view.get()
    }

    pub(super) fn shown(self) -> bool {
        self.shown.get()
    }

    pub(super) fn expired(self) -> bool {
        self.expired.get()
    }

    /// Whether a call is on its way; buttons then do nothing twice.
    pub(super) fn busy(self) -> bool {
        self.busy.get()
    }

    pub(super) fn asking(self) -> bool {
        self.asking.get()
    }

    pub(super) fn ending(self) -> bool {
        self.ending.get()
    }

    pub(super) fn lost(self) -> bool {
        self.lost.get()
    }

    pub(super) fn direction(self) -> &'static str {
        if self.back.get() { "back" } else { "on" }
    }

    pub(super) fn announcement(self) -> String {
        self.announcement.get()
    }

    /// Says something to people who do not see the screen.
    pub(super) fn announce(self, text: String) {
        self.announcement.set(text);
    }

    /// The customer typed something that would be lost.
    pub(super) fn touched(self) {
        self.typed.set(true);
    }

    pub(super) fn token(self) -> Hidden {
        self.token.get_value()
    }

    fn step(self) -> u32 {
        self.view.with_untracked(|v| v.step)
    }

    /// Starts in the browser: listens to the page that embeds us.
    pub(super) fn start(self) {
        let listener = Closure::new(move |kind: String, text: String| match kind.as_str() {
            "token" => {
                self.token.set_value(Hidden(text));
                self.load();
            }
            "open" => self.open(),
            "dismiss" => self.dismiss(),
            "load" => self.load(),
            "wait" => self.poll(),
            "lost" => self.lost.set(true),
            "back" => self.go_back(),
            "choose" => self.send(|token, step| Choose { token, step, chosen: text }),
            "finish" => self.finish(),
            "close" => self.leave(),
            "closed" => {
                self.shown.set(false);
                self.asking.set(false);
                self.ending.set(false);
            }
            other => {
                if let Some((_, way)) = WAYS.iter().find(|(name, _)| *name == other) {
                    self.go(*way);
                }
            }
        });
        bridge::listen(&listener);
        // It listens as long as the page lives.
        listener.forget();
    }

    /// Asks where the customer is and tells the page whether the token is good.
    fn load(self) {
        // Not when the answer is there: it may come after another call was lost.
        self.lost.set(false);
        spawn_local(async move {
            match ask(Load { token: self.token() }).await {
                Ok(view) => {
                    bridge::status(true);
                    self.show(view);
                }
                Err(CallError::TokenInvalid) => {
                    bridge::status(false);
                    self.expired.set(true);
                }
                // Nothing is known about the token: the page may open us, and the notice then
                // offers to try again.
                Err(_) => self.lost.set(true),
            }
        });
    }

    fn open(self) {
        let first = !self.shown.get_untracked();
        self.shown.set(true);
        self.opened_at.set_value(js_sys::Date::now());
        self.asking.set(false);
        if first && !self.token().0.is_empty() {
            self.load();
        }
        focus_screen();
    }

    /// Sends an action of the customer, unless one is on its way.
    pub(super) fn send<F>(self, call: impl FnOnce(Hidden, u32) -> F)
    where
        F: ServerFn<Output = FlowView> + Serialize,
    {
        if !self.busy.get_untracked() {
            self.send_bytes(F::PATH, encode(&call(self.token(), self.step())));
        }
    }

    /// The part of [`Self::send`] that is the same for every call.
    fn send_bytes(self, path: &'static str, body: Vec<u8>) {
        self.busy.set(true);
        self.lost.set(false);
        spawn_local(async move {
            let answer = post(path, body).await;
            self.busy.set(false);
            self.take(answer.and_then(|bytes| read(&bytes)));
        });
    }

    /// Makes a move that needs no input.
    pub(super) fn go(self, way: Way) {
        self.send(|token, step| Go { token, step, way });
    }

    /// Goes one screen back.
    pub(super) fn go_back(self) {
        // Leaving a screen is also allowed while a call is on its way: it makes that one stale.
        self.busy.set(false);
        self.go(Way::Back);
    }

    fn take(self, answer: Result<FlowView, CallError>) {
        match answer {
            Ok(view) => {
                self.connection_found();
                self.show(view);
            }
            Err(CallError::TokenInvalid) => self.expire(),
            Err(CallError::OutOfPlace) => self.load(),
            Err(CallError::Network | CallError::Internal | CallError::Malformed) => self.lost.set(true),
        }
    }

    /// The connect token is over: says so, whatever the screen was.
    pub(super) fn expire(self) {
        self.typed.set(false);
        self.asking.set(false);
        self.ending.set(false);
        self.expired.set(true);
        focus_screen();
    }

    fn show(self, view: FlowView) {
        // A link that exists is not lost by waiting.
        let linked = matches!(view.screen, Screen::Linked { .. });
        self.watch_time(if linked { 0 } else { view.seconds_left });
        // Answers may overtake each other; an older one has nothing to add. The server's Welcome
        // is complete as it was rendered; other screens it may have left blanks in, which wait when the
        // customer has begun to type.
        let nothing_new = self.view.with_untracked(|old| {
            let same = old.step == view.step && order(&old.screen) == order(&view.screen);
            let whole = self.loaded.get_value() || order(&old.screen) == WELCOME;
            view.step < old.step || (same && (whole || FIELDS.iter().any(|id| !field_value(id).is_empty())))
        });
        self.loaded.set_value(true);
        if nothing_new {
            return;
        }
        let before = self.view.with_untracked(|old| order(&old.screen));
        self.back.set(order(&view.screen) < before);
        if matches!(
            view.screen,
            Screen::Linked { .. } | Screen::Unsupported { .. } | Screen::Stopped { .. } | Screen::Select { .. }
        ) {
            self.typed.set(false);
        }
        if let Screen::Page { kind, .. } = view.screen {
            // A file that was read would be lost, too, and a login that was accepted.
            self.typed.set(matches!(kind, PageKind::Preview | PageKind::Meters));
        }
        let waits = matches!(
            view.screen,
            Screen::Checking { .. } | Screen::Page { kind: PageKind::Approve | PageKind::Elsewhere, .. }
        );
        self.announcement.set(String::new());
        self.view.set(view);
        focus_screen();
        if waits {
            self.poll();
        }
    }

    /// Whether something comes by itself: the utility's answer, or the customer's, of whom only a modal
    /// that is open waits.
    fn is_waiting(self) -> bool {
        self.view.with_untracked(|view| match view.screen {
            Screen::Checking { .. } => true,
            Screen::Page { kind, .. } => {
                matches!(kind, PageKind::Consent | PageKind::Approve | PageKind::Elsewhere)
                    && self.shown.get_untracked()
            }
            _ => false,
        })
    }

    /// Waits for the utility while the screen says "checking".
    fn poll(self) {
        if self.polling.get_value() {
            return;
        }
        self.polling.set_value(true);
        spawn_local(async move {
            while self.is_waiting() {
                let answer = ask(Wait { token: self.token(), step: self.step() }).await;
                let failed =
                    matches!(answer, Err(CallError::Network | CallError::Internal | CallError::Malformed));
                self.take(answer);
                if self.expired.get_untracked() {
                    break;
                }
                if failed {
                    set_timeout(move || self.poll(), POLL_AGAIN);
                    break;
                }
            }
            self.polling.set_value(false);
        });
    }

    /// Says that the connection was lost.
    pub(super) fn connection_lost(self) {
        self.lost.set(true);
    }

    /// Takes that back.
    pub(super) fn connection_found(self) {
        if self.lost.get_untracked() {
            self.lost.set(false);
        }
    }

    /// Asks again where the customer is, after the connection was lost.
    pub(super) fn retry(self) {
        self.load();
        // The button goes with its notice.
        focus_screen();
    }
}

/// Moves that buttons of the server's screens name. A list: as arms of a match they cost the WASM more.
const WAYS: [(&str, Way); 11] = [
    ("tell", Way::Tell),
    ("on", Way::On),
    ("sharing", Way::Sharing),
    ("hand_over", Way::HandOver),
    ("change", Way::ChangeUtility),
    ("sign_in", Way::SignInHere),
    ("approved", Way::Approved),
    ("resend", Way::Resend),
    ("here", Way::Here),
    ("use_file", Way::UseFile),
    ("link_file", Way::LinkFile),
];
const WELCOME: u8 = 1;
/// Fields that a customer types into.
const FIELDS: [&str; 3] = ["username", "password", "code"];

/// Position of a screen on the way, to move in the direction of the step.
fn order(screen: &Screen) -> u8 {
    match screen {
        Screen::Loading => 0,
        Screen::Welcome { .. } => WELCOME,
        Screen::Select { .. } => 2,
        Screen::Credentials(_) => 3,
        Screen::Page { kind: PageKind::Preview | PageKind::Approve | PageKind::Meters, .. } => 5,
        Screen::Page { .. } => 3,
        Screen::Checking { .. } => 4,
        Screen::Method { .. } => 5,
        Screen::Code(_) => 6,
        Screen::Linked { .. } | Screen::Unsupported { .. } | Screen::Stopped { .. } => 7,
    }
}
