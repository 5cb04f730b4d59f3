//! What the pages of a customer show, and to whom.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use connect_sunrise::data;

use crate::support::{Browser, NOW};

#[tokio::test]
async fn the_overview_shows_accounts_meters_bills_and_usage() {
    for username in ["user@pelm.com", "multi_account", "solar", "good"] {
        let mut browser = Browser::new();
        let page = browser.sign_in(username).await;
        for account in data::accounts(username) {
            assert!(page.text().contains(&format!("data-account=\"{}\"", account.number)));
            assert!(page.text().contains(&account.address));
            for meter in &account.meters {
                assert!(page.text().contains(&meter.serial));
                assert!(page.text().contains(&format!("data-meter=\"{}\"", meter.id)));
            }
            let bill = data::bills(&account, NOW.parse().unwrap()).pop().unwrap();
            assert!(page.text().contains(&bill.total_due.to_string()));
            for below in ["usage", "bills", "greenbutton"] {
                let path = format!("/account/{}/{below}", account.number);
                assert_eq!(browser.get(&path).await.status, StatusCode::OK, "{path}");
            }
            assert_eq!(browser.get(&format!("/account/{}", account.number)).await.page(), "usage");
        }
        assert!(page.text().contains("<svg viewBox=\"0 0 3000 1000\""));
    }
}

#[tokio::test]
async fn special_accounts_say_so() {
    for (username, words) in [
        ("empty", "id=\"no-accounts\""),
        ("closed_only", "Closed Sep 1, 2025"),
        ("no_intervals", "This meter is read once a month"),
    ] {
        assert!(Browser::new().sign_in(username).await.text().contains(words), "{username}");
    }
    let mut browser = Browser::new();
    browser.sign_in("dst").await;
    let path = format!("/account/{}/usage", data::accounts("dst")[0].number);
    let page = browser.get(&path).await;
    assert!(page.text().contains("November 1, 2026") && page.text().contains("it has 25 hours"));
    assert!(page.text().contains("1:15 AM PDT") && page.text().contains("1:15 AM PST"));
    let page = browser.get(&format!("{path}?view=hour&date=2026-03-08")).await;
    assert!(page.text().contains("it has 23 hours") && !page.text().contains(">2:15 AM"));
}

#[tokio::test]
async fn dates_that_make_no_sense_show_something_sensible() {
    let mut browser = Browser::new();
    browser.sign_in("good").await;
    let path = format!("/account/{}/usage", data::accounts("good")[0].number);
    for query in ["?date=9999-12-31", "?date=-9999-01-01", "?date=x&view=hour", "?view=hour&date=2024-10-31"] {
        assert_eq!(browser.get(&format!("{path}{query}")).await.page(), "usage", "{query}");
    }
}

#[tokio::test]
async fn nothing_of_another_login_can_be_seen() {
    let mut browser = Browser::new();
    browser.sign_in("good").await;
    let other = &data::accounts("elec_gas")[0].number;
    let own = &data::accounts("good")[0].number;
    for path in [
        format!("/account/{other}"),
        format!("/account/{other}/usage"),
        format!("/account/{other}/bills"),
        format!("/account/{other}/bills/202610.pdf"),
        format!("/account/{other}/greenbutton"),
        format!("/account/{other}/greenbutton/download?from=2026-11-01&to=2026-11-02"),
        format!("/account/{own}/bills/209901.pdf"),
        format!("/account/{own}/bills/202610"),
        format!("/account/{own}/usage?meter={}", data::accounts("elec_gas")[0].meters[0].id),
        "/account/x".to_owned(),
        "/nowhere".to_owned(),
    ] {
        let answer = browser.get(&path).await;
        assert_eq!((answer.status, answer.page()), (StatusCode::NOT_FOUND, "not-found"), "{path}");
        assert!(!answer.text().contains(other.as_str()));
    }
    browser.get("/account").await;
    let answer = browser.post(&format!("/account/{other}/greenbutton"), &[("period", "30d")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_page_says_that_it_is_a_sandbox_and_keeps_to_the_policy() {
    let mut browser = Browser::new();
    browser.sign_in("user@pelm.com").await;
    for path in [
        "/",
        "/sandbox",
        "/rates",
        "/login",
        "/login/locked",
        "/login/check",
        "/nowhere",
        "/account",
        "/account/1077345636/usage",
        "/account/1077345636/usage?view=hour",
        "/account/1077345636/bills",
        "/account/1077345636/greenbutton",
        "/logout",
    ] {
        let answer = browser.get(path).await;
        let text = answer.text();
        assert!(text.contains("This utility does not exist and its customers are invented"), "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        for bad in ["<script", " style=", "onclick", "src=\"http", "href=\"http"] {
            assert!(!text.contains(bad), "{path}: {bad}");
        }
        assert_eq!(text.matches("<h1>").count(), 1, "{path}");
        assert_eq!(text.matches("<form").count(), text.matches("name=\"csrf\"").count(), "{path}");
    }
    let style = browser.get("/style.css").await;
    assert!(!style.text().contains("url(") && !style.text().contains("@import"));
}

#[tokio::test]
async fn wrong_methods_have_a_page() {
    let mut browser = Browser::new();
    let answer = browser.send(Request::delete("/login").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.page()), (StatusCode::METHOD_NOT_ALLOWED, "bad-method"));
}

#[tokio::test]
async fn it_serves_on_a_port() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = connect_sunrise::SunriseConfig::new(format!("http://{address}"));
    let server = tokio::spawn(connect_sunrise::serve(listener, config));
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("data-page=\"login\""));
    server.abort();
}
