//! A run that goes on on another device: what its link opens, for how long, and what it does not.

use connect::calls::{Finish, Go, Load, SubmitLogin, Way};
use connect_core::secret::Secret;
use connect_wire::{FlowView, Hidden, PageKind, Screen};

use crate::support::{Answer, Call, Site, call, get, post};

fn hidden(token: &Secret) -> Hidden {
    Hidden(token.expose().to_owned())
}

async fn load(site: &Site, token: &Secret) -> FlowView {
    site.send(call(&Load { token: hidden(token) })).await.returned()
}

async fn go(site: &Site, token: &Secret, step: u32, way: Way) -> FlowView {
    site.send(call(&Go { token: hidden(token), step, way })).await.returned()
}

/// Hands a run over; what its link ends in.
async fn handed(site: &Site, token: &Secret) -> String {
    let step = load(site, token).await.step;
    let Screen::Page { kind: PageKind::Elsewhere, html } = go(site, token, step, Way::HandOver).await.screen
    else {
        panic!("not handed over");
    };
    let (_, rest) = html.split_once("/on/").unwrap();
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

fn take(mark: &str) -> Call {
    post("/connect/on").form(&[("mark", mark)])
}

fn key(answer: &Answer) -> Secret {
    let text = answer.text();
    let (_, rest) = text.split_once("name=\"key\" value=\"").unwrap_or_else(|| panic!("{text}"));
    Secret::new(rest.split_once('"').unwrap().0)
}

#[tokio::test]
async fn a_link_opens_its_run_once() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let mark = handed(&site, &token).await;
    let page = site.send(get(&format!("/on/{mark}"))).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Link your utility for Northwind Solar?"));
    let taken = site.send(take(&mark)).await;
    assert_eq!(taken.status, 200);
    let key = key(&taken);
    for again in [take(&mark), get(&format!("/on/{mark}"))] {
        assert_eq!(site.send(again).await.status, 410);
    }
    // Here it says where the run is, there it goes on.
    assert!(matches!(load(&site, &token).await.screen, Screen::Page { kind: PageKind::Elsewhere, .. }));
    assert!(matches!(load(&site, &key).await.screen, Screen::Welcome { .. }));
    // Whoever has the page may go on here all the same.
    let step = load(&site, &token).await.step;
    assert!(matches!(go(&site, &token, step, Way::Here).await.screen, Screen::Welcome { .. }));
}

#[tokio::test]
async fn what_is_no_link_opens_nothing() {
    let site = Site::start().await;
    let (token, other) = (site.connect_token("u").await, site.connect_token("v").await);
    let (mark, theirs) = (handed(&site, &token).await, handed(&site, &other).await);
    let (handle, secret) = mark.split_at(22);
    let foreign = format!("{handle}{}", &theirs[22..]);
    let changed = format!("{handle}{}{}", &secret[..21], if secret.ends_with('a') { 'b' } else { 'a' });
    for bad in ["x", handle, "%C3%A9", &foreign, &changed, &format!("{mark}a"), &"a".repeat(44)] {
        assert_eq!(site.send(get(&format!("/on/{bad}"))).await.status, 410, "{bad}");
        assert_eq!(site.send(take(bad)).await.status, 410, "{bad}");
    }
    // A later link takes the place of the earlier one.
    let later = handed(&site, &token).await;
    assert_eq!(site.send(take(&mark)).await.status, 410);
    assert_eq!(site.send(take(&later)).await.status, 200);
    assert_eq!(site.send(take(&theirs).header("sec-fetch-site", "cross-site")).await.status, 403);
}

#[tokio::test]
async fn who_sees_only_the_handle_learns_no_link() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let mark = handed(&site, &token).await;
    let path = format!("/connect/frame?s={}&o=https%3A%2F%2Fapp.example", crate::support::handle(&token));
    assert!(!site.send(get(&path)).await.text().contains(&mark[22..]));
}

/// What is linked there is told here.
#[tokio::test]
async fn the_code_is_for_the_page_that_opened_connect() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let key = key(&site.send(take(&handed(&site, &token).await)).await);
    let view = go(&site, &key, load(&site, &key).await.step, Way::On).await;
    let select =
        connect::calls::SelectUtility { token: hidden(&key), step: view.step, utility: crate::support::PGE };
    let view: FlowView = site.send(call(&select)).await.returned();
    let (username, password) = (Hidden("good".into()), Hidden("password".into()));
    let login = SubmitLogin { token: hidden(&key), step: view.step, username, password };
    let view: FlowView = site.send(call(&login)).await.returned();
    assert!(matches!(view.screen, Screen::Linked { .. }), "{view:?}");
    assert!(matches!(load(&site, &token).await.screen, Screen::Linked { .. }));
    let done = post("/connect/step").form(&[("key", key.expose()), ("step", "9"), ("way", "finish")]);
    let done = site.send(done).await;
    assert!(done.text().contains("You can close this window") && !done.text().contains("cnt_"), "{}", done.text());
    let code: Hidden = site.send(call(&Finish { token: hidden(&token) })).await.returned();
    assert!(code.0.starts_with("cnt_test_ac_"));
}
