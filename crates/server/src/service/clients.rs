//! Companies: who is asking, and what an operator sets for them.

use connect_core::origin::Origin;
use connect_core::redirect::RedirectUri;
use connect_core::secret::{Secret, same};
use connect_core::store::{Client, ClientSecret, MAX_SECRETS, SecretAge};
use connect_core::theme::{Logo, Theme};
use connect_core::token::{Environment, Token, TokenKind};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Fault, Service, new_id};

/// Stands in for the digest of a secret that a client does not have, so that refusing an unknown
/// client takes the same work as refusing a wrong secret. No secret has this digest.
const NO_DIGEST: [u8; 32] = [0; 32];

/// Why something about a client could not be changed: one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No client has this id.
    #[error("no client has this id: connect client list shows them")]
    Unknown,
    /// It has as many secrets as it may have.
    #[error("the client has two secrets already: retire one of them first")]
    TwoSecrets,
    /// It has no secret to spare.
    #[error("the client has only one secret, without which it could not call: rotate it first")]
    OneSecret,
    /// The origin is not the client's.
    #[error("this origin is not registered for the client")]
    NoSuchOrigin,
    /// The redirect URI is not the client's.
    #[error("this redirect URI is not registered for the client")]
    NoSuchRedirectUri,
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A client as an operator sees it.
#[derive(Clone, Debug)]
pub struct ClientSummary {
    /// The client.
    pub client: Client,
    /// When its secrets were made, the older first.
    pub secrets: Vec<Timestamp>,
    /// Origins whose pages may embed Connect for it.
    pub origins: Vec<Origin>,
    /// Pages to which a run that has the whole window may return.
    pub redirect_uris: Vec<RedirectUri>,
}

impl Service {
    /// The client with this id and one of its secrets; `None` for an unknown id and for a wrong secret
    /// alike, after the same work.
    pub async fn authenticate_client(&self, id: &str, secret: &Secret) -> Result<Option<Client>, Fault> {
        let given = self.keys.secret_digest(secret);
        // A malformed id is looked up too: as an id that nobody has.
        let id = Uuid::try_parse(id).unwrap_or(Uuid::nil());
        let found = self.store.client_with_secrets(id).await?;
        let mut expected = [NO_DIGEST; MAX_SECRETS];
        let secrets = found.iter().flat_map(|(_, secrets)| secrets);
        for (slot, secret) in expected.iter_mut().zip(secrets) {
            *slot = secret.digest;
        }
        // Each is compared, whichever it is.
        let good = expected.iter().fold(false, |good, digest| good | same(digest, &given));
        Ok(found.map(|(client, _)| client).filter(|_| good))
    }

    /// Registers a client. The secret is returned once and only its keyed hash is stored.
    pub async fn register_client(&self, name: &str, environment: Environment) -> Result<(Uuid, Secret), Fault> {
        let id = self.new_client_id();
        Ok((id, self.register_client_as(id, name, environment).await?))
    }

    /// An id for a new client, should it have to be known before.
    pub fn new_client_id(&self) -> Uuid {
        new_id(&*self.clock)
    }

    /// The same under an id of [`Self::new_client_id`].
    pub async fn register_client_as(
        &self,
        id: Uuid,
        name: &str,
        environment: Environment,
    ) -> Result<Secret, Fault> {
        let (secret, stored) = self.new_secret(environment)?;
        let client = Client {
            id,
            name: name.to_owned(),
            environment,
            code_seconds: None,
            theme: Theme::default(),
            terms: None,
        };
        self.store.add_client(client, stored).await?;
        Ok(secret)
    }

    /// Gives a client a second secret; the first one goes on working until it is retired.
    pub async fn rotate_secret(&self, id: Uuid) -> Result<Secret, ClientError> {
        let client = self.store.client(id).await.map_err(Fault::from)?.ok_or(ClientError::Unknown)?;
        let (secret, stored) = self.new_secret(client.environment)?;
        let added = self.store.add_client_secret(id, stored).await.map_err(Fault::from)?;
        if added { Ok(secret) } else { Err(ClientError::TwoSecrets) }
    }

    /// Stops one of a client's two secrets.
    pub async fn retire_secret(&self, id: Uuid, which: SecretAge) -> Result<(), ClientError> {
        self.store.client(id).await.map_err(Fault::from)?.ok_or(ClientError::Unknown)?;
        let removed = self.store.remove_client_secret(id, which).await.map_err(Fault::from)?;
        if removed { Ok(()) } else { Err(ClientError::OneSecret) }
    }

