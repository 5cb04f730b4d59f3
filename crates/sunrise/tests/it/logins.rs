//! Each scenario by its pages, sessions, and forms of others.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use connect_sunrise::LOGINS;

use crate::support::Browser;

#[tokio::test]
async fn a_sign_in_goes_over_the_single_sign_on_address() {
    let mut browser = Browser::new();
    let page = browser.sign_in("good").await;
    assert_eq!(page.page(), "overview");
    assert_eq!(browser.trail[..2], ["/login", "/login"]);
    assert!(browser.trail[2].starts_with("/sso/continue?ticket="));
    assert_eq!(browser.trail[3], "/account");
}

#[tokio::test]
async fn the_ticket_works_once_and_the_session_gets_a_new_name() {
    let mut browser = Browser::new();
    browser.get("/login").await;
    let before = browser.cookies["sunrise_session"].clone();
    browser.post("/login", &[("username", "good"), ("password", "password")]).await;
    assert_ne!(browser.cookies["sunrise_session"], before);
    let ticket = browser.trail[2].clone();
    let mut other = browser.other();
    assert_eq!(other.get(&ticket).await.page(), "login");
    assert_eq!(browser.get(&ticket).await.page(), "login");
}

#[tokio::test]
async fn names_are_forgiving_and_passwords_are_not() {
    for (username, password, page) in [
        (" GOOD ", "password", "overview"),
        ("good@sandbox.test", "password", "overview"),
        ("good@other.test", "password", "login"),
        ("good", "Password", "login"),
        ("good", "password ", "login"),
        ("good", "", "login"),
        ("nobody", "password", "login"),
        ("username_good@gmail.com", "password_good", "overview"),
        ("username_good@gmail.com", "password", "login"),
    ] {
        let mut browser = Browser::new();
        let answer = browser.sign_in_with(username, password).await;
        assert_eq!(answer.page(), page, "{username} {password}");
        assert_eq!(answer.tells("wrong-login"), page == "login", "{username} {password}");
    }
}

#[tokio::test]
async fn logins_that_end_on_a_page() {
    for (username, path, page, status) in [
        ("bad_password", "/login", "login", StatusCode::OK),
        ("locked", "/login/locked", "locked", StatusCode::OK),
        ("captcha", "/login/check", "captcha", StatusCode::FORBIDDEN),
        ("site_down", "/login", "maintenance", StatusCode::SERVICE_UNAVAILABLE),
        ("site_changed", "/welcome", "", StatusCode::OK),
        ("tos", "/login/terms", "terms", StatusCode::OK),
        ("password_reset", "/login/new-password", "new-password", StatusCode::OK),
        ("mfa_enroll", "/login/enroll", "enroll", StatusCode::OK),
    ] {
        let mut browser = Browser::new();
        let answer = browser.sign_in(username).await;
        assert_eq!((answer.path.as_str(), answer.page(), answer.status), (path, page, status), "{username}");
        assert_eq!(browser.get("/account").await.page(), "login", "{username}");
    }
    let mut browser = Browser::new();
    assert_eq!(browser.sign_in("site_down").await.header("retry-after"), "3600");
}

#[tokio::test]
async fn terms_must_be_accepted() {
    let mut browser = Browser::new();
    browser.sign_in("tos").await;
    assert!(browser.post("/login/terms", &[]).await.tells("accept-first"));
    assert_eq!(browser.post("/login/terms", &[("accept", "yes")]).await.page(), "overview");
    let mut browser = Browser::new();
    browser.sign_in("password_reset").await;
    assert!(browser.post("/login/new-password", &[]).await.tells("link-sent"));
    // A step of another login's page is not to be had.
    assert_eq!(browser.post("/login/terms", &[("accept", "yes")]).await.page(), "login");
}

#[tokio::test(start_paused = true)]
async fn slow_takes_its_time() {
    let before = tokio::time::Instant::now();
    assert_eq!(Browser::new().sign_in("slow").await.page(), "overview");
    assert_eq!(before.elapsed().as_secs(), 6);
}

#[tokio::test]
async fn bad_login_after_works_for_ten_minutes() {
    let mut browser = Browser::new();
    assert_eq!(browser.sign_in("bad_login_after").await.page(), "overview");
    browser.clock.advance(599);
    assert_eq!(browser.other().sign_in("bad_login_after").await.page(), "overview");
    browser.clock.advance(1);
    assert!(browser.other().sign_in("bad_login_after").await.tells("wrong-login"));
}

