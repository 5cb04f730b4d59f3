//! The network that the client is watched in.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::{Layer, Service};

use crate::address::Reach;
use crate::resolver::Guard;
use crate::{Client, Failure, Options, Origins, Request};

/// A server on every address of this machine, and what arrives there.
pub(super) struct Listener {
    pub(super) port: u16,
    arrived: UnboundedReceiver<SocketAddr>,
    /// `::1` where the machine has IPv6.
    has_v6: bool,
}

impl Listener {
    /// Gives this answer to all.
    pub(super) async fn answering(head: &str, body: &str) -> Self {
        let answer = format!("{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        let (ears, arrived) = unbounded_channel();
        let v4 = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let port = v4.local_addr().unwrap().port();
        let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok();
        let has_v6 = v6.is_some();
        for listener in std::iter::once(v4).chain(v6) {
            tokio::spawn(accept(listener, answer.clone(), ears.clone()));
        }
        Self { port, arrived, has_v6 }
    }

    pub(super) async fn new() -> Self {
        Self::answering("HTTP/1.1 200 OK", "hello").await
    }

    /// How many connections have arrived since the last call. Connections arrive in their order, so
    /// one of our own on each address comes after all others.
    pub(super) async fn count(&mut self) -> usize {
        let mut own = Vec::new();
        let addresses = [Some(IpAddr::from(Ipv4Addr::LOCALHOST)), self.has_v6.then(|| Ipv6Addr::LOCALHOST.into())];
        for address in addresses.into_iter().flatten() {
            own.push(TcpStream::connect((address, self.port)).await.unwrap());
        }
        let mut awaited: Vec<_> = own.iter().map(|connection| connection.local_addr().unwrap()).collect();
        let mut others = 0;
        while !awaited.is_empty() {
            let from = self.arrived.recv().await.unwrap();
            let before = awaited.len();
            awaited.retain(|own| *own != from);
            others += usize::from(awaited.len() == before);
        }
        others
    }
}

async fn accept(listener: TcpListener, answer: String, ears: UnboundedSender<SocketAddr>) {
    while let Ok((mut connection, from)) = listener.accept().await {
        ears.send(from).unwrap();
        let answer = answer.clone();
        tokio::spawn(async move {
            let mut asked = [0; 4096];
            let _ = connection.read(&mut asked).await;
            let _ = connection.write_all(answer.as_bytes()).await;
        });
    }
}

/// What a name's look-up answers, one after the other; the last for ever.
pub(super) type Answers = HashMap<String, Vec<Vec<IpAddr>>>;

/// What the client has done.
#[derive(Default)]
pub(super) struct Seen {
    /// Times that a name was looked up.
    pub(super) asked: AtomicUsize,
    /// Times that the client set out to connect, to a name (whose look-up comes after) or an address.
    dials: AtomicUsize,
    /// Addresses that it got for names: all of these are connected to, and no others.
    pub(super) handed: Mutex<Vec<SocketAddr>>,
    names: Mutex<Answers>,
    /// Where connections to public addresses go, which a test must not leave to the world.
    stand_in: Option<SocketAddr>,
}

impl Seen {
    pub(super) fn new(names: Answers, stand_in: Option<u16>) -> Arc<Self> {
        let stand_in = stand_in.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Arc::new(Self { names: Mutex::new(names), stand_in, ..Self::default() })
    }

    /// A client to these origins in this network.
    pub(super) fn client(self: &Arc<Self>, origins: Origins) -> Client {
        // Should it connect after all, tests are over soon.
        let options = Options { connect: Duration::from_millis(500), ..Options::default() };
        let client = Client::built(origins, &options, |reach, builder| {
            let guard = Guard::new(Arc::new(Dns(self.clone())), reach);
            builder.dns_resolver(Handed(guard, self.clone())).connector_layer(Dials(self.clone()))
        });
        client.unwrap()
    }

    /// Connections that were set out for without a look-up.
    pub(super) fn direct(&self) -> usize {
        self.dials.load(Ordering::SeqCst) - self.asked.load(Ordering::SeqCst)
    }
}

/// A list that nobody has looked at.
pub(super) fn unchecked(urls: impl IntoIterator<Item = Url>, reach: Reach) -> Origins {
    Origins::unchecked(urls.into_iter().map(|url| (url, reach)).collect())
}

pub(super) fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// What comes of asking for this address.
pub(super) async fn get(client: &Client, url: &Url) -> Result<String, Failure> {
    let answer = client.send(Request::new(reqwest::Method::GET, url.clone())).await?;
    Ok(String::from_utf8(answer.read(1000).await?).unwrap())
}

/// The DNS.
struct Dns(Arc<Seen>);

impl Resolve for Dns {
    fn resolve(&self, name: Name) -> Resolving {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        let mut names = self.0.names.lock().unwrap();
        let answers = names.get_mut(name.as_str()).expect("a name of the test");
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(Box::new(answer.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs) })
    }
}

/// Between the guard and what connects.
struct Handed(Guard, Arc<Seen>);

impl Resolve for Handed {
    fn resolve(&self, name: Name) -> Resolving {
        let (asked, seen) = (self.0.resolve(name), self.1.clone());
        Box::pin(async move {
            let found: Vec<_> = asked.await?.collect();
            seen.handed.lock().unwrap().extend(&found);
            let found = match seen.stand_in {
                Some(address) if Reach::Public.permits(found[0].ip()) => vec![address],
                _ => found,
            };
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Around what connects.
#[derive(Clone)]
struct Dials(Arc<Seen>);

#[derive(Clone)]
struct Dialling<S>(S, Arc<Seen>);

impl<S> Layer<S> for Dials {
    type Service = Dialling<S>;

    fn layer(&self, inner: S) -> Dialling<S> {
        Dialling(inner, self.0.clone())
    }
}

impl<S: Service<R>, R> Service<R> for Dialling<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.1.dials.fetch_add(1, Ordering::SeqCst);
        self.0.call(request)
    }
}
