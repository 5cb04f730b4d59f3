//! Connect as documents: the whole window, and forms in the place of the app.

use std::fmt::Write;

use connect_core::redirect::RedirectUri;
use connect_core::secret::Secret;
use connect_core::token::Environment;

use crate::support::{Answer, Call, Site, get, handle, post};

const BACK: &str = "https://app.example/back?x=1";

async fn start() -> Site {
    let site = Site::start().await;
    site.service.add_redirect_uri(site.company.uuid(), RedirectUri::parse(BACK).unwrap()).await.unwrap();
    site
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        let value: String = value.bytes().fold(String::new(), |mut out, byte| {
            if byte.is_ascii_alphanumeric() {
                out.push(byte.into());
            } else {
                write!(out, "%{byte:02X}").unwrap();
            }
            out
        });
        write!(out, "{}{name}={value}", if out.is_empty() { "" } else { "&" }).unwrap();
    }
    out
}

fn form(path: &str, pairs: &[(&str, &str)]) -> Call {
    post(path).body("application/x-www-form-urlencoded", encoded(pairs))
}

async fn enter(site: &Site, token: &str, uri: &str) -> Answer {
    let query = encoded(&[("redirect_uri", uri), ("connect_token", token), ("state", "s&t")]);
    site.send(get(&format!("/?{query}"))).await
}

/// What is between two marks.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(inside, _)| inside)
}

fn heading(answer: &Answer) -> String {
    let text = answer.text();
    let inside = between(&text, "id=\"title\"", "</h1>").unwrap_or_else(|| panic!("{text}"));
    inside.split_once('>').unwrap().1.to_owned()
}

/// A customer whose browser does nothing but send forms.
struct Browser<'a> {
    site: &'a Site,
    last: Answer,
}

impl Browser<'_> {
    async fn send(&mut self, fields: &[(&str, &str)]) -> &Answer {
        let text = self.last.text();
        // Those of the last screen: a document that goes on has one form of each id.
        let hidden =
            |name| between(&text, &format!("name=\"{name}\" value=\""), "\"").unwrap_or_default().to_owned();
        let (key, step) = (hidden("key"), hidden("step"));
        let all: Vec<_> =
            [("key", key.as_str()), ("step", &step)].into_iter().chain(fields.iter().copied()).collect();
        self.last = self.site.send(form("/connect/step", &all)).await;
        &self.last
    }
}

#[tokio::test]
async fn every_step_is_a_form_up_to_the_way_back_with_a_code() {
    let site = start().await;
    let token = site.connect_token("u").await;
    let last = enter(&site, token.expose(), BACK).await;
    let mut browser = Browser { site: &site, last };
    assert!(heading(&browser.last).contains("would like to read your energy data"));
    browser.send(&[("way", "on")]).await;
    assert_eq!(heading(&browser.last), "Who sends your energy bill?");
    browser.send(&[("query", "pacific gas")]).await;
    assert!(
        browser.last.text().contains("Pacific Gas and Electric")
            && browser.last.text().contains("1 utility found")
    );
    browser.send(&[("utility", "7")]).await;
    browser.send(&[("way", "back")]).await;
    assert_eq!(heading(&browser.last), "Who sends your energy bill?");
    let id = crate::support::PGE.to_string();
    browser.send(&[("utility", &id)]).await;
    browser.send(&[("username", ""), ("password", "")]).await;
    assert!(browser.last.text().contains("Enter your password."));
    browser.send(&[("username", "mfa_sms"), ("password", "password")]).await;
    assert_eq!(heading(&browser.last), "Enter the code from Pacific Gas and Electric");
    browser.send(&[("code", "000000")]).await;
    assert!(browser.last.text().contains("aria-invalid=\"true\""));
    browser.send(&[("code", "123 456")]).await;
    assert_eq!(heading(&browser.last), "Pacific Gas and Electric is linked");
    let text = browser.send(&[("way", "finish")]).await.text();
    let address = between(&text, "content=\"0;url=", "\"").unwrap().replace("&amp;", "&");
    let (before, rest) = address.split_once("code=").unwrap();
    assert_eq!(before, "https://app.example/back?x=1&");
    let (code, state) = rest.split_once('&').unwrap();
    assert_eq!(state, "state=s%26t");
    let exchanged = site.send(form("/auth/token", &[("code", code)]).by(&site.company)).await;
    assert_eq!(exchanged.status, 200, "{}", exchanged.text());
}