#[tokio::test]
async fn every_other_session_of_expire_soon_ends_after_three_pages() {
    let mut browser = Browser::new();
    assert_eq!(browser.sign_in("expire_soon").await.page(), "overview");
    for _ in 0..2 {
        assert_eq!(browser.get("/account").await.page(), "overview");
    }
    let end = browser.get("/account").await;
    assert!(end.page() == "login" && end.tells("session-expired"));
    assert_eq!(browser.sign_in("expire_soon").await.page(), "overview");
    for _ in 0..9 {
        assert_eq!(browser.get("/account").await.page(), "overview");
    }
}

#[tokio::test]
async fn site_down_after_shows_the_overview_only() {
    let mut browser = Browser::new();
    assert_eq!(browser.sign_in("site_down_after").await.page(), "overview");
    let number = connect_sunrise::data::accounts("site_down_after")[0].number.clone();
    let answer = browser.get(&format!("/account/{number}/bills")).await;
    assert_eq!((answer.status, answer.page()), (StatusCode::SERVICE_UNAVAILABLE, "maintenance"));
}

#[tokio::test]
async fn a_session_ends_after_fifteen_idle_minutes_and_comes_back_to_the_page() {
    let mut browser = Browser::new();
    browser.sign_in("good").await;
    browser.clock.advance(14 * 60);
    assert_eq!(browser.get("/account").await.page(), "overview");
    browser.clock.advance(15 * 60);
    let number = connect_sunrise::data::accounts("good")[0].number.clone();
    let answer = browser.get(&format!("/account/{number}/bills")).await;
    assert_eq!((answer.path.as_str(), answer.page()), ("/login", "login"));
    assert!(answer.tells("session-expired"));
    let back = browser.post("/login", &[("username", "good"), ("password", "password")]).await;
    assert_eq!(back.path, format!("/account/{number}/bills"));
}

#[tokio::test]
async fn a_form_after_the_session_s_end_leads_to_the_sign_in() {
    let mut browser = Browser::new();
    browser.get("/login").await;
    browser.clock.advance(15 * 60);
    let answer = browser.post("/login", &[("username", "good"), ("password", "password")]).await;
    assert!(answer.page() == "login" && answer.tells("session-expired"));
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let mut browser = Browser::new();
    browser.sign_in("good").await;
    let old = browser.cookies.clone();
    assert_eq!(browser.get("/logout").await.page(), "logout");
    let answer = browser.post("/logout", &[]).await;
    assert!(answer.page() == "login" && answer.tells("signed-out"));
    browser.cookies = old;
    assert_eq!(browser.get("/account").await.page(), "login");
}

#[tokio::test]
async fn forms_of_others_are_refused() {
    let mut browser = Browser::new();
    browser.get("/login").await;
    let login = [("username", "good"), ("password", "password")];
    for fields in [login.to_vec(), [&login[..], &[("csrf", "")]].concat(), [&login[..], &[("csrf", "x")]].concat()]
    {
        let answer = browser.post_raw("/login", &fields).await;
        assert_eq!((answer.status, answer.page()), (StatusCode::FORBIDDEN, "forbidden"));
    }
    // Without a cookie, and with the token of another session.
    let mut other = browser.other();
    other.get("/login").await;
    other.cookies = browser.cookies.clone();
    assert_eq!(other.post("/login", &login).await.status, StatusCode::FORBIDDEN);
    let mut bare = browser.other();
    assert_eq!(bare.post("/login", &login).await.status, StatusCode::FORBIDDEN);
    // The same for a customer.
    browser.sign_in("good").await;
    for path in ["/logout", "/oauth/authorize"] {
        assert_eq!(browser.post_raw(path, &[("csrf", "x")]).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(browser.get("/account").await.page(), "overview");
    // Not a form at all.
    let json = Request::post("/login").body(Body::from("{}")).unwrap();
    assert_eq!(browser.send(json).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn no_page_shows_what_was_typed_in_secret_or_the_session() {
    for row in LOGINS.iter().filter(|row| row.username != "slow") {
        let mut browser = Browser::new();
        let wrong = browser.sign_in_with(row.username, "hunter2-secret").await;
        assert!(!wrong.text().contains("hunter2-secret"));
        let page = browser.sign_in_with(row.username, row.password).await;
        for cookie in browser.cookies.values() {
            assert!(!page.text().contains(cookie.as_str()), "{}", row.username);
        }
        assert!(!page.text().contains("123456"), "{}", row.username);
        assert!(page.text().contains("andbox"), "{}", row.username);
    }
}
