//! Writing the link that an accepted login makes.

use connect_core::connector::{Login, RemoteAccount, UtilitySession};
use connect_core::flow::Answer;
use connect_core::grant::{Grant, Meters};
use connect_core::keys::Digest;
use connect_core::secret::Secret;
use connect_core::store::{Access, Advance, NewLink, SealLogin};
use connect_core::vault::{Context, Kind};

use super::{Job, LoginToStore};
use crate::service::{Fault, new_id};
use crate::worker::accounts::{account_of, card_of};
use crate::worker::wiped::zeroize_json;

impl Job {
    /// Identity of the link.
    pub(super) fn digest_of(&self, login: Option<&Login>) -> Digest {
        match login {
            Some(login) => self.keys.login_digest(self.utility, &login.username),
            None => self.keys.consent_digest(self.utility, &self.session.user_ref),
        }
    }

    pub(super) fn grant(&self, meters: Option<Meters>, before: Option<&Grant>) -> Grant {
        Grant::give(self.session.flow.choices, meters, before, self.clock.now())
    }

    pub(super) async fn write_link(
        &self,
        login: Option<Login>,
        session: &UtilitySession,
        remote: Vec<RemoteAccount>,
        grant: Grant,
    ) -> Result<(), Fault> {
        let remote = grant.of(remote);
        let cards = remote.iter().map(card_of).collect();
        let flow = self.next(Answer::Linked(cards))?;
        let change =
            Advance { session_id: self.session.id, from_step: self.session.step, flow, login_state: None };
        let access = if login.is_some() { Access::Login } else { Access::Consent };
        let subscription = self.connector.subscription(session);
        let digest = self.digest_of(login.as_ref());
        // Who has agreed at the utility's own site has told us no login.
        let login = login.unwrap_or(Login { username: String::new(), password: Secret::new("") });
        let plain = zeroize_json(&LoginToStore { username: &login.username, password: login.password.expose() })?;
        let session = zeroize_json(session)?;
        let (client, vault) = (self.client_id, self.vault.clone());
        let seal = move |kind, plain: zeroize::Zeroizing<Vec<u8>>| {
            let vault = vault.clone();
            SealLogin(Box::new(move |user| vault.seal(&Context::of(kind, client, user), &plain)))
        };
        let link = NewLink {
            new_user_id: new_id(&*self.clock),
            client_id: self.client_id,
            user_ref: self.session.user_ref.clone(),
            renews: self.session.flow.mode.renews(),
            utility: self.utility,
            username: login.username.clone(),
            login_digest: digest,
            access,
            subscription,
            grant,
            import: None,
            seal_login: Some(seal(Kind::Login, plain)),
            seal_session: Some(seal(Kind::Session, session)),
            accounts: remote.iter().map(|account| account_of(account, &*self.clock)).collect(),
            at: self.clock.now(),
        };
        let linked = self.store.link(change, link).await?;
        tracing::info!(session = %self.session.id, utility = self.utility, user = ?linked, "login accepted");
        self.desk.wake();
        Ok(())
    }
}
