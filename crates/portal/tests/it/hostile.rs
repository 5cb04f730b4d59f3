//! Sites that lie, hang, send people elsewhere or never stop.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get};
use connect_core::connector::{Connector, ConnectorError, LoginStep, RequiredAction, UtilitySession};
use connect_core::usage::Window;
use connect_portal::{ConfigError, PortalConfig, PortalConnector};

use crate::support::{config, connector, context, done, failed, frugal, impatient, login, now, serve};

const FORM: &str = "<main id=page data-page=login><form method=post action=/login>\
    <input type=hidden name=csrf value=t><input name=username><input name=password></form></main>";
const OVERVIEW: &str = "<main id=page data-page=overview><article data-account=1><h2 class=address>1 A ST</h2>\
    <ul><li data-meter=x data-kind=electricity></ul></article></main>";

fn form() -> Response {
    ([(SET_COOKIE, "sid=cookie-secret; Path=/")], Html(FORM)).into_response()
}

fn to(status: StatusCode, place: &str) -> Response {
    (status, [(LOCATION, place.to_owned())]).into_response()
}

/// A portal whose answer to the password is this.
async fn answering(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> String {
    let submit = move |_: Request| {
        let answer = answer();
        async { answer }
    };
    let overview = get(async || Html(OVERVIEW));
    serve(Router::new().route("/login", get(async || form()).post(submit)).route("/account", overview)).await
}

async fn begin(connector: &PortalConnector) -> Result<LoginStep, ConnectorError> {
    connector.begin(context(now(), true), &login("good")).await
}

async fn outcome(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> ConnectorError {
    failed(begin(&frugal(&answering(answer).await)).await)
}

/// A server that writes down all that it gets.
async fn listener() -> (String, Arc<Mutex<Vec<String>>>) {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = heard.clone();
    let base = serve(Router::new().fallback(any(move |request: Request| {
        let ears = ears.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
            ears.lock().unwrap().push(format!("{parts:?} {body:?}"));
            Html(OVERVIEW)
        }
    })))
    .await;
    (base, heard)
}

#[tokio::test]
async fn a_redirect_to_a_foreign_host_is_not_followed() {
    let (evil, heard) = listener().await;
    for status in [StatusCode::SEE_OTHER, StatusCode::FOUND, StatusCode::TEMPORARY_REDIRECT] {
        // The same host at another port, another name of it, and ways to hide one.
        for place in [
            format!("{evil}/account"),
            evil.replace("127.0.0.1", "localhost"),
            evil.replace("http:", ""),
            evil.replace("http://", "http://127.0.0.1@"),
            evil.replace("http://", "http:\\\\"),
        ] {
            let error = outcome(move || to(status, &place)).await;
            assert!(matches!(error, ConnectorError::SiteChanged(_)), "{error}");
        }
    }
    let form = FORM.replace("/login>", &format!("{evil}/login>"));
    let base = serve(Router::new().route("/login", get(async || Html(form)))).await;
    assert_eq!(failed(begin(&connector(&base)).await), ConnectorError::SiteChanged("a link to another site"));
    assert_eq!(*heard.lock().unwrap(), Vec::<String>::new(), "the foreign host heard nothing");
}

#[tokio::test]
async fn a_host_on_the_list_is_followed_with_its_own_cookies() {
    let (other, heard) = listener().await;
    let place = other.clone();
    let base = answering(move || to(StatusCode::SEE_OTHER, &format!("{place}/account"))).await;
    let local_origins = vec![base.clone(), other.clone()];
    let config = PortalConfig { allowed_hosts: vec![other.clone()], local_origins, ..config(&base) };
    done(begin(&PortalConnector::new(config).unwrap()).await);
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 1);
    // Cookies belong to hosts whatever the port, as in browsers.
    assert!(heard[0].contains("GET") && !heard[0].contains("password"), "{heard:?}");
}

#[tokio::test]
async fn a_form_is_never_repeated() {
    for status in [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT] {
        let error = outcome(move || to(status, "/login")).await;
        assert_eq!(error, ConnectorError::SiteChanged("a redirect that repeats a form"));
    }
    for status in [502, 503, 504, 500, 429] {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let status = StatusCode::from_u16(status).unwrap();
        let error = outcome(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            status.into_response()
        });
        assert_eq!(error.await, ConnectorError::SiteDown);
        assert_eq!(count.load(Ordering::SeqCst), 1, "{status}");
    }
}

