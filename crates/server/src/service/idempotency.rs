//! Requests that may be sent again: with a key of the caller's own, the second one is given the answer
//! of the first, and nothing is done twice.
//!
//! The tokens of an answer are made before the store is asked. So the answer is known, and is written
//! in the transaction that does what it tells: there is no moment at which one is there without the
//! other, and none at which a second request would have to wait.

use connect_core::clock::after;
use connect_core::keys::Digest;
use connect_core::secret::same;
use connect_core::store::{ANSWER_SECONDS, Client, NewAnswer, StoredAnswer};
use connect_core::vault::Context;
use zeroize::Zeroizing;

use super::{Fault, Service};

/// A caller's key, with what it is sent for.
#[derive(Clone, Copy, Debug)]
pub struct IdempotencyKey {
    key: Digest,
    request: Digest,
}

/// What makes a request work once: the key, and how its answer is written.
#[derive(Clone, Copy, Debug)]
pub struct Once<T> {
    /// The key.
    pub key: IdempotencyKey,
    /// Makes the bytes that are remembered.
    pub write: fn(&T) -> Result<Vec<u8>, Fault>,
}

/// An answer: just made, or the bytes of the one that was given before.
#[derive(Debug)]
pub enum Given<T> {
    /// What was done just now.
    New(T),
    /// What was answered to the same request with the same key.
    Again(Zeroizing<Vec<u8>>),
}

impl<T> Given<T> {
    /// The answer to a request that came without a key.
    pub(super) fn without_key(self) -> Result<T, Fault> {
        match self {
            Self::New(value) => Ok(value),
            Self::Again(_) => Err(Fault::Broken("an answer was remembered without a key")),
        }
    }
}

/// Why an answer cannot be given again.
#[derive(Debug, thiserror::Error)]
pub enum OnceError {
    /// The key belongs to another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Service {
    /// A key of `client` for a request: an endpoint with its parameters, in whatever order.
    pub fn idempotency_key(
        &self,
        client: &Client,
        key: &str,
        endpoint: &str,
        parameters: &[(&str, &str)],
    ) -> IdempotencyKey {
        IdempotencyKey {
            key: self.keys.idempotency_key_digest(client.id, key),
            request: self.keys.request_digest(endpoint, parameters),
        }
    }

    /// What was answered to this request before.
    pub(super) async fn given_before<T>(
        &self,
        client: &Client,
        once: Option<&Once<T>>,
    ) -> Result<Option<Given<T>>, OnceError> {
        let Some(Once { key, .. }) = once else { return Ok(None) };
        let found = self.store.answer(client.id, &key.key, self.clock.now()).await.map_err(Fault::from)?;
        found.map(|found| self.give_again(client, key, &found)).transpose()
    }

    /// Opens a remembered answer, if it is one to this request.
    pub(super) fn give_again<T>(
        &self,
        client: &Client,
        key: &IdempotencyKey,
        found: &StoredAnswer,
    ) -> Result<Given<T>, OnceError> {
        if !same(&found.request, &key.request) {
            return Err(OnceError::KeyReused);
        }
        let plain = self.vault.open(&Context::answer(client.id, &key.key), &found.sealed).map_err(Fault::from)?;
        Ok(Given::Again(plain))
    }

    /// The answer that is to be remembered.
    pub(super) fn answer_of<T>(&self, client: &Client, once: &Once<T>, value: &T) -> Result<NewAnswer, Fault> {
        let plain = Zeroizing::new((once.write)(value)?);
        let IdempotencyKey { key, request } = once.key;
        Ok(NewAnswer {
            key,
            request,
            sealed: self.vault.seal(&Context::answer(client.id, &key), &plain)?,
            expires_at: after(self.clock.now(), ANSWER_SECONDS),
        })
    }
}