/// The token is good for more than a screen is: for a document the run's key is made.
#[tokio::test]
async fn no_document_holds_the_token_or_what_was_typed() {
    let site = start().await;
    let token = site.connect_token("user-of-the-company").await;
    let last = enter(&site, token.expose(), BACK).await;
    let mut browser = Browser { site: &site, last };
    let mut seen = vec![browser.last.clone()];
    let id = crate::support::PGE.to_string();
    for fields in [
        &[][..],
        &[("utility", id.as_str())],
        &[("username", "mfa_sms"), ("password", "canary-of-a-password")],
        &[("username", "mfa_sms"), ("password", "password")],
        &[("code", "canary-of-a-code")],
    ] {
        seen.push(browser.send(fields).await.clone());
    }
    let secret = token.expose().rsplit_once('_').unwrap().1;
    for answer in seen {
        let text = format!("{:?} {}", answer.headers, answer.text());
        for hidden in [token.expose(), secret, "user-of-the-company", "canary-of-a-password", "canary-of-a-code"] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("set-cookie"), "");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("form-action 'self';"), "{policy}");
    }
}

#[tokio::test]
async fn a_key_opens_its_own_run_and_nothing_else() {
    let site = start().await;
    let (token, other) = (site.connect_token("u").await, site.connect_token("v").await);
    let text = enter(&site, token.expose(), BACK).await.text();
    let key = between(&text, "name=\"key\" value=\"", "\"").unwrap();
    assert!(key.starts_with(&format!("cnt_test_rk_{}_", handle(&token))), "{key}");
    // Another run's name on it, or a key that was made up.
    let foreign = key.replace(&handle(&token), &handle(&other));
    for bad in ["", "x", &foreign, &key.replace("_rk_", "_ct_")] {
        let answer = site.send(form("/connect/step", &[("key", bad), ("way", "look")])).await;
        assert_eq!(answer.status, 401, "{bad}");
        assert!(answer.text().contains("This session has ended"), "{bad}");
    }
    // It is no token for what a backend does.
    let asked = site.send(form("/auth/introspect", &[("token", key)]).by(&site.company)).await;
    assert_eq!((asked.status, asked.text().as_str()), (200, "{\"active\":false}"));
    site.send(form("/auth/revoke", &[("token", key)]).by(&site.company)).await;
    let answer = site.send(form("/connect/step", &[("key", key), ("way", "look")])).await;
    assert_eq!(answer.status, 200);
    // With the run the key is over.
    site.send(form("/auth/revoke", &[("token", token.expose())]).by(&site.company)).await;
    let answer = site.send(form("/connect/step", &[("key", key), ("way", "look")])).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let site = start().await;
    let token = site.connect_token("u").await;
    for (uri, status, says) in [
        ("https://app.example/back", 400, "not registered"),
        ("https://evil.example/back?x=1", 400, "not registered"),
        ("https://app.example/back?x=1#y", 400, "no fragment"),
        ("javascript:alert(1)", 400, "an origin begins with https://"),
        ("http://app.example/back", 400, "use https://"),
        ("", 400, "an origin begins with https://"),
    ] {
        let answer = enter(&site, token.expose(), uri).await;
        assert_eq!(answer.status, status, "{uri}");
        let text = answer.text();
        assert!(text.contains("This link does not work") && text.contains(says), "{uri}: {text}");
        assert!(!text.contains("http-equiv") && answer.header("location").is_empty(), "{uri}");
        assert!(!text.contains("Northwind"), "{uri}");
    }
    // Of a token that nobody has nothing is known.
    for bad in ["", "x", "cnt_test_ct_x"] {
        let answer = enter(&site, bad, BACK).await;
        assert_eq!(answer.status, 401, "{bad}");
        assert!(!answer.text().contains("http-equiv"));
    }
    let long = "s".repeat(1001);
    let fields = [("connect_token", token.expose()), ("redirect_uri", BACK), ("state", &long)];
    assert_eq!(site.send(form("/connect", &fields)).await.status, 400);
}

