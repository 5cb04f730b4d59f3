//! Opening the vault of a database with a keyring: is it the right one, and what must be made first.

use connect_core::store::{KeyVersion, Reseal, Store, StoreError};
use connect_core::vault::{
    Before, Check, Context, KeyBytes, Keyring, Kind, Purpose, Vault, VaultError, new_pepper,
};
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Items that are sealed anew in one transaction.
pub(super) const PAGE: u32 = 200;
/// Name of the pepper among the service's secrets.
const PEPPER: &str = "token pepper";

/// The keyring does not open this database. Each message is one sentence for the person who starts the
/// service.
#[derive(Debug, thiserror::Error)]
pub enum OpenVaultError {
    /// Another key of the same version.
    #[error(
        "version {0} of the master key is not the one that this database was made with: put the right key back, or start with an empty data directory"
    )]
    NotMatching(u32),
    /// A version that is still needed.
    #[error(
        "version {0} of the master key is missing, and what is sealed under it could not be read: put it back"
    )]
    Missing(u32),
    /// The store.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The library, or items that do not open.
    #[error("{0}")]
    Vault(#[from] VaultError),
}

/// Checks that the keyring is this database's, tells the database of new versions, and gives the pepper of its
/// tokens: made for a new database, kept for one of before the vault, whose logins are sealed
/// anew.
pub async fn open_vault(store: &dyn Store, ring: &Keyring, now: Timestamp) -> Result<KeyBytes, OpenVaultError> {
    let known = store.key_versions().await?;
    let checks = ring.checks()?;
    for version in &known {
        match checks.iter().find(|(number, _)| *number == version.version) {
            Some((_, check)) if *check == version.check => {}
            Some(_) => return Err(OpenVaultError::NotMatching(version.version)),
            None if version.retired => {}
            None => return Err(OpenVaultError::Missing(version.version)),
        }
    }
    let vault = ring.vault(Purpose::Service)?;
    let place = Context { kind: Kind::ServiceSecret, client: Uuid::nil(), row: PEPPER.to_owned() };
    let sealed = match store.service_secret(PEPPER).await? {
        Some(sealed) => {
            register(store, &checks, now).await?;
            sealed
        }
        None => {
            let pepper = if store.has_clients().await? {
                // Nothing is written of a key that does not open what is there: the right one must still fit.
                let before = ring.before()?.ok_or(OpenVaultError::Missing(1))?;
                adopt(store, ring, &before).await?;
                before.pepper
            } else {
                new_pepper()?
            };
            register(store, &checks, now).await?;
            // Last of all, so that a start that was broken off begins again here.
            store.put_service_secret(PEPPER, vault.seal(&place, &*pepper)?).await?
        }
    };
    let plain = vault.open(&place, &sealed)?;
    let pepper = <[u8; 32]>::try_from(plain.as_slice()).map_err(|_| VaultError::Open)?;
    Ok(Zeroizing::new(pepper))
}

/// Tells the database of the keyring's versions. Another process may have been quicker, with another key.
async fn register(store: &dyn Store, checks: &[(u32, Check)], now: Timestamp) -> Result<(), OpenVaultError> {
    store.add_key_versions(checks.to_vec(), now).await?;
    let kept = store.key_versions().await?;
    let other = |version: &&KeyVersion| {
        checks.iter().any(|(number, check)| *number == version.version && *check != version.check)
    };
    kept.iter().find(other).map_or(Ok(()), |other| Err(OpenVaultError::NotMatching(other.version)))
}

/// Seals anew what was sealed before there was a vault. What does not open is left, if anything does: it is damaged.
/// If nothing does, the key is another one.
async fn adopt(store: &dyn Store, ring: &Keyring, before: &Before) -> Result<(), OpenVaultError> {
    let vault = ring.vault(Purpose::Credentials)?;
    let (mut opened, mut damaged) = (0_u64, 0_u64);
    for (kind, column) in [
        (Kind::Login, "users.login"),
        (Kind::Session, "users.session"),
        (Kind::LoginState, "connect_sessions.login_state"),
    ] {
        let mut after = None;
        loop {
            let page = store.sealed_items(kind, vault.current(), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.context.clone());
            let mut resealed = Vec::new();
            for old in page {
                match before.open(&format!("{column}:{}", old.context.row), &old.sealed) {
                    Ok(plain) => {
                        opened += 1;
                        resealed.push(Reseal { new: vault.seal(&old.context, &plain)?, old });
                    }
                    // Sealed anew by a start that was broken off, or under a version that came later.
                    Err(_) if vault.open(&old.context, &old.sealed).is_ok() => opened += 1,
                    Err(error) => {
                        tracing::warn!(kind = kind.name(), row = old.context.row, %error, "an item is damaged and left as it is");
                        damaged += 1;
                    }
                }
            }
            if opened == 0 && damaged > 0 {
                return Err(OpenVaultError::NotMatching(1));
            }
            store.reseal(resealed).await?;
        }
    }
    Ok(())
}

/// The vault that seals items of a kind.
pub(super) fn vault_for(ring: &Keyring, kind: Kind) -> Result<Vault, VaultError> {
    ring.vault(kind.purpose())
}
