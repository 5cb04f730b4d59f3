//! A login that the customer approves on another device: the utility is asked until there is an answer.

use std::time::Duration;

use connect_core::connector::{ChallengeInput, LoginStep};
use connect_core::flow::Stage;
use connect_wire::Check;
use jiff::Timestamp;
use tokio::time::{sleep, timeout};

use super::{CHECK, Job, Outcome};
use crate::service::Fault;
use crate::worker::Work;

/// How often is looked.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

impl Job {
    /// The run as it is now, if it waits for an approval: until when.
    pub(super) async fn awaits_approval(&mut self) -> Option<Timestamp> {
        let session = self.store.session_by_token(&self.session.token_digest).await.ok().flatten()?;
        // Another call has begun since: that one sees to it.
        let own = session.step == self.session.step + 1;
        let Stage::Checking { what: Check::Approval, until, .. } = session.flow.stage else { return None };
        self.session = session;
        own.then_some(until)
    }

    /// Asks the utility until there is an answer; `None` when the customer has gone elsewhere.
    pub(super) async fn watch(&self, until: Timestamp) -> Result<Option<Outcome>, Fault> {
        loop {
            sleep(LOOK_AGAIN).await;
            let now = self.store.session_by_token(&self.session.token_digest).await?;
            if now.is_none_or(|now| now.step != self.session.step || now.finished_at.is_some()) {
                return Ok(None);
            }
            if self.clock.now() >= until {
                return Ok(Some(Outcome::Silent));
            }
            let asked = timeout(CHECK, self.ask(Work::Resume(ChallengeInput::Poll))).await;
            match asked.unwrap_or(Ok(Outcome::Silent))? {
                Outcome::Challenge(_, _, LoginStep::Challenge { problem: None, .. }) => {}
                outcome => return Ok(Some(outcome)),
            }
        }
    }
}
