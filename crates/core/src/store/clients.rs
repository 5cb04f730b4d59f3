//! Clients: companies that use Connect, with their secrets and the origins of their pages.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::StoreResult;
use crate::keys::Digest;
use crate::origin::Origin;
use crate::redirect::RedirectUri;
use crate::theme::{Logo, Theme};
use crate::token::Environment;

/// Secrets that a client may have at a time: the one in use, and the next one while the company
/// changes over.
pub const MAX_SECRETS: usize = 2;

/// A company that uses Connect.
#[derive(Clone, Debug)]
pub struct Client {
    /// Row key, and the public client id (`Pelm-Client-Id`).
    pub id: Uuid,
    /// Registered name, shown to customers.
    pub name: String,
    /// Sandbox or production.
    pub environment: Environment,
    /// Life of its authorization codes, in seconds (1 to 600); `None`: the service's.
    pub code_seconds: Option<u32>,
    /// How its Connect looks.
    pub theme: Theme,
    /// Page with its terms, which Welcome leads to.
    pub terms: Option<RedirectUri>,
}

/// A secret of a client, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    /// Keyed hash of the secret.
    pub digest: Digest,
    /// When it was made; the epoch, if that is not known.
    pub created_at: Timestamp,
}

/// One of a client's two secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretAge {
    /// The one that was made first.
    Older,
    /// The one that was made last.
    Newer,
}

/// The clients. Each method is one transaction, as in [`super::Store`].
#[async_trait]
pub trait ClientStore: Send + Sync {
    /// Adds a client with its first secret.
    async fn add_client(&self, client: Client, secret: ClientSecret) -> StoreResult<()>;
    /// Client by id.
    async fn client(&self, id: Uuid) -> StoreResult<Option<Client>>;
    /// Client by id with its secrets, the older first. The same work for an id that nobody has.
    async fn client_with_secrets(&self, id: Uuid) -> StoreResult<Option<(Client, Vec<ClientSecret>)>>;
    /// All clients, in the order in which they were made.
    async fn clients(&self) -> StoreResult<Vec<Client>>;
    /// Adds a secret; `false` when there is no such client or it has [`MAX_SECRETS`].
    async fn add_client_secret(&self, id: Uuid, secret: ClientSecret) -> StoreResult<bool>;
    /// Removes one of two secrets, which stops working; `false` when there are no two.
    async fn remove_client_secret(&self, id: Uuid, which: SecretAge) -> StoreResult<bool>;
    /// Registered origins of a client's pages, sorted.
    async fn client_origins(&self, id: Uuid) -> StoreResult<Vec<Origin>>;
    /// Registers an origin, if it is not registered; `false` when there is no such client.
    async fn add_client_origin(&self, id: Uuid, origin: Origin) -> StoreResult<bool>;
    /// Removes an origin; `false` when it is not registered.
    async fn remove_client_origin(&self, id: Uuid, origin: Origin) -> StoreResult<bool>;
    /// Registered redirect URIs of a client, sorted.
    async fn redirect_uris(&self, id: Uuid) -> StoreResult<Vec<RedirectUri>>;
    /// Registers a redirect URI, if it is not registered; `false` when there is no such client.
    async fn add_redirect_uri(&self, id: Uuid, uri: RedirectUri) -> StoreResult<bool>;
    /// Removes a redirect URI; `false` when it is not registered.
    async fn remove_redirect_uri(&self, id: Uuid, uri: RedirectUri) -> StoreResult<bool>;
    /// Sets [`Client::code_seconds`]; `false` when there is no such client.
    async fn set_code_seconds(&self, id: Uuid, seconds: Option<u32>) -> StoreResult<bool>;
    /// Sets [`Client::name`]; `false` when there is no such client.
    async fn rename_client(&self, id: Uuid, name: String) -> StoreResult<bool>;
    /// Sets [`Client::terms`]; `false` when there is no such client.
    async fn set_terms(&self, id: Uuid, terms: Option<RedirectUri>) -> StoreResult<bool>;
    /// Sets [`Client::theme`]; `false` when there is no such client. A `logo` is kept with it, under the name that the
    /// theme has; without that name the client's logo is removed.
    async fn set_client_theme(&self, id: Uuid, theme: Theme, logo: Option<Logo>) -> StoreResult<bool>;
    /// A logo by its name, whoever's it is.
    async fn logo(&self, name: &str) -> StoreResult<Option<Logo>>;
}
