//! Authorization codes and access tokens.

use connect_core::clock::after;
use connect_core::secret::Secret;
use connect_core::store::{Client, Principal, Redeemed};
use connect_core::token::{Token, TokenKind};

use super::runs::RunError;
use super::{Fault, Service};

/// A new access token, with the refresh token that the answer's shape asks for.
#[derive(Debug)]
pub struct AccessGranted {
    /// Reads the user's data. Does not expire.
    pub access: Token,
    /// For legacy applications' parsers; nothing accepts it.
    pub refresh: Token,
}

/// The token or code is not good: malformed, unknown, foreign, expired or used. A caller is not
/// told which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl Service {
    /// Hands over the authorization code of a run whose link exists. Its life starts now. Asked
    /// again (the answer got lost), it makes a new one and the one before stops working.
    pub async fn hand_over_code(&self, token: &Secret) -> Result<Token, RunError> {
        let run = self.open_run(token).await?;
        let code = Token::generate(TokenKind::AuthorizationCode, run.client.environment).map_err(Fault::from)?;
        let now = self.clock.now();
        let expires = after(now, i64::from(self.settings.authorization_code_seconds));
        let digest = self.keys.token_digest(&code);
        let made = self.store.issue_code(run.session.id, digest, now, expires).await.map_err(Fault::from)?;
        if made { Ok(code) } else { Err(RunError::OutOfPlace) }
    }

    /// Exchanges an authorization code for an access token: once, for one client, in time.
    pub async fn exchange_code(
        &self,
        client: &Client,
        code: &str,
    ) -> Result<Result<AccessGranted, Refused>, Fault> {
        let Some(code) = Token::parse(TokenKind::AuthorizationCode, code) else {
            return Ok(Err(Refused));
        };
        let access = Token::generate(TokenKind::Access, client.environment)?;
        let refresh = Token::generate(TokenKind::Refresh, client.environment)?;
        let (code, stored) = (self.keys.token_digest(&code), self.keys.token_digest(&access));
        Ok(match self.store.redeem_code(code, client.id, stored, self.clock.now()).await? {
            Redeemed::Yes => Ok(AccessGranted { access, refresh }),
            Redeemed::No => Err(Refused),
        })
    }

    /// Who an access token speaks for, if it belongs to `client`.
    pub async fn principal(&self, client: &Client, token: &str) -> Result<Result<Principal, Refused>, Fault> {
        let Some(token) = Token::parse(TokenKind::Access, token) else {
            return Ok(Err(Refused));
        };
        let principal = self.store.principal(&self.keys.token_digest(&token)).await?;
        Ok(principal.filter(|p| p.client_id == client.id).ok_or(Refused))
    }
}
