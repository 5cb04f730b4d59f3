//! Requests to a portal: bounded in time, in size and in where they go.

use std::time::Duration;

use connect_core::connector::ConnectorError;
use connect_outbound::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use connect_outbound::{Client, Failure as NoAnswer, Method, Options, Request, StatusCode, Url};
use jiff::Timestamp;
use tokio::time::sleep;

use crate::config::{ConfigError, Limits, PortalConfig, Timeouts};
use crate::jar::Jar;

/// The client of one portal. It knows no login: cookies come with each request.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: Client,
    timeouts: Timeouts,
    limits: Limits,
}

const ELSEWHERE: ConnectorError = ConnectorError::SiteChanged("a link to another site");

/// What is asked for, which bounds the length of the answer. A page in its place is bounded like
/// every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Page,
    Xml,
    Pdf,
}

/// An answer that is no redirect.
pub(crate) struct Answer {
    /// Where it came from in the end.
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    /// Whether it says that it is a page.
    pub(crate) is_page: bool,
    pub(crate) body: Vec<u8>,
}

/// How a request ended that had no answer of use. Separate from [`ConnectorError`] because only
/// this layer knows what may be tried again.
enum Failure {
    /// No connection, a broken one, or a gateway that says so.
    Passing,
    Error(ConnectorError),
}

impl Http {
    pub(crate) fn new(config: &PortalConfig) -> Result<Self, ConfigError> {
        let origins = config.check()?;
        let PortalConfig { user_agent, timeouts, limits, .. } = config;
        let options =
            Options { user_agent: user_agent.clone(), connect: timeouts.connect, request: timeouts.request };
        let client = Client::new(origins, &options).map_err(|_| ConfigError::Client)?;
        Ok(Self { client, timeouts: *timeouts, limits: *limits })
    }

    /// An address of the portal. Fails for one that leads elsewhere.
    pub(crate) fn at(&self, reference: &str) -> Result<Url, ConnectorError> {
        let origins = self.client.origins();
        let url = origins.base().join(reference).map_err(|_| ConnectorError::SiteChanged("a link"))?;
        if origins.allow(&url) { Ok(url) } else { Err(ELSEWHERE) }
    }

    /// Asks for a page or file. A failure that may pass is followed by one more try.
    pub(crate) async fn get(
        &self,
        jar: &mut Jar,
        url: Url,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<Answer, ConnectorError> {
        match self.chain(jar, Method::GET, url.clone(), None, wanted, now).await {
            Ok(answer) => return Ok(answer),
            Err(Failure::Error(error)) => return Err(error),
            Err(Failure::Passing) => sleep(jittered(self.timeouts.retry)).await,
        }
        tracing::debug!("asking the portal once more");
        self.chain(jar, Method::GET, url, None, wanted, now).await.map_err(Failure::last)
    }

    /// Sends a form, once: a password or code that is sent twice may lock the login. What follows
    /// it may hold a ticket that is good once, so that is not asked for twice either.
    pub(crate) async fn post(
        &self,
        jar: &mut Jar,
        url: Url,
        fields: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<Answer, ConnectorError> {
        self.chain(jar, Method::POST, url, Some(fields), Wanted::Page, now).await.map_err(Failure::last)
    }

    /// A request and the redirects after it.
    async fn chain(
        &self,
        jar: &mut Jar,
        mut method: Method,
        mut url: Url,
        mut form: Option<&[(&str, &str)]>,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        for _ in 0..=self.limits.redirects {
            let hop = self.one(jar, method.clone(), url.clone(), form, wanted, now).await?;
            let (status, location) = match hop {
                Hop::There(answer) => return Ok(answer),
                Hop::Elsewhere(status, location) => (status, location),
            };
            // These two would send the form again, to wherever the answer says.
            let repeats = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
            if repeats && method != Method::GET {
                return Err(Failure::Error(ConnectorError::SiteChanged("a redirect that repeats a form")));
            }
            (method, form) = (Method::GET, None);
            let joined = url.join(&location);
            url = joined.map_err(|_| Failure::Error(ConnectorError::SiteChanged("a redirect")))?;
        }
        Err(Failure::Error(ConnectorError::SiteChanged("too many redirects")))
    }

    async fn one(
        &self,
        jar: &mut Jar,
        method: Method,
        url: Url,
        form: Option<&[(&str, &str)]>,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<Hop, Failure> {
        let mut request = Request::new(method, url.clone());
        if let Some(cookies) = jar.header(&url, now) {
            request = request
                .secret_header(COOKIE, &cookies)
                .map_err(|_| Failure::Error(ConnectorError::SiteChanged("a cookie")))?;
        }
        if let Some(fields) = form {
            request = request.form(fields);
        }
        // Each hop is checked against the list, with the cookies of that host.
        let response = self.client.send(request).await?;
        for header in response.headers().get_all(SET_COOKIE) {
            if let Ok(text) = header.to_str() {
                jar.set(&url, text, now);
            }
        }
        let status = response.status();
        tracing::debug!(status = status.as_u16(), "the portal answered");
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        if let (true, Some(location)) = (status.is_redirection(), location) {
            return Ok(Hop::Elsewhere(status, location.to_owned()));
        }
        match status {
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                return Err(Failure::Passing);
            }
            StatusCode::TOO_MANY_REQUESTS => return Err(Failure::Error(ConnectorError::SiteDown)),
            status if status.is_server_error() => return Err(Failure::Error(ConnectorError::SiteDown)),
            _ => {}
        }
        let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_page = kind.trim_start().to_ascii_lowercase().starts_with("text/html");
        let longest = match wanted {
            Wanted::Xml if !is_page => self.limits.xml_bytes,
            Wanted::Pdf if !is_page => self.limits.pdf_bytes,
            Wanted::Page | Wanted::Xml | Wanted::Pdf => self.limits.html_bytes,
        };
        let body = response.read(longest).await?;
        Ok(Hop::There(Answer { url, status, is_page, body }))
    }

    /// How much to read.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

enum Hop {
    There(Answer),
    Elsewhere(StatusCode, String),
}

impl Failure {
    fn last(self) -> ConnectorError {
        match self {
            Self::Passing => ConnectorError::SiteDown,
            Self::Error(error) => error,
        }
    }
}

impl From<NoAnswer> for Failure {
    fn from(failure: NoAnswer) -> Self {
        match failure {
            NoAnswer::NoConnection => Self::Passing,
            NoAnswer::NotAllowed => Self::Error(ELSEWHERE),
            NoAnswer::NotPublic => Self::Error(ConnectorError::SiteChanged("an address that is not public")),
            NoAnswer::TooLong => Self::Error(ConnectorError::SiteChanged("an answer that is too long")),
            // Not tried again when it was too late: whoever waits has waited long enough.
            NoAnswer::TimedOut | NoAnswer::Unsendable => Self::Error(ConnectorError::SiteDown),
        }
    }
}

/// Between half of `longest` and all of it, so that logins that failed together do not come back
/// together.
fn jittered(longest: Duration) -> Duration {
    let half = longest / 2;
    half + half.mul_f64(fastrand::f64())
}
