//! The customer's receipt: a page without scripts, and the form on it.

use connect::calls::Choose;
use connect::calls::{Go, Load, SelectUtility, SubmitLogin, Way};
use connect_core::redirect::RedirectUri;
use connect_core::secret::Secret;
use connect_wire::{FlowView, Hidden, Screen};

use crate::support::{Answer, PGE, Site, call, get, post};

/// A link of both kinds of meters, with the first screen and the confirmation.
async fn linked(site: &Site) -> (String, String) {
    let token = site.connect_token("u").await;
    let hidden = || Hidden(token.expose().to_owned());
    let view: FlowView = site.send(call(&Load { token: hidden() })).await.returned();
    let Screen::Welcome { html: welcome } = view.screen else { panic!("{view:?}") };
    let view: FlowView = site.send(call(&Go { token: hidden(), step: view.step, way: Way::On })).await.returned();
    let select = SelectUtility { token: hidden(), step: view.step, utility: PGE };
    let view: FlowView = site.send(call(&select)).await.returned();
    let (username, password) = (Hidden("elec_gas".into()), Hidden("password".into()));
    let login = SubmitLogin { token: hidden(), step: view.step, username, password };
    let view: FlowView = site.send(call(&login)).await.returned();
    let all = Choose { token: hidden(), step: view.step, chosen: "0,1".into() };
    let view: FlowView = site.send(call(&all)).await.returned();
    let Screen::Linked { html } = view.screen else { panic!("{view:?}") };
    (welcome, html)
}

fn address(html: &str) -> String {
    let (_, rest) = html.split_once("href=\"/receipt/").unwrap_or_else(|| panic!("{html}"));
    format!("/receipt/{}", rest.split_once('"').unwrap().0)
}

async fn shown(site: &Site, address: &str) -> Answer {
    site.send(get(address).header("accept-language", "en")).await
}

#[tokio::test]
async fn the_receipt_is_a_page_to_keep() {
    let site = Site::start().await;
    let address = address(&linked(&site).await.1);
    let page = shown(&site, &address).await;
    let text = page.text();
    assert_eq!(
        (page.status, page.header("cache-control"), page.header("referrer-policy")),
        (200, "no-store", "no-referrer")
    );
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
    assert!(!text.contains("<script") && text.contains("noindex"), "{text}");
    for says in [
        "What you share with Northwind Solar",
        "Pacific Gas and Electric",
        "Electricity and gas",
        "Sharing goes on until you stop it.",
    ] {
        assert!(text.contains(says), "{says}: {text}");
    }
    let spanish = site.send(get(&address).header("accept-language", "es")).await.text();
    assert!(
        spanish.contains("Lo que comparte con Northwind Solar") && spanish.contains("lang=\"es\""),
        "{spanish}"
    );
}

#[tokio::test]
async fn its_form_ends_the_sharing_once_and_only_from_the_page_itself() {
    let site = Site::start().await;
    let address = address(&linked(&site).await.1);
    let mark = address.strip_prefix("/receipt/").unwrap();
    let stop = || post("/receipt").form(&[("mark", mark)]);
    assert_eq!(site.send(stop().header("sec-fetch-site", "cross-site")).await.status, 403);
    assert_eq!(shown(&site, &address).await.status, 200, "looking ends nothing, nor does a foreign page");
    let stopped = site.send(stop().header("sec-fetch-site", "same-origin")).await;
    assert!(stopped.status == 200 && stopped.text().contains("Nothing is shared any more"), "{}", stopped.text());
    for again in [site.send(stop()).await, shown(&site, &address).await] {
        assert!(again.status == 410 && again.text().contains("Nothing is shared here"), "{}", again.text());
    }
    assert_eq!(site.send(post("/receipt").form(&[("x", "y")])).await.status, 410);
}

#[tokio::test]
async fn a_companys_terms_are_a_link_on_the_first_screen() {
    let site = Site::start().await;
    assert!(!linked(&site).await.0.contains("Terms of"));
    let terms = RedirectUri::parse("https://northwind.example/terms?a=1&b=2").unwrap();
    site.service.set_terms(site.company.uuid(), Some(terms)).await.unwrap();
    let token: Secret = site.connect_token("v").await;
    let view: FlowView = site.send(call(&Load { token: Hidden(token.expose().to_owned()) })).await.returned();
    let Screen::Welcome { html } = view.screen else { panic!("{view:?}") };
    assert!(html.contains("href=\"https://northwind.example/terms?a=1&amp;b=2\""), "{html}");
    assert!(html.contains("target=\"_blank\"") && html.contains("Terms of Northwind Solar"), "{html}");
}
