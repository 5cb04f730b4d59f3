//! Requests to a portal: bounded in time, in size and in where they go.

use std::time::Duration;

use connect_core::connector::ConnectorError;
use connect_core::secret::Secret;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderValue, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode, Url};
use tokio::time::{sleep, timeout};

use crate::config::{ConfigError, Limits, Origins, PortalConfig, Timeouts};
use crate::jar::Jar;

/// The client of one portal. It knows no login: cookies come with each request.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: Client,
    origins: Origins,
    timeouts: Timeouts,
    limits: Limits,
}

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
        let client = Client::builder()
            // Each hop is checked against the list, with the cookies of that host.
            .redirect(Policy::none())
            // A proxy named by the environment would see whom customers sign in to.
            .no_proxy()
            .referer(false)
            .user_agent(&config.user_agent)
            .connect_timeout(config.timeouts.connect)
            .build()
            .map_err(|_| ConfigError::Client)?;
        Ok(Self { client, origins, timeouts: config.timeouts, limits: config.limits })
    }

    /// An address of the portal. Fails for one that leads elsewhere.
    pub(crate) fn at(&self, reference: &str) -> Result<Url, ConnectorError> {
        let url = self.origins.base.join(reference).map_err(|_| ConnectorError::SiteChanged("a link"))?;
        self.allowed(url)
    }

    fn allowed(&self, url: Url) -> Result<Url, ConnectorError> {
        if self.origins.allow(&url) { Ok(url) } else { Err(ConnectorError::SiteChanged("a link to another site")) }
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
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let body = Some(Secret::new(body));
        self.chain(jar, Method::POST, url, body, Wanted::Page, now).await.map_err(Failure::last)
    }

    /// A request and the redirects after it.
    async fn chain(
        &self,
        jar: &mut Jar,
        mut method: Method,
        mut url: Url,
        mut body: Option<Secret>,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        for _ in 0..=self.limits.redirects {
            let url_now = self.allowed(url).map_err(Failure::Error)?;
            let one = self.one(jar, method.clone(), url_now.clone(), body.as_ref(), wanted, now);
            let hop = match timeout(self.timeouts.request, one).await {
                Ok(hop) => hop?,
                // Not tried again: whoever waits has waited long enough.
                Err(_) => {
                    tracing::debug!("the portal did not answer in time");
                    return Err(Failure::Error(ConnectorError::SiteDown));
                }
            };
            let (status, location) = match hop {
                Hop::There(answer) => return Ok(answer),
                Hop::Elsewhere(status, location) => (status, location),
            };
            // These two would send the form again, to wherever the answer says.
            let repeats = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
            if repeats && method != Method::GET {
                return Err(Failure::Error(ConnectorError::SiteChanged("a redirect that repeats a form")));
            }
            (method, body) = (Method::GET, None);
            let joined = url_now.join(&location);
            url = joined.map_err(|_| Failure::Error(ConnectorError::SiteChanged("a redirect")))?;
        }
        Err(Failure::Error(ConnectorError::SiteChanged("too many redirects")))
    }

    async fn one(
        &self,
        jar: &mut Jar,
        method: Method,
        url: Url,
        body: Option<&Secret>,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<Hop, Failure> {
        let mut request = self.client.request(method, url.clone());
        if let Some(cookies) = jar.header(&url, now) {
            let value = HeaderValue::from_str(cookies.expose());
            let mut value = value.map_err(|_| Failure::Error(ConnectorError::SiteChanged("a cookie")))?;
            value.set_sensitive(true);
            request = request.header(COOKIE, value);
        }
        if let Some(body) = body {
            let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
            request = request.header(CONTENT_TYPE, kind).body(body.expose().to_owned());
        }
        let response = request.send().await.map_err(passing)?;
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
        let body = read(response, longest).await?;
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

/// An error of the client names the address, which may hold a ticket: only its kind is told.
fn passing(error: reqwest::Error) -> Failure {
    tracing::debug!(connect = error.is_connect(), timeout = error.is_timeout(), "no answer from the portal");
    Failure::Passing
}

async fn read(mut response: Response, longest: usize) -> Result<Vec<u8>, Failure> {
    let too_long = || Failure::Error(ConnectorError::SiteChanged("an answer that is too long"));
    let announced = response.content_length().unwrap_or(0);
    if announced > longest as u64 {
        return Err(too_long());
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(piece) = response.chunk().await.map_err(passing)? {
        if body.len() + piece.len() > longest {
            return Err(too_long());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// Between half of `longest` and all of it, so that logins that failed together do not come back
/// together.
fn jittered(longest: Duration) -> Duration {
    let half = longest / 2;
    half + half.mul_f64(fastrand::f64())
}
