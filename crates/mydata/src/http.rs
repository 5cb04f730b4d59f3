//! Requests to a custodian: bounded in time, in size and in where they go.

use connect_core::connector::ConnectorError;
use connect_core::secret::Secret;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::config::{ConfigError, MyDataConfig, Places, Timeouts};

/// The client of one custodian. It knows no customer: tokens come with each request.
///
/// Nothing is asked for a second time: a code works once, and data that could not be read is read in
/// the service's next turn.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: Client,
    places: Places,
    timeouts: Timeouts,
    client_id: String,
    client_secret: Secret,
    token_bytes: usize,
    xml_bytes: usize,
}

impl Http {
    pub(crate) fn new(config: &MyDataConfig) -> Result<Self, ConfigError> {
        let places = config.check()?;
        let client = Client::builder()
            // An API has no reason for one, and the token would go along.
            .redirect(Policy::none())
            // A proxy named by the environment would see whose data is read.
            .no_proxy()
            .referer(false)
            .user_agent(&config.user_agent)
            .connect_timeout(config.timeouts.connect)
            .build()
            .map_err(|_| ConfigError::Client)?;
        Ok(Self {
            client,
            places,
            timeouts: config.timeouts,
            client_id: urlencoded(&config.client_id),
            client_secret: Secret::new(urlencoded(config.client_secret.expose())),
            token_bytes: config.limits.token_bytes,
            xml_bytes: config.limits.xml_bytes,
        })
    }

    /// Where the customer consents.
    pub(crate) fn authorize_url(&self) -> Url {
        self.places.authorize.clone()
    }

    /// An address that the custodian named. Fails for one to which no token may go.
    pub(crate) fn at(&self, text: &str) -> Result<Url, ConnectorError> {
        let url = Url::parse(text).map_err(|_| ConnectorError::SiteChanged("an address of data"))?;
        if self.places.allow(&url) {
            Ok(url)
        } else {
            Err(ConnectorError::SiteChanged("an address at another site"))
        }
    }

    /// Sends a form to the token endpoint, as this client, once.
    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Result<TokenAnswer, ConnectorError> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = Secret::new(form);
        let request = self
            .client
            .post(self.places.token.clone())
            .basic_auth(&self.client_id, Some(self.client_secret.expose()))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .body(form.expose().to_owned());
        let (status, body) = self.answer(request, self.token_bytes).await?;
        Ok(TokenAnswer { status, body: Zeroizing::new(body) })
    }

    /// Asks for a feed. `None` when the custodian says that there is no data.
    pub(crate) async fn feed(
        &self,
        address: &str,
        query: &[(&str, String)],
        token: &Secret,
    ) -> Result<Option<Vec<u8>>, ConnectorError> {
        let mut url = self.at(address)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self
            .client
            .get(url)
            .bearer_auth(token.expose())
            .header(ACCEPT, HeaderValue::from_static("application/atom+xml"));
        let (status, body) = self.answer(request, self.xml_bytes).await?;
        match status {
            StatusCode::OK => Ok(Some(body)),
            StatusCode::ACCEPTED => Err(ConnectorError::NotReady),
            StatusCode::NO_CONTENT => Ok(None),
            StatusCode::UNAUTHORIZED => Err(ConnectorError::SessionExpired),
            // The token is good and opens nothing any more.
            StatusCode::FORBIDDEN => Err(ConnectorError::InvalidCredentials),
            _ => Err(ConnectorError::SiteChanged("answer to a request for data")),
        }
    }

    /// Deletes a resource.
    pub(crate) async fn delete(&self, address: &str, token: &Secret) -> Result<(), ConnectorError> {
        let request = self.client.delete(self.at(address)?).bearer_auth(token.expose());
        let (status, _) = self.answer(request, self.token_bytes).await?;
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
            StatusCode::UNAUTHORIZED => Err(ConnectorError::SessionExpired),
            _ => Err(ConnectorError::SiteChanged("answer to a consent that is given back")),
        }
    }

    async fn answer(
        &self,
        request: RequestBuilder,
        longest: usize,
    ) -> Result<(StatusCode, Vec<u8>), ConnectorError> {
        let whole = async {
            let response = request.send().await.map_err(no_answer)?;
            let status = response.status();
            tracing::debug!(status = status.as_u16(), "the custodian answered");
            if status.is_redirection() {
                return Err(ConnectorError::SiteChanged("a redirect"));
            }
            if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                return Err(ConnectorError::SiteDown);
            }
            Ok((status, read(response, longest).await?))
        };
        timeout(self.timeouts.request, whole).await.unwrap_or_else(|_| {
            tracing::debug!("the custodian did not answer in time");
            Err(ConnectorError::SiteDown)
        })
    }
}

/// What the token endpoint said.
pub(crate) struct TokenAnswer {
    pub(crate) status: StatusCode,
    /// Wiped when dropped: it is full of tokens.
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// An error of the client names the address: only its kind is told.
fn no_answer(error: reqwest::Error) -> ConnectorError {
    tracing::debug!(connect = error.is_connect(), timeout = error.is_timeout(), "no answer from the custodian");
    ConnectorError::SiteDown
}

async fn read(mut response: Response, longest: usize) -> Result<Vec<u8>, ConnectorError> {
    let too_long = || ConnectorError::SiteChanged("an answer that is too long");
    let announced = response.content_length().unwrap_or(0);
    if announced > longest as u64 {
        return Err(too_long());
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(piece) = response.chunk().await.map_err(no_answer)? {
        if body.len() + piece.len() > longest {
            return Err(too_long());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// RFC 6749, section 2.3.1: identifier and secret are encoded before they become a Basic header.
fn urlencoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
