//! Companies: who is asking.

use connect_core::secret::{Secret, same};
use connect_core::store::Client;
use connect_core::token::{Environment, Token, TokenKind};
use uuid::Uuid;

use super::{Fault, Service, new_id};

/// Stands in for the digest of an unknown client's secret, so that refusing an unknown client
/// takes the same work as refusing a wrong secret. No secret has this digest.
const NO_DIGEST: [u8; 32] = [0; 32];

impl Service {
    /// The client with this id and secret; `None` for an unknown id and for a wrong secret
    /// alike, after the same work.
    pub async fn authenticate_client(&self, id: &str, secret: &Secret) -> Result<Option<Client>, Fault> {
        let given = self.keys.secret_digest(secret);
        // A malformed id is looked up too: as an id that nobody has.
        let id = Uuid::try_parse(id).unwrap_or(Uuid::nil());
        let client = self.store.client(id).await?;
        let expected = client.as_ref().map_or(NO_DIGEST, |c| c.secret_digest);
        Ok(if same(&expected, &given) { client } else { None })
    }

    /// Registers a client. The secret is returned once and only its keyed hash is stored.
    pub async fn register_client(&self, name: &str, environment: Environment) -> Result<(Uuid, Secret), Fault> {
        let secret = Token::generate(TokenKind::ClientSecret, environment)?;
        let id = new_id(&*self.clock);
        let client =
            Client { id, name: name.to_owned(), environment, secret_digest: self.keys.token_digest(&secret) };
        self.store.add_client(client).await?;
        Ok((id, Secret::new(secret.expose())))
    }
}