#[tokio::test]
async fn a_page_is_asked_for_once_more_where_that_may_help() {
    for (status, tries) in [(502, 2), (503, 2), (504, 2), (500, 1), (429, 1)] {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let status = StatusCode::from_u16(status).unwrap();
        let base = serve(Router::new().route(
            "/login",
            get(async move || {
                counted.fetch_add(1, Ordering::SeqCst);
                status
            }),
        ))
        .await;
        assert_eq!(failed(begin(&connector(&base)).await), ConnectorError::SiteDown);
        assert_eq!(count.load(Ordering::SeqCst), tries, "{status}");
    }
    let count = Arc::new(AtomicUsize::new(0));
    let page = get(async move || {
        if count.fetch_add(1, Ordering::SeqCst) == 0 { StatusCode::BAD_GATEWAY.into_response() } else { form() }
    });
    let submit = async || to(StatusCode::SEE_OTHER, "/account");
    let overview = get(async || Html(OVERVIEW));
    let base = serve(Router::new().route("/login", page.post(submit)).route("/account", overview)).await;
    done(begin(&connector(&base)).await);
}

#[tokio::test]
async fn without_the_customer_the_choice_of_a_code_is_not_sent() {
    const VERIFY: &str = "<main id=page data-page=verify><form method=post action=/login/verify>\
        <input name=csrf value=t><label><input type=radio name=method value=sms>Text message</label></form></main>";
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let sends = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready(StatusCode::NO_CONTENT)
    };
    let submit = async || to(StatusCode::SEE_OTHER, "/login/verify");
    let verify = get(async || Html(VERIFY)).post(sends.clone());
    let pages = Router::new().route("/login", get(async || form()).post(submit)).route("/login/verify", verify);
    let base = serve(pages.fallback(any(sends))).await;
    let connector = connector(&base);
    let step = connector.begin(context(now(), false), &login("good")).await;
    assert_eq!(failed(step), ConnectorError::ChallengeNeeded);
    assert!(matches!(begin(&connector).await, Ok(LoginStep::Challenge { .. })));
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn redirects_that_never_end_are_left() {
    let base = serve(Router::new().fallback(any(async || to(StatusCode::FOUND, "/again")))).await;
    assert_eq!(failed(begin(&connector(&base)).await), ConnectorError::SiteChanged("too many redirects"));
}

#[tokio::test]
async fn no_server_and_one_that_hangs_are_down() {
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    assert_eq!(failed(begin(&connector(&closed)).await), ConnectorError::SiteDown);
    let start = Instant::now();
    let hangs = serve(Router::new().fallback(any(async || std::future::pending::<()>().await))).await;
    assert_eq!(failed(begin(&impatient(&hangs)).await), ConnectorError::SiteDown);
    // One byte, and then nothing.
    let drip = serve(Router::new().fallback(any(async || {
        let bytes = pieces(vec![Some("<"), None]);
        ([(CONTENT_TYPE, "text/html")], bytes)
    })))
    .await;
    assert_eq!(failed(begin(&impatient(&drip)).await), ConnectorError::SiteDown);
    assert!(start.elapsed() < Duration::from_secs(60));
}

/// A body of these pieces; `None` never comes.
fn pieces(all: Vec<Option<&'static str>>) -> Body {
    Body::from_stream(Pieces(all.into_iter()))
}

