//! `GET /connect/frame`: the modal's document, as the loader's iframe asks for it.

use connect::calls::{Go, Load, SubmitLogin, Way};
use connect_core::origin::Origin;
use connect_core::secret::Secret;
use connect_core::theme::{Logo, Scheme, Theme};
use connect_core::token::Environment;
use connect_server::bootstrap::SandboxClient;
use connect_wire::{FlowView, Hidden, Screen};

use crate::support::{Answer, PGE, Site, call, get, handle, post};

async fn frame(site: &Site, token: &Secret, origin: &str) -> Answer {
    let path = format!("/connect/frame?s={}&o={}", handle(token), origin.replace(':', "%3A").replace('/', "%2F"));
    let answer = site.send(get(&path)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{answer:?}");
    answer
}

/// What is drawn: the document without the words that come along for the app.
fn drawn(html: &str) -> &str {
    html.split_once("<script type=\"text/plain\"").unwrap().0
}

/// A directive of the content security policy.
fn policy<'a>(answer: &'a Answer, directive: &str) -> Option<&'a str> {
    let all = answer.headers.get_all("content-security-policy");
    assert_eq!(all.iter().count(), 1);
    let all = answer.header("content-security-policy");
    all.split(';').find_map(|d| d.trim().strip_prefix(directive)?.strip_prefix(' '))
}

#[tokio::test]
async fn the_first_screen_is_readable_before_any_script_runs() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let html = frame(&site, &token, "https://app.example").await.text();
    assert!(html.starts_with("<!DOCTYPE html>"));
    let heading = html.split("<h1").nth(1).and_then(|h| h.split("</h1>").next()).unwrap();
    assert!(heading.contains("Northwind Solar would like to read your energy data"), "{heading}");
    assert!(drawn(&html).to_lowercase().contains("sandbox"), "it is marked as the sandbox");
    assert!(html.contains("/pkg/connect.css") && html.contains("/pkg/connect.js") && html.contains("/frame.js"));
}

#[tokio::test]
async fn without_scripts_there_is_a_word_of_explanation() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let html = frame(&site, &token, "https://app.example").await.text();
    let shown = html.split_once("<noscript>").and_then(|(_, rest)| rest.split_once("</noscript>")).unwrap().0;
    assert!(shown.starts_with("<p") && shown.contains("JavaScript"), "{shown}");
}

#[tokio::test]
async fn the_document_holds_neither_token_nor_user_id() {
    let site = Site::start().await;
    let token = site.connect_token("user-id-of-the-company").await;
    let answer = frame(&site, &token, "https://app.example").await;
    let text = format!("{:?} {}", answer.headers, answer.text());
    let secret = token.expose().rsplit_once('_').unwrap().1;
    for hidden in [token.expose(), secret, "user-id-of-the-company", site.company.id.as_str()] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn only_the_page_that_asked_may_embed_it_if_it_is_the_companys() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let other = Origin::parse("https://xn--bcher-kva.example").unwrap();
    site.service.add_origin(site.company.uuid(), other).await.unwrap();
    for origin in
        ["https://app.example", "http://localhost:3001", "http://[::1]:8080", "https://xn--bcher-kva.example"]
    {
        let answer = frame(&site, &token, origin).await;
        assert_eq!(policy(&answer, "frame-ancestors"), Some(origin));
        assert_eq!(policy(&answer, "default-src"), Some("'none'"));
        assert_eq!(policy(&answer, "frame-src"), Some("'none'"));
    }
}

/// Not even the company's name is told to a page that is not the company's, and no other origin of it.
#[tokio::test]
async fn a_page_that_is_not_registered_embeds_nothing() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    for stranger in ["https://evil.example", "https://app.example.evil.example", "https://app.example:8443"] {
        let answer = frame(&site, &token, stranger).await;
        assert_eq!(policy(&answer, "frame-ancestors"), Some("'none'"), "{stranger}");
        assert!(!answer.text().contains("Northwind"), "{stranger}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
    }
    // What was registered and taken back is a stranger again.
    site.service.remove_origin(site.company.uuid(), Origin::parse("https://app.example").unwrap()).await.unwrap();
    let answer = frame(&site, &token, "https://app.example").await;
    assert_eq!(policy(&answer, "frame-ancestors"), Some("'none'"));
}

