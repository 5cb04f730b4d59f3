//! Consent and tokens (OAuth 2.0 as ESPI uses it: RFC 6749 with addresses of resources in the answer).

use connect_core::connector::{ConnectorError, LoginContext, UtilitySession};
use connect_core::secret::Secret;
use connect_outbound::StatusCode;
use serde::Deserialize;

use crate::MyDataConnector;
use crate::http::TokenAnswer;
use crate::state::{Consent, hide, hide_some};

/// An access token that ends within so many seconds is not used: a request takes a while.
const MARGIN: i64 = 60;
/// Longest address of a resource that is kept, in bytes.
const LONGEST_ADDRESS: usize = 2048;

/// What the token endpoint gives (RFC 6749, 5.1, and ESPI).
#[derive(Deserialize)]
struct Tokens {
    #[serde(deserialize_with = "hide")]
    access_token: Secret,
    token_type: String,
    expires_in: Option<i64>,
    #[serde(default, deserialize_with = "hide_some")]
    refresh_token: Option<Secret>,
    scope: Option<String>,
    #[serde(rename = "resourceURI")]
    resource: Option<String>,
    #[serde(rename = "authorizationURI")]
    authorization: Option<String>,
    #[serde(rename = "customerResourceURI")]
    customer: Option<String>,
}

/// What it refuses with (RFC 6749, 5.2).
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl MyDataConnector {
    pub(crate) fn consent_address(&self, state: &str) -> String {
        let mut url = self.http.authorize_url();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.config.client_id),
            ("redirect_uri", &self.config.redirect_uri),
            ("scope", &self.config.scope),
            ("state", state),
        ]);
        url.into()
    }

    pub(crate) async fn exchange(
        &self,
        cx: LoginContext,
        code: &Secret,
    ) -> Result<UtilitySession, ConnectorError> {
        let back = self.config.redirect_uri.as_str();
        let fields = [("grant_type", "authorization_code"), ("code", code.expose()), ("redirect_uri", back)];
        let answer = self.http.token(&fields).await?;
        self.redeemed(cx, &answer)
    }

    /// The session that an answer to a code is.
    pub(crate) fn redeemed(
        &self,
        cx: LoginContext,
        answer: &TokenAnswer,
    ) -> Result<UtilitySession, ConnectorError> {
        // The customer has consented, but the code is too old or was used: not a matter of a password.
        let tokens = tokens(answer, ConnectorError::ChallengeExpired)?;
        self.keep(cx, tokens, None)?.seal(self.config.name)
    }

    pub(crate) async fn refresh(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
    ) -> Result<UtilitySession, ConnectorError> {
        let consent = Consent::open(self.config.name, session)?;
        // Without one only the customer can go on.
        let refresh = consent.refresh.as_ref().ok_or(ConnectorError::InvalidCredentials)?;
        let answer =
            self.http.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh.expose())]).await?;
        self.renewed(cx, &answer, consent)
    }

    /// The session that an answer to a refresh is.
    pub(crate) fn renewed(
        &self,
        cx: LoginContext,
        answer: &TokenAnswer,
        before: Consent,
    ) -> Result<UtilitySession, ConnectorError> {
        let tokens = tokens(answer, ConnectorError::InvalidCredentials)?;
        self.keep(cx, tokens, Some(before))?.seal(self.config.name)
    }

    /// The consent of a session whose access token still lasts.
    pub(crate) fn lasting(&self, cx: LoginContext, session: &UtilitySession) -> Result<Consent, ConnectorError> {
        let consent = Consent::open(self.config.name, session)?;
        let ends = |at: i64| at.saturating_sub(cx.now.as_second()) <= MARGIN;
        if consent.expires.is_some_and(ends) { Err(ConnectorError::SessionExpired) } else { Ok(consent) }
    }

    /// What is kept of an answer. What an answer to a refresh leaves out is as it was.
    fn keep(&self, cx: LoginContext, tokens: Tokens, before: Option<Consent>) -> Result<Consent, ConnectorError> {
        let before = before.as_ref();
        if !tokens.token_type.eq_ignore_ascii_case("bearer") || tokens.access_token.expose().is_empty() {
            return Err(ConnectorError::SiteChanged("kind of a token"));
        }
        let old = |of: fn(&Consent) -> Option<&String>| before.and_then(of).cloned();
        let resource = tokens.resource.or_else(|| old(|consent| Some(&consent.resource)));
        let consent = Consent {
            access: tokens.access_token,
            refresh: tokens.refresh_token.or_else(|| before.and_then(|consent| consent.refresh.clone())),
            expires: tokens.expires_in.map(|seconds| cx.now.as_second().saturating_add(seconds)),
            scope: tokens.scope.or_else(|| old(|consent| consent.scope.as_ref())),
            resource: resource.ok_or(ConnectorError::SiteChanged("resourceURI"))?,
            authorization: tokens.authorization.or_else(|| old(|consent| consent.authorization.as_ref())),
            customer: tokens.customer.or_else(|| old(|consent| consent.customer.as_ref())),
        };
        for address in [Some(&consent.resource), consent.authorization.as_ref(), consent.customer.as_ref()] {
            let Some(address) = address else { continue };
            if address.len() > LONGEST_ADDRESS {
                return Err(ConnectorError::SiteChanged("an address of data"));
            }
            self.http.at(address)?;
        }
        Ok(consent)
    }
}

/// The tokens of an answer; `not_honoured` is what it means that the code or token is not (any more).
fn tokens(answer: &TokenAnswer, not_honoured: ConnectorError) -> Result<Tokens, ConnectorError> {
    if answer.status == StatusCode::OK {
        // An error of the parser may quote a token: it is not told.
        return serde_json::from_slice(&answer.body)
            .map_err(|_| ConnectorError::SiteChanged("answer with tokens"));
    }
    let refusal = serde_json::from_slice::<Refusal>(&answer.body).map(|refusal| refusal.error);
    match refusal.as_deref() {
        Ok("invalid_grant") => Err(not_honoured),
        // Who Connect is and how it asks is not the customer's doing.
        Ok("invalid_client" | "unauthorized_client") => Err(ConnectorError::SiteChanged("client credentials")),
        Ok("temporarily_unavailable" | "server_error") => Err(ConnectorError::SiteDown),
        _ if answer.status == StatusCode::UNAUTHORIZED => Err(ConnectorError::SiteChanged("client credentials")),
        _ => Err(ConnectorError::SiteChanged("answer with tokens")),
    }
}
