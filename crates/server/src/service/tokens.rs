//! What a client asks about its tokens: whether they are good (RFC 7662), and to end them (RFC 7009).

use connect_core::audit::{Event, Kind, Subject};
use connect_core::grant::Grant;
use connect_core::store::{Client, ConnectSession};
use connect_core::token::{Token, TokenKind};
use jiff::Timestamp;

use super::{Fault, Service};

/// A good token of the client that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// [`TokenKind::Access`] or [`TokenKind::Connect`].
    pub kind: TokenKind,
    /// The company's own id of the customer; `None` once another login has taken it over.
    pub user_ref: Option<String>,
    /// The utility; `None` while the customer has not chosen one.
    pub utility: Option<u32>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it stops working by itself; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When an access token was last used, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// What the customer shares by an access token.
    pub grant: Option<Grant>,
}

impl Service {
    /// What a token of `client` is good for; `None` for one that is not good, or not the client's.
    pub async fn introspect(&self, client: &Client, token: &str) -> Result<Option<TokenInfo>, Fault> {
        if let Some(access) = Token::parse(TokenKind::Access, token) {
            return self.about_access_token(client, &access).await;
        }
        let Some(connect) = Token::parse(TokenKind::Connect, token) else { return Ok(None) };
        let session = self.store.session_by_token(&self.keys.token_digest(&connect)).await?;
        let run = self.as_open_run(session.filter(|session| session.client_id == client.id)).await?;
        Ok(run.map(|run| about_session(run.session)))
    }

    async fn about_access_token(&self, client: &Client, token: &Token) -> Result<Option<TokenInfo>, Fault> {
        let found = self.store.access_token(&self.keys.token_digest(token)).await?;
        let Some(found) = found.filter(|found| found.principal.client_id == client.id) else { return Ok(None) };
        if found.ends_at.is_some_and(|at| at <= self.clock.now()) {
            return Ok(None);
        }
        let user = self.store.user(found.principal.user_id).await?;
        Ok(user.map(|user| TokenInfo {
            kind: TokenKind::Access,
            user_ref: user.user_ref,
            utility: Some(user.utility),
            issued_at: found.created_at,
            expires_at: found.ends_at,
            last_used_at: found.last_used_at,
            grant: Some(user.grant),
        }))
    }

    /// Ends a token of `client`: an access token, a connect token (with it the run), or an unused
    /// authorization code. Anything else changes nothing, and nobody is told so.
    pub async fn revoke(&self, client: &Client, token: &str) -> Result<(), Fault> {
        let parsed = [TokenKind::Access, TokenKind::Connect, TokenKind::AuthorizationCode]
            .into_iter()
            .find_map(|kind| Token::parse(kind, token));
        let Some(token) = parsed else { return Ok(()) };
        let digest = self.keys.token_digest(&token);
        // On record before it is done, for who hangs up in the middle leaves no gap: what was asked for by the client whose
        // token it is.
        let access = match token.kind() {
            TokenKind::Access => self.store.access_token(&digest).await?.map(|found| found.principal),
            _ => None,
        };
        if let Some(own) = access.filter(|principal| principal.client_id == client.id) {
            let event = Event::of(Kind::TokenRevoked).client(client.id).on(Subject::User(own.user_id));
            self.auditor.note(event).await?;
        } else if token.kind() != TokenKind::Access {
            self.auditor.seen(Event::of(Kind::TokenRevoked).client(client.id).because("connect_token_or_code"));
        }
        let revoked = match token.kind() {
            TokenKind::Access => self.store.revoke_access_token(&digest, client.id).await?,
            TokenKind::AuthorizationCode => self.store.revoke_code(&digest, client.id).await?,
            TokenKind::Connect => {
                let ended = self.store.end_session(&digest, client.id, self.clock.now()).await?;
                if let Some(session) = ended {
                    // Whoever waits for this run learns that it is over.
                    let _ = self.changed.send(session);
                }
                ended.is_some()
            }
            TokenKind::ClientSecret | TokenKind::Run | TokenKind::Refresh => false,
        };
        if revoked {
            tracing::info!(client = %client.id, kind = ?token.kind(), "a client revoked a token");
        }
        Ok(())
    }
}

fn about_session(session: ConnectSession) -> TokenInfo {
    TokenInfo {
        kind: TokenKind::Connect,
        utility: session.flow.stage.utility().or(session.flow.preset),
        issued_at: session.created_at,
        expires_at: Some(session.open_until()),
        user_ref: Some(session.user_ref),
        last_used_at: None,
        grant: None,
    }
}