struct Pieces(std::vec::IntoIter<Option<&'static str>>);

impl futures::Stream for Pieces {
    type Item = Result<&'static str, std::convert::Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        if let Some(None) = self.0.as_slice().first() {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(self.0.next().flatten().map(Ok))
    }
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_not_read() {
    let long = "x".repeat(100 << 10);
    let whole = long.clone();
    assert_eq!(
        outcome(move || Html(whole.clone()).into_response()).await,
        ConnectorError::SiteChanged("an answer that is too long")
    );
    // Without a length that would tell.
    let streamed = outcome(|| {
        let body = pieces(vec![Some("<p>0123456789 0123456789 0123456789"); 4000]);
        ([(CONTENT_TYPE, "text/html")], body).into_response()
    });
    assert_eq!(streamed.await, ConnectorError::SiteChanged("an answer that is too long"));
}

#[tokio::test]
async fn garbage_is_a_change_of_the_site() {
    for (kind, body) in [
        ("text/html", ""),
        ("text/html", "<main id=page><div class=notice id=wrong-login>"),
        ("text/html", "<main data-page=overview>"),
        ("text/html", "<p>wrong-login InvalidCredentials 401"),
        ("text/html", "<<<<<\0<!--"),
        ("application/json", "{\"error\":\"wrong-login\"}"),
        ("", "\u{1f600}"),
    ] {
        let error = outcome(move || ([(CONTENT_TYPE, kind)], body).into_response()).await;
        assert!(matches!(error, ConnectorError::SiteChanged(_)), "{body}: {error}");
    }
    for status in [400, 401, 403, 404] {
        let status = StatusCode::from_u16(status).unwrap();
        let error = outcome(move || (status, Html("<h1>Forbidden</h1>")).into_response()).await;
        assert!(matches!(error, ConnectorError::SiteChanged(_)), "only its own notice is about the password");
    }
    let captcha = "<main id=page data-page=captcha>";
    let error = outcome(move || (StatusCode::FORBIDDEN, Html(captcha)).into_response()).await;
    assert_eq!(error, ConnectorError::ActionRequired(RequiredAction::ProvePerson));
}

#[tokio::test]
async fn sign_in_pages_without_their_form_are_a_change() {
    for page in [
        "<main id=page data-page=login>".to_owned(),
        FORM.replace("value=t", "value="),
        FORM.replace("name=password", "name=pin"),
        FORM.replace("name=username", "name=user"),
    ] {
        let base = serve(Router::new().route("/login", get(async || Html(page)))).await;
        assert_eq!(failed(begin(&connector(&base)).await), ConnectorError::SiteChanged("sign-in form"));
    }
}

/// A portal whose pages behind the sign-in are these.
async fn behind(path: &'static str, kind: &'static str, body: Vec<u8>) -> (PortalConnector, UtilitySession) {
    let file = get(async move || ([(CONTENT_TYPE, kind)], body));
    let submit = async || to(StatusCode::SEE_OTHER, "/account");
    let overview = get(async || Html(OVERVIEW));
    let login = get(async || form()).post(submit);
    let base = serve(Router::new().route("/login", login).route("/account", overview).route(path, file)).await;
    let connector = frugal(&base);
    let session = done(begin(&connector).await);
    (connector, session)
}

#[tokio::test]
async fn a_download_that_is_something_else_is_a_change() {
    let path = "/account/{number}/greenbutton/download";
    let change = ConnectorError::SiteChanged;
    for (kind, body, expected) in [
        ("application/atom+xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>".to_vec(), change("Green Button file")),
        ("application/atom+xml", b"not xml".to_vec(), change("Green Button file")),
        ("application/atom+xml", vec![b' '; 200 << 10], change("an answer that is too long")),
        ("text/html", b"<main id=page data-page=offers>".to_vec(), change("Green Button download")),
        ("text/html", FORM.as_bytes().to_vec(), ConnectorError::SessionExpired),
        ("text/html", b"<main id=page data-page=maintenance>".to_vec(), ConnectorError::SiteDown),
    ] {
        let (connector, session) = behind(path, kind, body).await;
        let cx = context(now(), false);
        let account = &connector.accounts(cx, &session).await.unwrap()[0];
        let window = Window { from: now().as_second() - 86_400, to: now().as_second() };
        assert_eq!(failed(connector.readings(cx, &session, account, 0, window).await), expected);
    }
}

/// A portal with one bill, whose document is this.
async fn with_document(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> ConnectorError {
    const BILLS: &str = "<main id=page data-page=bills><table class=bills><thead><tr><th>Period<th>Statement<th>Due\
        <th>To pay<th>New charges<th>Status<tbody><tr data-bill=b1><td>Oct 5, 2026 – Nov 3, 2026<td>Nov 5, 2026\
        <td>Nov 26, 2026<td>$1.00<td>$1.00<td><a href=/b1.pdf>PDF</a></table></main>";
    let document = get(async move || answer());
    let login = get(async || form()).post(async || to(StatusCode::SEE_OTHER, "/account"));
    let router = Router::new()
        .route("/login", login)
        .route("/account", get(async || Html(OVERVIEW)))
        .route("/account/{number}/bills", get(async || Html(BILLS)))
        .route("/b1.pdf", document);
    let connector = frugal(&serve(router).await);
    let session = done(begin(&connector).await);
    let cx = context(now(), false);
    let account = &connector.accounts(cx, &session).await.unwrap()[0];
    failed(connector.bill_pdf(cx, &session, account, "b1").await)
}

#[tokio::test]
async fn a_document_that_is_no_pdf_or_too_long_is_a_change() {
    let change = ConnectorError::SiteChanged;
    for (kind, body, expected) in [
        ("application/pdf", b"PK\x03\x04".to_vec(), change("document of a bill")),
        ("application/pdf", Vec::new(), change("document of a bill")),
        (
            "application/pdf",
            [b"%PDF-1.7".to_vec(), vec![b' '; 70 << 10]].concat(),
            change("an answer that is too long"),
        ),
        // Even if it begins like one.
        ("text/html", b"%PDF-1.7".to_vec(), change("document of a bill")),
        ("text/html", FORM.as_bytes().to_vec(), ConnectorError::SessionExpired),
        ("text/html", b"<main id=page data-page=maintenance>".to_vec(), ConnectorError::SiteDown),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
        let error = with_document(move || ([(CONTENT_TYPE, kind)], body.clone()).into_response()).await;
        assert_eq!(error, expected, "{kind} {shown}");
    }
    // Without a length that would tell.
    let streamed = with_document(|| {
        let body = pieces(vec![Some("%PDF-1.7 0123456789 0123456789"); 4000]);
        ([(CONTENT_TYPE, "application/pdf")], body).into_response()
    });
    assert_eq!(streamed.await, change("an answer that is too long"));
}

#[tokio::test]
async fn a_download_without_a_length_is_left_where_it_gets_too_long() {
    let file = get(async || {
        let body = pieces(vec![Some("<feed><!-- 0123456789 0123456789 -->"); 8000]);
        ([(CONTENT_TYPE, "application/atom+xml")], body)
    });
    let login = get(async || form()).post(async || to(StatusCode::SEE_OTHER, "/account"));
    let router = Router::new()
        .route("/login", login)
        .route("/account", get(async || Html(OVERVIEW)))
        .route("/account/{number}/greenbutton/download", file);
    let connector = frugal(&serve(router).await);
    let session = done(begin(&connector).await);
    let cx = context(now(), false);
    let account = &connector.accounts(cx, &session).await.unwrap()[0];
    let window = Window { from: now().as_second() - 86_400, to: now().as_second() };
    let answer = connector.readings(cx, &session, account, 0, window).await;
    assert_eq!(failed(answer), ConnectorError::SiteChanged("an answer that is too long"));
}

#[tokio::test]
async fn a_deep_page_does_not_hold_up_the_service() {
    let start = Instant::now();
    let deep = "<div>".repeat(400_000);
    let base = serve(Router::new().route("/login", get(async || Html(deep)))).await;
    let error = failed(begin(&connector(&base)).await);
    assert_eq!(error, ConnectorError::SiteChanged("something else than a page"));
    // As bad as it may be.
    let deep = format!("{}{}", "<div>".repeat(490), "<p></p>".repeat(19_000));
    let base = serve(Router::new().route("/login", get(async || Html(deep)))).await;
    assert_eq!(failed(begin(&connector(&base)).await), ConnectorError::SiteChanged("sign-in page"));
    println!("refused one deep page and read another in {:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_configuration_that_would_leak_is_refused() {
    let new = |base: &str| PortalConnector::new(PortalConfig::sunrise(base)).map(|_| ());
    assert!(matches!(new("http://portal.example.com"), Err(ConfigError::NotSecure(_))));
    assert_eq!(new("https://portal.example.com"), Ok(()));
}