/// A production client's pages are those that it has registered, and a developer's machine is none.
#[tokio::test]
async fn a_production_client_is_embedded_by_registered_pages_alone() {
    let site = Site::start().await;
    let (id, secret) = site.service.register_client("Real", Environment::Production).await.unwrap();
    let company = SandboxClient { id: id.to_string(), secret };
    let call = crate::support::post("/auth/connect-token").by(&company).form(&[("user_id", "u")]);
    let token = Secret::new(site.send(call).await.json()["connect_token"].as_str().unwrap());
    for stranger in ["http://localhost:3000", "https://app.example"] {
        let answer = frame(&site, &token, stranger).await;
        assert_eq!(policy(&answer, "frame-ancestors"), Some("'none'"), "{stranger}");
    }
    site.service.add_origin(id, Origin::parse("https://app.example").unwrap()).await.unwrap();
    let answer = frame(&site, &token, "https://app.example").await;
    assert_eq!(policy(&answer, "frame-ancestors"), Some("https://app.example"));
    assert!(answer.text().contains("Real"));
}

#[tokio::test]
async fn a_hostile_origin_embeds_nothing_and_reaches_no_header() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let reference = frame(&site, &token, "").await;
    assert_eq!(policy(&reference, "frame-ancestors"), Some("'none'"));
    let hostile = [
        "*",
        "null",
        "https://",
        "https://*",
        "https://*.example",
        "https://a.example/path",
        "https://a.example%20https://b.example",
        "https://a.example%3B%20script-src%20*",
        "https://a.example%2Chttps://b.example",
        "https://a.example%0D%0AX-Injected:%20yes",
        "https://a.example'",
        "https://user@a.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///",
        "'self'",
        "%C3%A9",
    ];
    for origin in hostile {
        let answer = frame(&site, &token, origin).await;
        assert_eq!(policy(&answer, "frame-ancestors"), Some("'none'"), "{origin}");
        assert_eq!(answer.headers.len(), reference.headers.len(), "{origin}");
        assert!(!answer.text().contains("alert(1)"), "{origin}");
    }
}

#[tokio::test]
async fn every_script_that_runs_has_the_nonce_and_every_answer_has_its_own() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let answer = frame(&site, &token, "https://app.example").await;
        let scripts = policy(&answer, "script-src").unwrap();
        assert!(!scripts.contains("unsafe-inline") && !scripts.contains("'unsafe-eval'"), "{scripts}");
        let nonce = scripts.split('\'').find_map(|s| s.strip_prefix("nonce-")).unwrap().to_owned();
        assert!(nonce.len() >= 20, "{nonce}");
        let html = answer.text();
        let tags: Vec<_> = html.split("<script").skip(1).map(|rest| rest.split_once('>').unwrap().0).collect();
        // Data for the app is no script.
        let run: Vec<_> = tags.iter().filter(|tag| !tag.contains("text/plain")).collect();
        assert!(run.len() >= 2, "{tags:?}");
        assert!(run.iter().all(|tag| tag.contains(&format!("nonce=\"{nonce}\""))), "{tags:?}");
        seen.push(nonce);
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_handle_that_is_not_good_shows_an_empty_run() {
    let site = Site::start().await;
    let unknown = "A".repeat(22);
    for query in [
        "",
        "?s=&o=",
        "?s=x&o=https%3A%2F%2Fapp.example",
        &format!("?s={unknown}"),
        "?s=%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        let answer = site.send(get(&format!("/connect/frame{query}"))).await;
        assert_eq!(answer.status, 200, "{query}");
        let html = answer.text();
        assert!(
            !drawn(&html).contains("would like to read") && !drawn(&html).contains("<form"),
            "{query}: {html}"
        );
        assert!(drawn(&html).contains("One moment…"), "{query}: {html}");
        assert!(!html.contains("alert(1)"), "{query}");
    }
    for query in ["?s=a&s=b", "?s=%ff"] {
        let answer = site.send(get(&format!("/connect/frame{query}"))).await;
        assert!(answer.status < 500, "{query}: {answer:?}");
    }
}