#[tokio::test]
async fn a_production_client_has_no_way_back_that_it_has_not_registered() {
    let site = start().await;
    let (id, secret) = site.service.register_client("Live", Environment::Production).await.unwrap();
    let client = site.service.authenticate_client(&id.to_string(), &secret).await.unwrap().unwrap();
    let request = connect_server::service::ConnectTokenRequest {
        user_id: "u".into(),
        utility: None,
        code_challenge: None,
        language: None,
    };
    let token = site.service.create_connect_token(&client, request).await.unwrap().token;
    assert_eq!(enter(&site, token.expose(), "http://localhost:3000/back").await.status, 400);
}

/// Programs that show what is behind a link use nothing up, and a reload shows where the customer is.
#[tokio::test]
async fn a_link_may_be_opened_as_often_as_one_likes() {
    let site = start().await;
    let token = site.connect_token("u").await;
    let first = enter(&site, token.expose(), BACK).await;
    for _ in 0..20 {
        enter(&site, token.expose(), BACK).await;
    }
    let mut browser = Browser { site: &site, last: first };
    browser.send(&[("way", "on")]).await;
    browser.send(&[("utility", &crate::support::PGE.to_string())]).await;
    browser.send(&[("username", "mfa_sms"), ("password", "password")]).await;
    let again = enter(&site, token.expose(), BACK).await;
    assert_eq!(heading(&again), "Enter the code from Pacific Gas and Electric");
}

/// As a form that is sent twice, or one of a screen that the browser went back to.
#[tokio::test]
async fn a_form_of_an_earlier_screen_shows_where_the_run_is() {
    let site = start().await;
    let token = site.connect_token("u").await;
    let first = enter(&site, token.expose(), BACK).await;
    let mut browser = Browser { site: &site, last: first.clone() };
    browser.send(&[("way", "on")]).await;
    browser.send(&[("utility", &crate::support::PGE.to_string())]).await;
    let mut earlier = Browser { site: &site, last: first };
    earlier.send(&[("way", "on")]).await;
    assert_eq!(heading(&earlier.last), "Sign in to Pacific Gas and Electric");
    earlier.send(&[("way", "link_file")]).await;
    assert_eq!(heading(&earlier.last), "Sign in to Pacific Gas and Electric");
    earlier.send(&[("way", "what-is-this"), ("code", "1")]).await;
    assert_eq!(heading(&earlier.last), "Sign in to Pacific Gas and Electric");
}

#[tokio::test]
async fn leaving_says_how() {
    let site = start().await;
    let token = site.connect_token("u").await;
    let last = enter(&site, token.expose(), BACK).await;
    let mut browser = Browser { site: &site, last };
    let text = browser.send(&[("way", "close")]).await.text();
    assert!(text.contains("?x=1&amp;error=user_initiated_exit&amp;state=s%26t\""), "{text}");
    assert!(text.contains("Back to Northwind Solar"), "{text}");
    // The run is as it was.
    let last = enter(&site, token.expose(), BACK).await;
    let mut browser = Browser { site: &site, last };
    browser.send(&[("way", "on")]).await;
    browser.send(&[("utility", &crate::support::CHEROKEE.to_string())]).await;
    browser.send(&[("username", "a"), ("password", "b")]).await;
    assert_eq!(heading(&browser.last), "We cannot link Cherokee Electric Cooperative yet");
    let text = browser.send(&[("way", "close")]).await.text();
    let outcome = format!(
        "error=unavailable_utility_credentials_submitted&amp;utility_id={}&amp;utility_name=Cherokee+Electric+Cooperative",
        crate::support::CHEROKEE
    );
    assert!(text.contains(&outcome), "{text}");
}

