//! What browsers send, through the whole router: server functions, a customer's file, the way back from a utility's
//! site, its notifications, the frame's page. Never a fault, never a panic.

use std::cell::RefCell;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request, Uri};
use connect::web::{Web, router};
use connect_server::service::ConnectTokenRequest;
use leptos::config::LeptosOptions;
use tower::ServiceExt;

use super::cases::bodies::{Place, REQUESTS};
use super::cases::choice;

struct Site {
    place: Place,
    router: Router,
    requests: usize,
}

thread_local! {
    static SITE: RefCell<Option<Site>> = const { RefCell::new(None) };
}

/// How long a call is waited for: `wait` itself would take up to 20 seconds. Whoever hangs up must do no harm.
const PATIENCE: Duration = Duration::from_millis(40);

const PATHS: [&str; 16] = [
    "/_connect/load",
    "/_connect/go",
    "/_connect/go",
    "/_connect/select_utility",
    "/_connect/submit_login",
    "/_connect/submit_code",
    "/_connect/choose",
    "/_connect/search",
    "/_connect/wait",
    "/_connect/finish",
    "/_connect/new_connect_token",
    "/_connect/file",
    "/greenbutton/go",
    "/greenbutton/callback",
    "/greenbutton/notify",
    "/connect/frame",
];

/// A customer's run at its first screen, and up to eight requests of it: each a byte for the path, one for how it is
/// sent, two for its length, and its text. The token stands in front of arguments unless that byte says otherwise.
pub(crate) fn run(data: &[u8]) {
    SITE.with_borrow_mut(|slot| {
        if slot.as_ref().is_none_or(|site| site.requests >= REQUESTS) {
            *slot = Some(Site::new());
        }
        let Some(site) = slot else { return };
        let Site { place, router, requests } = site;
        place.runtime.block_on(async {
            let client = place.service.authenticate_client(&place.id, &place.secret).await.ok().flatten();
            let client = client.unwrap_or_else(|| panic!("the client is gone"));
            let wanted = ConnectTokenRequest {
                user_id: "u".to_owned(),
                utility: None,
                code_challenge: None,
                language: None,
            };
            let token = place.service.create_connect_token(&client, wanted).await;
            let token = token.unwrap_or_else(|error| panic!("{error:?}")).token.expose().to_owned();
            let mut rest = data;
            for _ in 0..8 {
                let [path, how, low, high, tail @ ..] = rest else { break };
                let length = usize::from(u16::from_le_bytes([*low, *high])).min(tail.len());
                let (text, tail) = tail.split_at(length);
                rest = tail;
                *requests += 1;
                send(router.clone(), &token, usize::from(*path), usize::from(*how), text).await;
            }
        });
    });
}

impl Site {
    fn new() -> Self {
        let place = Place::new(Some(Box::new(|page| connect::pages::draw(page, "http://localhost:8080"))));
        // Leptos wants one for the process; another site may have set it.
        let _ = any_spawner::Executor::init_tokio();
        let root = place.dir.path().to_string_lossy().into_owned();
        let options = LeptosOptions::builder().output_name("connect").site_root(root).site_pkg_dir("pkg").build();
        let company =
            connect_server::bootstrap::SandboxClient { id: place.id.clone(), secret: place.secret.clone() };
        let router = router(Web::new(place.service.clone(), options, Some(company), false));
        Self { place, router, requests: 0 }
    }
}

async fn send(router: Router, token: &str, which: usize, how: usize, text: &[u8]) {
    let path = PATHS[which % 16];
    let mut body = Vec::new();
    let mut query = String::new();
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    let handle = token.split('_').nth(3).unwrap_or_default();
    if path == "/connect/frame" || path == "/greenbutton/callback" {
        let known = if path == "/connect/frame" { format!("s={handle}&") } else { format!("state={handle}.") };
        query = if how & 1 == 0 { known } else { String::new() } + &String::from_utf8_lossy(text);
        headers.push(("cookie".to_owned(), format!("connect_consent_{handle}={query}").into_bytes()));
    } else if path == "/_connect/file" {
        // Two bytes say step and how long the file is said to be.
        let (step, file) = choice(text);
        let size = if how & 1 == 0 { file.len() } else { how << 20 };
        headers.push(("authorization".to_owned(), format!("Bearer {token}").into_bytes()));
        headers.push(("x-connect-step".to_owned(), step.to_string().into_bytes()));
        headers.push(("x-connect-size".to_owned(), size.to_string().into_bytes()));
        body = file.to_vec();
    } else {
        if path == "/greenbutton/go" && how & 1 == 0 {
            body = format!("token={token}&").into_bytes();
        } else if path.starts_with("/_connect/") && path != "/_connect/new_connect_token" && how & 1 == 0 {
            // Shorter than 128 bytes, so the length is one byte of postcard.
            body.push(token.len() as u8);
            body.extend_from_slice(token.as_bytes());
        }
        body.extend_from_slice(text);
    }
    let kind = match (path.starts_with("/_connect/"), how >> 1 & 3) {
        (true, 0..3) => "application/x-postcard",
        (true, _) => "application/json",
        _ => "application/x-www-form-urlencoded",
    };
    headers.push(("content-type".to_owned(), kind.into()));
    let method = match (path, how >> 3 & 7) {
        (_, 7) => "PUT",
        ("/connect/frame" | "/greenbutton/callback", _) => "GET",
        _ => "POST",
    };
    let Ok(uri) = format!("{path}?{query}").parse::<Uri>() else { return };
    let Ok(mut request) = Request::builder().method(method).uri(uri).body(Body::from(body)) else { return };
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(&value)) {
            request.headers_mut().append(name, value);
        }
    }
    let Ok(answer) = tokio::time::timeout(PATIENCE, router.oneshot(request)).await else { return };
    let Ok(response) = answer;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, 64 << 20).await.unwrap_or_default();
    assert!(head.status.as_u16() < 500, "{path}: {}: {}", head.status, String::from_utf8_lossy(&body));
    assert!(!String::from_utf8_lossy(&body).contains(token), "{path}: the token comes back");
}
