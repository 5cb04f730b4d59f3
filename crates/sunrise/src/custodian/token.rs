//! Codes and refresh tokens for access tokens.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_core::clock::after;
use connect_core::secret::{Secret, same};
use serde_json::{Value, json};

use super::{Grant, announce, third_party};
use crate::config::{App, ThirdParty, locked};
use crate::sign::{Purpose, RandomError};
use crate::web::Fields;

const ACCESS_SECONDS: i64 = 3600;
const REFRESH_SECONDS: i64 = 365 * 24 * 3600;
/// What is granted, whatever was asked for.
const SCOPE: &str = "FB=1_3_4_5_13_15_16_18_31_37_39_44;IntervalDuration=900_3600_86400;BlockDuration=daily;\
                     HistoryLength=24;SubscriptionFrequency=daily";

/// An error of RFC 6749, section 5.2.
#[derive(Clone, Copy, Debug)]
enum TokenError {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnsupportedGrantType,
    Internal,
}

impl From<RandomError> for TokenError {
    fn from(_: RandomError) -> Self {
        Self::Internal
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::InvalidRequest => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        };
        let mut response = json_answer(status, &json!({ "error": error }));
        if status == StatusCode::UNAUTHORIZED {
            let value = axum::http::HeaderValue::from_static("Basic realm=\"Sunrise\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        response
    }
}

pub(super) async fn submit(State(app): State<Arc<App>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let answer = match Fields::read(request).await {
        Ok(fields) => exchange(&app, &headers, &fields),
        Err(_) => Err(TokenError::InvalidRequest),
    };
    match answer {
        Ok(body) => json_answer(StatusCode::OK, &body),
        Err(error) => error.into_response(),
    }
}

fn exchange(app: &App, headers: &HeaderMap, fields: &Fields) -> Result<Value, TokenError> {
    let party = client(app, headers).ok_or(TokenError::InvalidClient)?;
    let now = app.now();
    let (grant, refresh) = match fields.get("grant_type") {
        "authorization_code" => {
            let code = fields.get("code");
            let grant: Grant = app.signer.open(Purpose::Code, code, now).ok_or(TokenError::InvalidGrant)?;
            if grant.client_id != party.client_id || fields.get("redirect_uri") != party.redirect_uri {
                return Err(TokenError::InvalidGrant);
            }
            let mut used = locked(&app.used_codes);
            used.retain(|_, at| now.as_second() - at.as_second() < 3600);
            if used.insert(grant.id.clone(), now).is_some() {
                // Someone else may have the code: what came of it ends.
                locked(&app.revoked).push(grant.id);
                return Err(TokenError::InvalidGrant);
            }
            drop(used);
            let refresh = app.signer.seal(Purpose::Refresh, &grant, after(now, REFRESH_SECONDS))?;
            announce(app, party, &grant);
            (grant, refresh)
        }
        "refresh_token" => {
            let text = fields.get("refresh_token");
            let grant: Grant = app.signer.open(Purpose::Refresh, text, now).ok_or(TokenError::InvalidGrant)?;
            if grant.client_id != party.client_id || grant.is_revoked(app) {
                return Err(TokenError::InvalidGrant);
            }
            (grant, Secret::new(text))
        }
        "" => return Err(TokenError::InvalidRequest),
        _ => return Err(TokenError::UnsupportedGrantType),
    };
    let access = app.signer.seal(Purpose::Access, &grant, after(now, ACCESS_SECONDS))?;
    let resource = format!("{}/espi/1_1/resource", app.config.public_url);
    Ok(json!({
        "access_token": access.expose(),
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "refresh_token": refresh.expose(),
        "scope": SCOPE,
        "resourceURI": grant.resource_uri(app),
        "authorizationURI": format!("{resource}/Authorization/{}", grant.id),
        "customerResourceURI": format!("{resource}/Batch/RetailCustomer/{}", grant.id),
    }))
}

/// The third party that signs in with HTTP Basic.
fn client<'a>(app: &'a App, headers: &HeaderMap) -> Option<&'a ThirdParty> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = Secret::new(String::from_utf8(STANDARD.decode(text).ok()?).ok()?);
    let (id, secret) = text.expose().split_once(':')?;
    third_party(app, id).filter(|party| same(party.client_secret.expose().as_bytes(), secret.as_bytes()))
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
