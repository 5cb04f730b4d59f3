//! The client: checks where a request goes, and bounds what comes of it.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the one place")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Response, StatusCode, retry};
use tokio::time::{Instant, timeout_at};

use crate::address::Reach;
use crate::origins::{Origins, literal};
use crate::request::Request;
use crate::resolver::{Guard, NotPublic, System};

/// How the client introduces itself, and how long it waits.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `User-Agent` header.
    pub user_agent: String,
    /// How long to wait for a connection.
    pub connect: Duration,
    /// How long to wait for a request, from the look-up of the name to the last byte of the answer.
    pub request: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            user_agent: concat!("connect/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect: Duration::from_secs(5),
            request: Duration::from_secs(20),
        }
    }
}

/// The client cannot be set up: the user agent is no header, or the machine has no root certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the HTTP client cannot be set up")]
pub struct SetupError;

/// Why there is no answer. Nothing of the address or of what was sent is part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The address is not on the list; nothing was sent.
    #[error("an address that is not on the list")]
    NotAllowed,
    /// The address leads to where no connection is permitted; nothing was sent.
    #[error("an address that is not public")]
    NotPublic,
    /// A header that cannot be sent; nothing was.
    #[error("a header that cannot be sent")]
    Unsendable,
    /// No connection, or one that broke.
    #[error("no connection")]
    NoConnection,
    /// The answer was not there in time.
    #[error("no answer in time")]
    TimedOut,
    /// The answer is longer than what is read.
    #[error("an answer that is too long")]
    TooLong,
}

/// A client to the origins of one list. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    origins: Origins,
    /// One for each kind of origin: a resolver is asked for a name and does not see the port.
    clients: BTreeMap<Reach, reqwest::Client>,
    request: Duration,
}

impl Client {
    /// A client to these origins. Nothing is asked of them yet.
    ///
    /// # Errors
    ///
    /// When the options cannot be used.
    pub fn new(origins: Origins, options: &Options) -> Result<Self, SetupError> {
        Self::built(origins, options, |reach, builder| builder.dns_resolver(Guard::new(Arc::new(System), reach)))
    }

    /// The same, with a resolver of the caller's choice: for tests.
    pub(crate) fn built(
        origins: Origins,
        options: &Options,
        finish: impl Fn(Reach, ClientBuilder) -> ClientBuilder,
    ) -> Result<Self, SetupError> {
        let reaches: BTreeSet<_> = origins.reaches().collect();
        let built = |reach| Ok((reach, finish(reach, builder(reach, options)).build().map_err(|_| SetupError)?));
        let clients = reaches.into_iter().map(built).collect::<Result<_, _>>()?;
        Ok(Self { origins, clients, request: options.request })
    }

    /// Where its requests may go.
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Sends a request, once, and waits for the head of its answer. Redirects are answers.
    ///
    /// # Errors
    ///
    /// See [`Failure`].
    pub async fn send(&self, Request(request): Request) -> Result<Answer, Failure> {
        let reach = self.origins.reach(request.url()).ok_or(Failure::NotAllowed)?;
        // An address is not looked up, so the resolver does not see it.
        if literal(request.url()).is_some_and(|address| !reach.permits(address)) {
            return Err(Failure::NotPublic);
        }
        let client = self.clients.get(&reach).ok_or(Failure::NotAllowed)?;
        let deadline = Instant::now() + self.request;
        match timeout_at(deadline, client.execute(request)).await {
            Ok(response) => Ok(Answer { response: response.map_err(no_answer)?, deadline }),
            Err(_) => Err(late()),
        }
    }
}

fn builder(reach: Reach, options: &Options) -> ClientBuilder {
    reqwest::Client::builder()
        // The caller sees where it leads, and its next request is checked like the first.
        .redirect(Policy::none())
        // A proxy named by the environment would see whom customers sign in to, and would do the
        // look-up in our place.
        .no_proxy()
        .referer(false)
        // What a request holds may work once.
        .retry(retry::never())
        .https_only(reach != Reach::Machine)
        .user_agent(&options.user_agent)
        .connect_timeout(options.connect)
}

/// An answer whose body has not been read.
pub struct Answer {
    response: Response,
    deadline: Instant,
}

/// Its address and its headers may hold secrets.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl Answer {
    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Its headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Its body, of at most `longest` bytes, in what is left of the request's time.
    ///
    /// # Errors
    ///
    /// [`Failure::TooLong`], [`Failure::TimedOut`] or [`Failure::NoConnection`].
    pub async fn read(self, longest: usize) -> Result<Vec<u8>, Failure> {
        let whole = read(self.response, longest);
        timeout_at(self.deadline, whole).await.unwrap_or_else(|_| Err(late()))
    }
}

async fn read(mut response: Response, longest: usize) -> Result<Vec<u8>, Failure> {
    let announced = response.content_length().unwrap_or(0);
    if announced > longest as u64 {
        return Err(Failure::TooLong);
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(piece) = response.chunk().await.map_err(no_answer)? {
        if body.len() + piece.len() > longest {
            return Err(Failure::TooLong);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// An error of the client names the address, which may hold a secret: only its kind is told.
fn no_answer(error: reqwest::Error) -> Failure {
    let mut causes = std::iter::successors(error.source(), |cause| (*cause).source());
    if causes.any(|cause| cause.is::<NotPublic>()) {
        return Failure::NotPublic;
    }
    tracing::debug!(connect = error.is_connect(), timeout = error.is_timeout(), "no answer");
    Failure::NoConnection
}

fn late() -> Failure {
    tracing::debug!("no answer in time");
    Failure::TimedOut
}