    /// Lets pages of `origin` embed Connect for a client.
    pub async fn add_origin(&self, id: Uuid, origin: Origin) -> Result<(), ClientError> {
        let added = self.store.add_client_origin(id, origin).await.map_err(Fault::from)?;
        if added { Ok(()) } else { Err(ClientError::Unknown) }
    }

    /// Takes that back.
    pub async fn remove_origin(&self, id: Uuid, origin: Origin) -> Result<(), ClientError> {
        self.store.client(id).await.map_err(Fault::from)?.ok_or(ClientError::Unknown)?;
        let removed = self.store.remove_client_origin(id, origin).await.map_err(Fault::from)?;
        if removed { Ok(()) } else { Err(ClientError::NoSuchOrigin) }
    }

    /// Lets runs of a client return to `uri`.
    pub async fn add_redirect_uri(&self, id: Uuid, uri: RedirectUri) -> Result<(), ClientError> {
        let added = self.store.add_redirect_uri(id, uri).await.map_err(Fault::from)?;
        if added { Ok(()) } else { Err(ClientError::Unknown) }
    }

    /// Takes that back.
    pub async fn remove_redirect_uri(&self, id: Uuid, uri: RedirectUri) -> Result<(), ClientError> {
        let removed = self.store.remove_redirect_uri(id, uri).await.map_err(Fault::from)?;
        if removed { Ok(()) } else { Err(ClientError::NoSuchRedirectUri) }
    }

    /// Sets the life of a client's authorization codes, in seconds (1 to 600); `None`: the service's.
    pub async fn set_code_seconds(&self, id: Uuid, seconds: Option<u32>) -> Result<(), ClientError> {
        let set = self.store.set_code_seconds(id, seconds).await.map_err(Fault::from)?;
        if set { Ok(()) } else { Err(ClientError::Unknown) }
    }

    /// Gives a client another name, which customers see from their next screen on.
    pub async fn rename_client(&self, id: Uuid, name: &str) -> Result<(), ClientError> {
        let renamed = self.store.rename_client(id, name.to_owned()).await.map_err(Fault::from)?;
        if renamed { Ok(()) } else { Err(ClientError::Unknown) }
    }

    /// Sets where Welcome leads to for a client's terms.
    pub async fn set_terms(&self, id: Uuid, terms: Option<RedirectUri>) -> Result<(), ClientError> {
        let set = self.store.set_terms(id, terms).await.map_err(Fault::from)?;
        if set { Ok(()) } else { Err(ClientError::Unknown) }
    }

    /// Sets how a client's Connect looks. `logo` is a new one; without it the one that `theme` names stays.
    pub async fn set_theme(&self, id: Uuid, mut theme: Theme, logo: Option<Logo>) -> Result<(), ClientError> {
        if let Some(logo) = &logo {
            theme.logo = Some(logo.name.clone());
        }
        let set = self.store.set_client_theme(id, theme, logo).await.map_err(Fault::from)?;
        if set { Ok(()) } else { Err(ClientError::Unknown) }
    }

    /// A company's logo, by the name that its address ends in.
    pub async fn logo(&self, name: &str) -> Result<Option<Logo>, Fault> {
        Ok(self.store.logo(name).await?)
    }

    /// One client.
    pub async fn client_summary(&self, id: Uuid) -> Result<ClientSummary, ClientError> {
        let found = self.store.client_with_secrets(id).await.map_err(Fault::from)?;
        let (client, secrets) = found.ok_or(ClientError::Unknown)?;
        let origins = self.store.client_origins(id).await.map_err(Fault::from)?;
        let redirect_uris = self.store.redirect_uris(id).await.map_err(Fault::from)?;
        let secrets = secrets.iter().map(|secret| secret.created_at).collect();
        Ok(ClientSummary { client, secrets, origins, redirect_uris })
    }

    /// All clients, in the order in which they were made.
    pub async fn clients(&self) -> Result<Vec<Client>, Fault> {
        Ok(self.store.clients().await?)
    }

    fn new_secret(&self, environment: Environment) -> Result<(Secret, ClientSecret), Fault> {
        let token = Token::generate(TokenKind::ClientSecret, environment)?;
        let stored = ClientSecret { digest: self.keys.token_digest(&token), created_at: self.clock.now() };
        Ok((Secret::new(token.expose()), stored))
    }
}