#[tokio::test]
async fn only_a_page_of_the_companys_may_frame_it_and_only_our_own_may_send_its_forms() {
    let site = start().await;
    let token = site.connect_token("u").await;
    let fields = [("connect_token", token.expose()), ("redirect_uri", BACK)];
    let framed = |origin: &'static str| form("/connect", &fields).header("origin", origin);
    for (origin, ancestors) in [
        ("https://app.example", "https://app.example"),
        ("https://evil.example", "'none'"),
        ("null", "https://app.example"),
    ] {
        let answer = site.send(framed(origin).header("sec-fetch-site", "cross-site")).await;
        assert_eq!(answer.status, 200, "{origin}");
        let policy = answer.header("content-security-policy").to_owned();
        assert!(policy.contains(&format!("frame-ancestors {ancestors};")), "{origin}: {policy}");
    }
    let text = enter(&site, token.expose(), BACK).await.text();
    let key = between(&text, "name=\"key\" value=\"", "\"").unwrap();
    let foreign = form("/connect/step", &[("key", key)]).header("sec-fetch-site", "cross-site");
    assert_eq!(site.send(foreign).await.status, 403);
}

#[tokio::test]
async fn bad_forms_get_a_page_and_change_nothing() {
    let site = start().await;
    let token = site.connect_token("u").await;
    let text = enter(&site, token.expose(), BACK).await.text();
    let key = Secret::new(between(&text, "name=\"key\" value=\"", "\"").unwrap());
    for (body, kind, status) in [
        ("step=x", "application/x-www-form-urlencoded", 422),
        ("{}", "application/json", 415),
        ("key=%ff", "application/x-www-form-urlencoded", 401),
        ("utility=-1", "application/x-www-form-urlencoded", 422),
    ] {
        let answer = site.send(post("/connect/step").body(kind, body)).await;
        assert_eq!(answer.status, status, "{body}");
        assert!(answer.text().contains("<h1>"), "{body}");
    }
    let long = "x".repeat(20_000);
    assert_eq!(site.send(form("/connect/step", &[("key", key.expose()), ("code", &long)])).await.status, 413);
    for (kind, body, status) in [
        ("multipart/form-data; boundary=b", "", 400),
        ("multipart/form-data", "--b--", 400),
        ("text/plain", "x", 400),
        (
            "multipart/form-data; boundary=b",
            "--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--",
            401,
        ),
        (
            "multipart/form-data; boundary=b",
            "--b\r\ncontent-disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--",
            400,
        ),
    ] {
        let answer = site.send(post("/connect/file").body(kind, body)).await;
        assert_eq!(answer.status, status, "{kind} {body}");
    }
    let now = site.send(form("/connect/step", &[("key", key.expose()), ("way", "look")])).await;
    assert!(heading(&now).contains("would like to read your energy data"));
}

#[tokio::test]
async fn the_name_of_a_company_is_text_on_every_page() {
    let site = start().await;
    let token = site.connect_token("u").await;
    let name = "<script>alert(1)</script> & \"Sons\"";
    site.service.rename_client(site.company.uuid(), name).await.unwrap();
    let mut browser = Browser { site: &site, last: enter(&site, token.expose(), BACK).await };
    let mut seen = vec![browser.last.text()];
    seen.push(browser.send(&[("utility", &crate::support::PGE.to_string())]).await.text());
    seen.push(browser.send(&[("query", "<script>alert(1)</script>")]).await.text());
    seen.push(browser.send(&[("way", "close")]).await.text());
    for text in seen {
        assert!(!text.contains("<script>alert"), "{text}");
    }
}
