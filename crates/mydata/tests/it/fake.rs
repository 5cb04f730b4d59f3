//! Custodians that answer whatever a test wants, and write down what they are asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use connect_core::connector::{Connector, ConnectorError, UtilitySession};
use connect_core::secret::Secret;
use connect_mydata::{Limits, MyDataConfig, MyDataConnector};
use serde_json::{Value, json};

use crate::support::{config, context, now, serve};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

pub(crate) struct Fake {
    pub(crate) base: String,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
    /// Reads little. Patient, because tests may run on a busy machine.
    pub(crate) connector: MyDataConnector,
}

pub(crate) const TOKEN: &str = "/oauth/token";
pub(crate) const DATA: &str = "/data";
pub(crate) const CUSTOMER: &str = "/customer";

fn pairs(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

impl Asked {
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        pairs(&self.body)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Fake {
    /// Answers by address of itself and request.
    pub(crate) async fn new(answer: impl Fn(&str, &Asked) -> Response + Clone + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let heard = asked.clone();
        let base = serve(|base| {
            let base = base.to_owned();
            Router::new().fallback(any(move |request: Request| {
                let (heard, base, answer) = (heard.clone(), base.clone(), answer.clone());
                async move {
                    let (parts, body) = request.into_parts();
                    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
                    let asked = Asked {
                        path: parts.uri.path().to_owned(),
                        query: pairs(parts.uri.query().unwrap_or_default()),
                        headers: parts.headers,
                        body: String::from_utf8(body.to_vec()).unwrap_or_default(),
                    };
                    heard.lock().unwrap().push(asked.clone());
                    answer(&base, &asked)
                }
            }))
        })
        .await;
        let limits = Limits { token_bytes: 16 << 10, xml_bytes: 64 << 10 };
        let connector = MyDataConnector::new(MyDataConfig { limits, ..config(&base) }).unwrap();
        Self { base, asked, connector }
    }

    /// Gives good tokens, and this for data.
    pub(crate) async fn with_data(data: impl Fn(&Asked) -> Response + Clone + Send + Sync + 'static) -> Self {
        Self::new(move |base, asked| if asked.path == TOKEN { json_answer(&tokens(base)) } else { data(asked) })
            .await
    }

    /// Takes every code, and answers this.
    pub(crate) async fn with_tokens(answer: impl Fn(&str) -> Response + Clone + Send + Sync + 'static) -> Self {
        Self::new(move |base, _| answer(base)).await
    }

    pub(crate) async fn redeem(&self) -> Result<UtilitySession, ConnectorError> {
        self.connector.redeem(context(now()), &Secret::new("code-secret")).await
    }

    pub(crate) async fn session(&self) -> UtilitySession {
        self.redeem().await.unwrap()
    }

    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub(crate) fn last(&self) -> Asked {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

pub(crate) fn tokens(base: &str) -> Value {
    json!({
        "access_token": "access-secret",
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": "refresh-secret",
        "scope": "FB=4",
        "resourceURI": format!("{base}{DATA}?v=1"),
        "authorizationURI": format!("{base}/authorization"),
        "customerResourceURI": format!("{base}{CUSTOMER}"),
    })
}

pub(crate) fn json_answer(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

pub(crate) fn xml(body: impl Into<String>) -> Response {
    ([(CONTENT_TYPE, "application/atom+xml")], body.into()).into_response()
}

pub(crate) fn status(code: u16) -> Response {
    StatusCode::from_u16(code).unwrap().into_response()
}
