//! Requests to a custodian: bounded in time, in size and in where they go.

use connect_core::connector::ConnectorError;
use connect_core::secret::Secret;
use connect_outbound::header::{ACCEPT, HeaderValue};
use connect_outbound::{Client, Failure, Method, Options, Request, StatusCode, Url};
use zeroize::Zeroizing;

use crate::config::{ConfigError, MyDataConfig, Places};

/// The client of one custodian. It knows no customer: tokens come with each request.
///
/// Nothing is asked for a second time: a code works once, and data that could not be read is read in
/// the service's next turn.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: Client,
    places: Places,
    client_id: String,
    client_secret: Secret,
    token_bytes: usize,
    xml_bytes: usize,
}

impl Http {
    pub(crate) fn new(config: &MyDataConfig) -> Result<Self, ConfigError> {
        let places = config.check()?;
        let options = Options {
            user_agent: config.user_agent.clone(),
            connect: config.timeouts.connect,
            request: config.timeouts.request,
        };
        let client = Client::new(places.all.clone(), &options).map_err(|_| ConfigError::Client)?;
        Ok(Self {
            client,
            places,
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
        if self.places.data.allow(&url) {
            Ok(url)
        } else {
            Err(ConnectorError::SiteChanged("an address at another site"))
        }
    }

    /// Sends a form to the token endpoint, as this client, once.
    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Result<TokenAnswer, ConnectorError> {
        let request = Request::new(Method::POST, self.places.token.clone())
            .form(fields)
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .basic(&self.client_id, &self.client_secret)
            .map_err(no_answer)?;
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
        let request = Request::new(Method::GET, url)
            .header(ACCEPT, HeaderValue::from_static("application/atom+xml"))
            .bearer(token)
            .map_err(no_answer)?;
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
        let request = Request::new(Method::DELETE, self.at(address)?).bearer(token).map_err(no_answer)?;
        let (status, _) = self.answer(request, self.token_bytes).await?;
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
            StatusCode::UNAUTHORIZED => Err(ConnectorError::SessionExpired),
            _ => Err(ConnectorError::SiteChanged("answer to a consent that is given back")),
        }
    }

    async fn answer(&self, request: Request, longest: usize) -> Result<(StatusCode, Vec<u8>), ConnectorError> {
        let answer = self.client.send(request).await.map_err(no_answer)?;
        let status = answer.status();
        tracing::debug!(status = status.as_u16(), "the custodian answered");
        // An API has no reason for one, and the token would go along.
        if status.is_redirection() {
            return Err(ConnectorError::SiteChanged("a redirect"));
        }
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(ConnectorError::SiteDown);
        }
        Ok((status, answer.read(longest).await.map_err(no_answer)?))
    }
}

/// What the token endpoint said.
pub(crate) struct TokenAnswer {
    pub(crate) status: StatusCode,
    /// Wiped when dropped: it is full of tokens.
    pub(crate) body: Zeroizing<Vec<u8>>,
}

fn no_answer(failure: Failure) -> ConnectorError {
    match failure {
        Failure::NotAllowed => ConnectorError::SiteChanged("an address at another site"),
        Failure::NotPublic => ConnectorError::SiteChanged("an address that is not public"),
        Failure::TooLong => ConnectorError::SiteChanged("an answer that is too long"),
        Failure::NoConnection | Failure::TimedOut | Failure::Unsendable => ConnectorError::SiteDown,
    }
}

/// RFC 6749, section 2.3.1: identifier and secret are encoded before they become a Basic header.
fn urlencoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
