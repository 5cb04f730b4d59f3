//! Rotation: every data key is sealed anew under the latest version of the master key, while the service goes on.
//!
//! An item is replaced only if it is still the one that was read: what the service writes meanwhile counts, and
//! is seen by the next round. A rotation that was broken off is taken up by the next one, which finds
//! what is left by the version that each item begins with.

use connect_core::store::{Reseal, Store, StoreError};
use connect_core::vault::{Keyring, Kind, VaultError};

use super::opening::{PAGE, vault_for};

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Items that were sealed anew.
    pub done: u64,
    /// Items that did not open: damaged, or of a version that is not in the keyring. They stay as they are.
    pub failed: u64,
}

/// Why a rotation broke off. It can be started again.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The store.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The keyring.
    #[error("{0}")]
    Vault(#[from] VaultError),
}

/// Seals everything anew that is not under the latest version of `ring`, until a round finds nothing more
/// to do. `tell` hears of each batch, with the sum so far.
pub async fn rotate(store: &dyn Store, ring: &Keyring, mut tell: impl FnMut(u64)) -> Result<Rotated, RotateError> {
    let mut rotated = Rotated::default();
    loop {
        let round = round(store, ring, rotated.done, &mut tell).await?;
        rotated = Rotated { done: rotated.done + round.done, failed: round.failed };
        if round.done == 0 {
            return Ok(rotated);
        }
    }
}

async fn round(
    store: &dyn Store,
    ring: &Keyring,
    before: u64,
    tell: &mut impl FnMut(u64),
) -> Result<Rotated, RotateError> {
    let mut round = Rotated::default();
    for kind in Kind::ALL {
        let vault = vault_for(ring, kind)?;
        let mut after = None;
        loop {
            let page = store.sealed_items(kind, vault.current(), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.context.clone());
            let mut resealed = Vec::with_capacity(page.len());
            for old in page {
                match vault.rewrap(&old.context, &old.sealed) {
                    Ok(Some(new)) => resealed.push(Reseal { old, new }),
                    Ok(None) => {}
                    Err(error) => {
                        tracing::warn!(kind = kind.name(), row = old.context.row, %error, "an item stays under its old key");
                        round.failed += 1;
                    }
                }
            }
            round.done += store.reseal(resealed).await?;
            tell(before + round.done);
        }
    }
    Ok(round)
}

/// How many items of each kind are sealed under which version.
pub async fn sealed_under(store: &dyn Store) -> Result<Vec<(Kind, Vec<(u32, u64)>)>, StoreError> {
    let mut out = Vec::new();
    for kind in Kind::ALL {
        out.push((kind, store.sealed_counts(kind).await?));
    }
    Ok(out)
}
