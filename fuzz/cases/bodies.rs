//! Requests to the API, through its router and a real store: never a fault, and every refusal in the contract's shape.

use std::cell::RefCell;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request, Uri};
use connect_core::clock::ManualClock;
use connect_core::directory::Directory;
use connect_core::secret::Secret;
use connect_core::token::Environment;
use connect_core::vault::Keyring;
use connect_sandbox::SandboxConnector;
use connect_server::api;
use connect_server::limits::TrustedProxies;
use connect_server::service::{Service, Settings};
use connect_server::worker::{Secrets, together};
use connect_sqlite::SqliteStore;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::{choice, parts};

/// A service begins anew after so many requests, so that its database stays small.
pub(crate) const REQUESTS: usize = 5_000;

/// A service on a database of its own, with a sandbox client.
pub(crate) struct Place {
    pub(crate) runtime: Runtime,
    pub(crate) service: Arc<Service>,
    pub(crate) id: String,
    pub(crate) secret: Secret,
    pub(crate) dir: TempDir,
}

impl Place {
    pub(crate) fn new(draw: Option<Box<connect_core::flow::DrawPage>>) -> Self {
        let all = || -> Result<Self, Box<dyn std::error::Error>> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let dir = tempfile::tempdir()?;
            let secrets = Secrets::new([7; 32].into(), &Keyring::generate()?)?;
            let (service, client) = runtime.block_on(async {
                let (service, _) = together(
                    Arc::new(SqliteStore::open(&dir.path().join("connect.db"))?),
                    secrets,
                    Arc::new(ManualClock::at(jiff::Timestamp::from_second(1_772_366_400)?)),
                    Directory::embedded()?,
                    vec![Arc::new(SandboxConnector::with_slow(std::time::Duration::from_millis(1)))],
                    Settings { rate_limits: false, ..Settings::default() },
                );
                let service = match draw {
                    Some(draw) => service.drawing(draw),
                    None => service,
                };
                let client = service.register_client("Northwind Solar", Environment::Sandbox).await?;
                Ok::<_, Box<dyn std::error::Error>>((Arc::new(service), client))
            })?;
            Ok(Self { runtime, service, id: client.0.to_string(), secret: client.1, dir })
        };
        all().unwrap_or_else(|error| panic!("{error}"))
    }
}

struct Api {
    place: Place,
    router: Router,
    requests: usize,
}

thread_local! {
    static API: RefCell<Option<Api>> = const { RefCell::new(None) };
}

/// Paths that are asked for, and one of the fuzzer's own.
const PATHS: [&str; 16] = [
    "/auth/connect-token",
    "/auth/connect-token",
    "/auth/token",
    "/auth/token",
    "/auth/revoke",
    "/auth/introspect",
    "/users/u",
    "/accounts",
    "/accounts/0198f0f2-7c4e-7cc2-9e2b-8a2d4f7c1e11/intervals",
    "/intervals",
    "/restatements",
    "/bills",
    "/bills/0198f0f2-7c4e-7cc2-9e2b-8a2d4f7c1e11/pdf",
    "/emission-rates",
    "/utilities",
    "",
];

const TYPES: [&str; 6] = [
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data; boundary=edge",
    "multipart/form-data; boundary=",
    "text/plain",
    "",
];

/// Sends what the bytes say: path and method, who asks and in which form, then query, headers and body.
pub(crate) fn run(data: &[u8]) {
    let (which, data) = choice(data);
    let (how, data) = choice(data);
    let [query, headers, body] = parts::<3>(data);
    API.with_borrow_mut(|slot| {
        if slot.as_ref().is_none_or(|api| api.requests >= REQUESTS) {
            let place = Place::new(None);
            let router = connect_server::request::around(
                // The rest of the paths is the pages'.
                api::router(place.service.clone()).fallback(api::unknown_path),
                place.service.clone(),
                TrustedProxies::default(),
            );
            *slot = Some(Api { place, router, requests: 0 });
        }
        let Some(api) = slot else { return };
        api.requests += 1;
        let query = String::from_utf8_lossy(query);
        let path = PATHS[which % 16];
        let path = if path.is_empty() { format!("/{query}") } else { format!("{path}?{query}") };
        let Ok(uri) = path.parse::<Uri>() else { return };
        let method = match which >> 4 {
            0..8 if which % 16 < 6 => "POST",
            0..12 => "GET",
            12 => "DELETE",
            13 => "PUT",
            14 => "OPTIONS",
            _ => "HEAD",
        };
        let Ok(mut request) = Request::builder().method(method).uri(uri).body(Body::from(body.to_vec())) else {
            return;
        };
        let mut add = |name: &str, value: &[u8]| {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value))
            {
                request.headers_mut().append(name, value);
            }
        };
        if how & 8 == 0 {
            add("pelm-client-id", api.place.id.as_bytes());
            add("pelm-secret", api.place.secret.expose().as_bytes());
        }
        let kind = TYPES[how % 8 % 6];
        if !kind.is_empty() {
            add("content-type", kind.as_bytes());
        }
        for line in headers.split(|byte| *byte == b'\n').take(8) {
            let mut pair = line.splitn(2, |byte| *byte == b':');
            let name = String::from_utf8_lossy(pair.next().unwrap_or_default()).to_lowercase();
            add(&name, pair.next().unwrap_or_default().trim_ascii());
        }
        api.place.runtime.block_on(answered(api.router.clone(), request, method));
    });
}

async fn answered(router: Router, request: Request<Body>, method: &str) {
    let Ok(response) = router.oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, 64 << 20).await.unwrap_or_default();
    let status = head.status.as_u16();
    assert!(status < 500, "{status}: {}", String::from_utf8_lossy(&body));
    if status >= 400 && method != "HEAD" {
        let value: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let text =
            |name: &str| value.get(name).and_then(|text| text.as_str()).is_some_and(|text| !text.is_empty());
        let shaped = text("error_code") && text("message") && value.as_object().is_some_and(|all| all.len() == 2);
        assert!(shaped, "{status}: {}", String::from_utf8_lossy(&body));
    }
}
