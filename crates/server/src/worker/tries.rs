//! Leave to send a password to a utility. Nothing sends one without it.

use std::sync::Arc;

use connect_core::audit::{Actor, Event, Kind, Subject};
use connect_core::clock::Clock;
use connect_core::connector::{Connector, Login};
use connect_core::keys::Keys;
use connect_core::store::Store;
use connect_core::tries::{Try, TryEnd};
use uuid::Uuid;

use crate::service::{Auditor, Fault, new_id};

/// Who wants to send a password.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asker {
    /// A customer in a run of this client.
    Run { session: Uuid, client: Uuid },
    /// The worker, for a user of this client.
    Background { user: Uuid, client: Uuid },
}

/// Counts passwords ([`connect_core::tries`]).
pub(super) struct Tries {
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
    auditor: Arc<Auditor>,
}

impl Tries {
    pub(super) fn new(
        store: Arc<dyn Store>,
        keys: Arc<Keys>,
        clock: Arc<dyn Clock>,
        auditor: Arc<Auditor>,
    ) -> Self {
        Self { store, keys, clock, auditor }
    }

    /// Counts a password that is about to be sent. `None` when it must not be: a limit is reached, which
    /// is recorded.
    pub(super) async fn begin(
        &self,
        connector: &dyn Connector,
        utility: u32,
        login: &Login,
        asker: Asker,
    ) -> Result<Option<Uuid>, Fault> {
        let attempt = Try {
            id: new_id(&*self.clock),
            login: self.keys.login_digest(utility, &login.username),
            session: match asker {
                Asker::Run { session, .. } => Some(session),
                Asker::Background { .. } => None,
            },
            at: self.clock.now(),
            before_lock: connector.tries_before_lock(),
        };
        if self.store.begin_try(attempt).await? {
            return Ok(Some(attempt.id));
        }
        let event = Event::of(Kind::RateLimited).because("login");
        self.auditor.seen(match asker {
            Asker::Run { session, client } => {
                event.by(Actor::Customer).client(client).on(Subject::Session(session))
            }
            Asker::Background { user, client } => event.by(Actor::Service).client(client).on(Subject::User(user)),
        });
        Ok(None)
    }

    /// Notes what came of it.
    pub(super) async fn end(&self, counted: Uuid, end: TryEnd) -> Result<(), Fault> {
        Ok(self.store.end_try(counted, end).await?)
    }
}
