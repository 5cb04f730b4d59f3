//! Codes, questions, and remembered devices.

use axum::http::StatusCode;

use crate::support::{Answer, Browser};

async fn code(browser: &mut Browser, code: &str) -> Answer {
    browser.post("/login/code", &[("code", code)]).await
}

#[tokio::test]
async fn a_code_is_asked_for_and_accepted() {
    for (username, to) in
        [("mfa_sms", "•••• 4417"), ("mfa_email", "s•••••@sandbox.test"), ("mfa_call", "•••• 0199")]
    {
        let mut browser = Browser::new();
        let page = browser.sign_in(username).await;
        assert_eq!((page.path.as_str(), page.page()), ("/login/code", "code"), "{username}");
        assert!(page.text().contains(to), "{username}");
        assert_eq!(browser.get("/account").await.page(), "login", "{username}");
        browser.get("/login/code").await;
        assert_eq!(code(&mut browser, "123 456").await.page(), "overview", "{username}");
    }
}

#[tokio::test]
async fn the_way_can_be_chosen_and_chosen_again() {
    let mut browser = Browser::new();
    let page = browser.sign_in("mfa_choose").await;
    assert_eq!((page.path.as_str(), page.page()), ("/login/verify", "verify"));
    for id in ["sms", "email", "call"] {
        assert!(page.text().contains(&format!("name=\"method\" value=\"{id}\"")));
    }
    // No code was sent yet.
    assert_eq!(browser.get("/login/code").await.page(), "login");
    browser.get("/login/verify").await;
    assert!(browser.post("/login/verify", &[("method", "pigeon")]).await.tells("choose-first"));
    assert!(browser.post("/login/verify", &[("method", "email")]).await.text().contains("by e-mail to"));
    assert!(code(&mut browser, "000000").await.text().contains("2 tries left"));
    assert!(browser.post("/login/verify", &[("method", "call")]).await.text().contains("by phone call to"));
    // Another way brings back no tries.
    assert!(code(&mut browser, "000000").await.text().contains("1 try left"));
    assert_eq!(code(&mut browser, "123-456").await.page(), "overview");
}

#[tokio::test]
async fn the_third_wrong_code_ends_the_sign_in() {
    let mut browser = Browser::new();
    browser.sign_in("mfa_sms").await;
    assert!(code(&mut browser, "000000").await.tells("wrong-code"));
    assert!(code(&mut browser, "１２３４５６").await.tells("wrong-code"));
    let end = code(&mut browser, "").await;
    assert!(end.page() == "login" && end.tells("too-many-codes"));
    assert_eq!(code(&mut browser, "123456").await.page(), "login");
}

#[tokio::test]
async fn a_code_works_for_five_minutes_and_can_be_sent_again_after_thirty_seconds() {
    let mut browser = Browser::new();
    browser.sign_in("mfa_sms").await;
    browser.clock.advance(29);
    assert!(browser.post("/login/code/resend", &[]).await.tells("too-soon"));
    browser.clock.advance(1);
    assert!(browser.post("/login/code/resend", &[]).await.tells("code-resent"));
    browser.clock.advance(5 * 60);
    let late = code(&mut browser, "123456").await;
    assert!(late.page() == "code" && late.tells("code-expired"));
    assert!(code(&mut browser, "000000").await.tells("code-expired"));
    browser.post("/login/code/resend", &[]).await;
    assert_eq!(code(&mut browser, "123456").await.page(), "overview");
}

#[tokio::test]
async fn mfa_expired_needs_a_second_code() {
    let mut browser = Browser::new();
    let page = browser.sign_in("mfa_expired").await;
    assert!(!page.text().contains("five minutes"));
    assert!(code(&mut browser, "123456").await.tells("code-expired"));
    assert!(browser.post("/login/code/resend", &[]).await.tells("code-resent"));
    assert_eq!(code(&mut browser, "123456").await.page(), "overview");
}

#[tokio::test]
async fn mfa_site_down_is_down_at_the_answer() {
    let mut browser = Browser::new();
    assert_eq!(browser.sign_in("mfa_site_down").await.page(), "code");
    assert_eq!(code(&mut browser, "123456").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn an_app_and_a_question_have_no_time_limit() {
    let mut browser = Browser::new();
    let page = browser.sign_in("mfa_totp").await;
    assert_eq!((page.path.as_str(), page.page()), ("/login/authenticator", "authenticator"));
    browser.clock.advance(14 * 60);
    let page = browser.post("/login/authenticator", &[("code", "000000")]).await;
    assert!(page.tells("wrong-code"));
    assert_eq!(browser.post("/login/authenticator", &[("code", "123456")]).await.page(), "overview");

    let mut browser = Browser::new();
    let page = browser.sign_in("mfa_question").await;
    assert_eq!((page.path.as_str(), page.page()), ("/login/question", "question"));
    assert!(browser.post("/login/question", &[("answer", "bello")]).await.tells("wrong-code"));
    assert_eq!(browser.post("/login/question", &[("answer", " Rex ")]).await.page(), "overview");
}

#[tokio::test]
async fn a_remembered_device_skips_the_code_for_its_own_login_for_ninety_days() {
    let mut browser = Browser::new();
    browser.sign_in("mfa_sms").await;
    let page = browser.post("/login/code", &[("code", "123456"), ("remember_device", "yes")]).await;
    assert_eq!(page.page(), "overview");
    let device = browser.cookies["sunrise_device"].clone();
    let with = |value: &str| {
        let mut other = browser.other();
        other.cookies.insert("sunrise_device".to_owned(), value.to_owned());
        other
    };
    assert_eq!(with(&device).sign_in("mfa_sms").await.page(), "overview");
    assert_eq!(with(&device).sign_in("mfa_email").await.page(), "code");
    assert_eq!(with(&format!("{device}x")).sign_in("mfa_sms").await.page(), "code");
    // The password is still needed.
    assert!(with(&device).sign_in_with("mfa_sms", "wrong").await.tells("wrong-login"));
    browser.clock.advance(90 * 24 * 3600);
    assert_eq!(with(&device).sign_in("mfa_sms").await.page(), "code");
}

#[tokio::test]
async fn a_device_is_not_remembered_unasked() {
    let mut browser = Browser::new();
    browser.sign_in("mfa_sms").await;
    code(&mut browser, "123456").await;
    assert!(!browser.cookies.contains_key("sunrise_device"));
}
