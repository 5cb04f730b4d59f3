//! The program's log: one line for one event, whatever callers send.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use connect::calls::load::Load;
use connect::logs::{self, Format};
use connect_wire::Hidden;
use leptos::server_fn::ServerFn;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

use crate::support::{Call, Home, Site, call, get, post};

/// What has been logged so far.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// A layer that writes here.
    pub fn layer<S>(&self, format: Format) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    {
        let log = self.clone();
        logs::layer(format, false, move || log.clone())
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    /// The lines, as every program understands lines.
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.bytes()).unwrap();
        let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
        text.split_terminator(breaks).map(str::to_owned).collect()
    }

    pub fn json(&self) -> Vec<serde_json::Value> {
        self.lines().iter().map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Counts events.
#[derive(Clone, Default)]
struct Events(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Events {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Both formats and a count, for this thread.
fn watched() -> (Log, Log, Events, tracing::subscriber::DefaultGuard) {
    let (text, json, events) = (Log::default(), Log::default(), Events::default());
    let subscriber = tracing_subscriber::registry()
        .with(text.layer(Format::Text))
        .with(json.layer(Format::Json))
        .with(events.clone());
    (text.clone(), json.clone(), events, tracing::subscriber::set_default(subscriber))
}

/// What breaks lines, moves the cursor or turns text around, in some company.
const HOSTILE: [&str; 14] = [
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\0",
    "\u{b}",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{85}",
    "\u{9b}2K",
    "\u{2028}",
    "\u{2029}",
    "\u{202e}",
    "\"}\n{\"level\":\"ERROR\",\"message\":\"forged",
];

/// The same hostile texts on each run.
fn texts(count: usize) -> impl Iterator<Item = String> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..count).map(move |_| {
        let mut text = String::new();
        for _ in 0..=next(4) {
            text.push_str(HOSTILE[next(HOSTILE.len())]);
            text.push_str(["x", "WARN forged", "é", ""][next(4)]);
        }
        text
    })
}

#[test]
fn a_hundred_thousand_hostile_values_are_as_many_lines() {
    let (text, json, events, _watching) = watched();
    for value in texts(100_000 / 4) {
        tracing::info!(%value, "shown");
        tracing::info!(?value, "debugged");
        tracing::info!(value, "plain");
        let _inside = tracing::info_span!("around", %value).entered();
        tracing::info!("{value}");
    }
    let count = events.0.load(Ordering::Relaxed);
    assert_eq!((count, text.lines().len()), (100_000, 100_000));
    let lines = json.json();
    assert_eq!(lines.len(), count);
    for (value, lines) in texts(100_000 / 4).zip(lines.chunks(4)) {
        assert_eq!(lines[0]["value"], value, "nothing is lost");
        assert!(lines.iter().all(|line| line["level"] == "INFO"), "{lines:?}");
    }
    let visible = |c: char| c == '\n' || !c.is_control();
    assert!(String::from_utf8(text.bytes()).unwrap().chars().all(visible));
}

#[tokio::test]
async fn hostile_headers_and_parameters_give_one_line_per_event() {
    let (text, json, events, _watching) = watched();
    let site = Site::start().await;
    let headers = [
        "pelm-client-id",
        "pelm-secret",
        "authorization",
        "x-request-id",
        "content-type",
        "accept",
        "origin",
        "host",
        "referer",
        "user-agent",
        "sec-fetch-site",
        "x-forwarded-for",
        "traceparent",
        "cookie",
        "if-none-match",
    ];
    let escaped = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
    for text in texts(60) {
        let url = escaped(&text);
        // What a header may hold: no C0 control but the tab.
        let value: String = text.chars().filter(|c| *c == '\t' || !c.is_ascii_control()).collect();
        for header in headers {
            site.send(get("/accounts").header(header, &value)).await;
            site.send(post(Load::PATH).header(header, &value)).await;
        }
        let company = &site.company;
        for call in [
            get(&format!("/{url}")),
            get(&format!("/users/{url}")).by(company),
            get(&format!("/utilities?{url}={url}")),
            get(&format!("/connect/frame?s={url}&o={url}")),
            get(&format!("/greenbutton/callback?state={url}&code={url}&error={url}")),
            post("/auth/connect-token").by(company).form(&[("user_id", &url), ("utility_slug", &url)]),
            post("/auth/token").by(company).form(&[("code", &url)]),
            post("/auth/token").by(company).body("application/json", text.clone()),
            post("/greenbutton/notify").body("application/atom+xml", text.clone()),
            call(&Load { token: Hidden(text.clone()) }),
        ] {
            site.send(call).await;
        }
    }
    let count = events.0.load(Ordering::Relaxed);
    // At least the line of each request.
    assert!(count >= 60 * (2 * headers.len() + 10), "{count}");
    assert_eq!((text.lines().len(), json.json().len()), (count, count));
}

#[tokio::test]
async fn a_line_names_the_route_the_status_and_the_request_and_never_the_path() {
    let (text, json, _, _watching) = watched();
    let site = Site::start().await;
    let from = json.json().len();
    site.send(get("/users/customer-1?x=query-1").header("x-request-id", "first")).await;
    site.send(get("/nothing-1").header("x-request-id", "second")).await;
    site.send(call(&Load { token: Hidden("nonsense".into()) }).header("x-request-id", "third")).await;
    site.send(Call::new("BREW", "/accounts").header("x-request-id", "fourth")).await;
    // Refused for the secret in the address, which is written nowhere by that.
    let misplaced = get("/bills/in-the-path-1/pdf?token=in-the-query-1").header("x-request-id", "fifth");
    site.send(misplaced).await.refused(400, "parameter_invalid");
    let mut answered: Vec<_> =
        json.json().split_off(from).into_iter().filter(|line| line["message"] == "answered").collect();
    for line in &mut answered {
        assert_eq!(line["level"], "DEBUG");
        let span = line["spans"][0].as_object_mut().unwrap();
        assert!(span.remove("ms").unwrap().as_i64().unwrap() >= 0);
        assert_eq!(span.remove("name").unwrap(), "request");
    }
    let spans: Vec<_> = answered.iter().map(|line| line["spans"][0].clone()).collect();
    let expected = serde_json::json!([
        { "id": "first", "method": "GET", "route": "/users/{user_id}", "status": 401 },
        { "id": "second", "method": "GET", "route": "none", "status": 404 },
        { "id": "third", "method": "POST", "route": "/_connect/{call}", "call": Load::PATH, "status": 401 },
        { "id": "fourth", "method": "other", "route": "/accounts", "status": 405 },
        { "id": "fifth", "method": "GET", "route": "/bills/{bill_id}/pdf", "status": 400 },
    ]);
    assert_eq!(serde_json::Value::Array(spans), expected);
    let text = String::from_utf8(text.bytes()).unwrap();
    for raw in ["customer-1", "query-1", "nothing-1", "BREW", "in-the-path-1", "in-the-query-1"] {
        assert!(!text.contains(raw), "{raw}");
    }
}

#[test]
fn the_program_logs_json_when_it_is_told_to() {
    let home = Home::new();
    let server = home.start(&[("CONNECT_LOG_FORMAT", "json"), ("CONNECT_LOG", "info,connect_server=debug")]);
    assert!(server.get("/healthz").to_lowercase().contains("\r\nx-request-id: "));
    let (status, said) = server.stop("TERM");
    assert_eq!(status.code(), Some(0), "{said}");
    let lines: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let answered = lines.iter().find(|line| line["message"] == "answered").unwrap();
    assert_eq!(answered["spans"][0]["route"], "/healthz");
    let heads: Vec<_> = lines.iter().filter(|line| line["message"] == "the audit log").collect();
    assert!(heads.last().unwrap()["head"].as_str().unwrap().contains(':'), "{said}");
}

#[test]
fn a_log_format_that_is_none_is_told() {
    let said = Home::new().refuses(&[("CONNECT_LOG_FORMAT", "xml")]);
    assert!(said.contains("CONNECT_LOG_FORMAT=xml"), "{said}");
}