#[tokio::test]
async fn the_name_of_a_company_is_text() {
    let site = Site::start().await;
    let name = "<script>alert(1)</script> & \"Sons\"";
    let (id, secret) = site.service.register_client(name, Environment::Sandbox).await.unwrap();
    let company = SandboxClient { id: id.to_string(), secret };
    let call = crate::support::post("/auth/connect-token").by(&company).form(&[("user_id", "u")]);
    let token = Secret::new(site.send(call).await.json()["connect_token"].as_str().unwrap());
    let html = frame(&site, &token, "http://localhost:3000").await.text();
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(drawn(&html).contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; "), "{html}");
}

#[tokio::test]
async fn a_named_utility_is_on_the_first_screen() {
    let site = Site::start().await;
    let id = PGE.to_string();
    let call = crate::support::post("/auth/connect-token")
        .by(&site.company)
        .form(&[("user_id", "u"), ("utility_id", &id)]);
    let token = Secret::new(site.send(call).await.json()["connect_token"].as_str().unwrap());
    let html = frame(&site, &token, "https://app.example").await.text();
    assert!(drawn(&html).contains("Link your Pacific Gas and Electric account once."), "{html}");
}

/// The document of a run whose connect token was made with these parameters, asked for like this.
async fn spoken(site: &Site, token: &[(&str, &str)], query: &str, header: Option<&str>) -> Answer {
    let call = post("/auth/connect-token").by(&site.company).form(&[&[("user_id", "u")], token].concat());
    let token = Secret::new(site.send(call).await.json()["connect_token"].as_str().unwrap());
    let call = get(&format!("/connect/frame?s={}&o=https%3A%2F%2Fapp.example{query}", handle(&token)));
    site.send(header.into_iter().fold(call, |call, header| call.header("accept-language", header))).await
}

/// The company's token comes first, then its page, then the browser; then English.
#[tokio::test]
async fn the_document_is_in_the_language_that_was_asked_for() {
    let site = Site::start().await;
    for (token, query, header, lang, dir, says) in [
        (None, "", None, "en", "ltr", "would like to read your energy data"),
        (None, "", Some("de, es-MX;q=0.8, en;q=0.5"), "es", "ltr", "Northwind Solar"),
        (None, "&l=vi", Some("es"), "vi", "ltr", "Northwind Solar"),
        (Some("ar"), "&l=vi", Some("es"), "ar", "rtl", "بيانات الطاقة"),
        (Some("fr"), "", None, "fr-CA", "ltr", "Northwind Solar"),
        (None, "&l=xx", Some("zh-CN"), "zh-Hans", "ltr", "希望读取您的能源数据"),
    ] {
        let token: Vec<_> = token.map(|tag| ("language", tag)).into_iter().collect();
        let html = spoken(&site, &token, query, header).await.text();
        let head = format!("<html lang=\"{lang}\" dir=\"{dir}\"");
        assert!(html.contains(&head), "{head} in {}", &html[..200]);
        assert!(drawn(&html).contains(says), "{lang}: {says}");
        assert_eq!(drawn(&html).contains("would like to read"), lang == "en", "{lang}");
        // Only the language in use travels.
        assert!(lang == "en" || !html.contains("Who sends your energy bill?"), "{lang}");
    }
}

#[tokio::test]
async fn screens_that_the_server_draws_are_in_the_language_of_the_call_or_the_token() {
    let site = Site::start().await;
    for (token, header, says) in
        [(None, "es", "confirmar que es usted"), (Some("zh-Hans"), "es", "确认"), (None, "xx", "How should")]
    {
        let user = format!("u-{header}-{}", token.unwrap_or("none"));
        let mut form = vec![("user_id", user.as_str()), ("utility_slug", "pge")];
        form.extend(token.map(|tag| ("language", tag)));
        let answer = site.send(post("/auth/connect-token").by(&site.company).form(&form)).await;
        let token = Hidden(answer.json()["connect_token"].as_str().unwrap().to_owned());
        let mut view = site.send(call(&Load { token: token.clone() })).await.returned::<FlowView>();
        let on = Go { token: token.clone(), step: view.step, way: Way::On };
        view = site.send(call(&on)).await.returned();
        let login = SubmitLogin {
            token,
            step: view.step,
            username: Hidden("mfa_choose".into()),
            password: Hidden("password".into()),
        };
        let Screen::Method { html } =
            site.send(call(&login).header("accept-language", header)).await.returned::<FlowView>().screen
        else {
            panic!("no choice")
        };
        assert!(html.contains(says), "{says} in {html}");
    }
}

#[tokio::test]
async fn an_unknown_language_of_a_token_is_refused_with_those_that_are_known() {
    let site = Site::start().await;
    let form = [("user_id", "u"), ("language", "tlh")];
    let answer = site.send(post("/auth/connect-token").by(&site.company).form(&form)).await;
    let text = answer.text();
    assert!(answer.status == 400 && text.contains("parameter_invalid"), "{text}");
    assert!(text.contains("en, es, fr-CA, zh-Hans, vi, ar"), "{text}");
}

#[tokio::test]
async fn a_company_has_its_colour_its_corners_and_its_logo() {
    let site = Site::start().await;
    let plain = spoken(&site, &[], "", None).await.text();
    assert!(!plain.contains("/connect/theme.css") && !plain.contains("class=\"logo\""));
    let logo =
        Logo::new(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec()).unwrap();
    let theme = Theme { brand: "#ffd400".parse().ok(), radius: Some(2), scheme: Scheme::Light, logo: None };
    let id = site.company.id.parse().unwrap();
    site.service.set_theme(id, theme, Some(logo.clone())).await.unwrap();
    let answer = spoken(&site, &[], "", None).await;
    let html = answer.text();
    assert!(html.contains("data-scheme=\"light\""), "{}", &html[..300]);
    let href =
        html.split("href=\"/connect/theme.css").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(href, "?brand=ffd400&radius=2&scheme=light");
    let css = site.send(get(&format!("/connect/theme.css{href}"))).await;
    assert_eq!((css.status, css.header("content-type")), (200, "text/css; charset=utf-8"));
    // Always light; and the yellow, which nobody could read on white, is darker.
    assert!(css.text().contains("--radius-s:2px") && css.text().contains("--brand:#856e04"), "{}", css.text());
    assert!(!css.text().contains("dark"), "{}", css.text());

    let src = format!("/connect/logo/{}", logo.name);
    assert!(drawn(&html).contains(&format!("<img src=\"{src}\" alt=\"\" class=\"logo\">")), "{html}");
    assert_eq!(policy(&answer, "img-src"), Some("'self' data:"));
    let picture = site.send(get(&src)).await;
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(policy(&picture, "default-src"), Some("'none'"), "nothing in it runs when it is opened by itself");
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert_eq!(site.send(get("/connect/logo/00")).await.status, 404);
}

#[tokio::test]
async fn a_theme_that_is_none_is_no_stylesheet() {
    let site = Site::start().await;
    for query in ["brand=red", "brand=ffd40", "brand=%7D%7D%7D%7D%7D%7D", "radius=25", "radius=-1", "scheme=neon"]
    {
        let answer = site.send(get(&format!("/connect/theme.css?{query}"))).await;
        assert_eq!(answer.status, 400, "{query}");
    }
}
