//! The server functions, called as the browser calls them: POST, postcard, at their own paths.

use connect::calls::choose::Choose;
use connect::calls::exchange_code::ExchangeCode;
use connect::calls::finish::Finish;
use connect::calls::go::Go;
use connect::calls::load::Load;
use connect::calls::new_connect_token::NewConnectToken;
use connect::calls::search::Search;
use connect::calls::select_utility::SelectUtility;
use connect::calls::submit_code::SubmitCode;
use connect::calls::submit_login::SubmitLogin;
use connect::calls::wait::Wait;
use connect::calls::{CallError, LinkedUser, NewToken, Way};
use connect_wire::{CodeNotice, FlowView, Hidden, Screen, UtilityCard};
use leptos::server_fn::ServerFn;
use serde::Serialize;

use crate::support::{PGE, Site, call, post};

fn hidden(text: &str) -> Hidden {
    Hidden(text.to_owned())
}

/// A run, driven through the server functions.
struct Run<'a> {
    site: &'a Site,
    token: Hidden,
    view: FlowView,
}

impl<'a> Run<'a> {
    async fn open(site: &'a Site, user_id: &str) -> Self {
        let token = hidden(site.connect_token(user_id).await.expose());
        let view = site.send(call(&Load { token: token.clone() })).await.returned();
        Self { site, token, view }
    }

    async fn send<F: ServerFn + Serialize>(&mut self, make: impl FnOnce(Hidden, u32) -> F) -> &Screen {
        let arguments = make(self.token.clone(), self.view.step);
        self.view = self.site.send(call(&arguments)).await.returned();
        &self.view.screen
    }

    async fn go(&mut self, way: Way) -> &Screen {
        self.send(|token, step| Go { token, step, way }).await
    }

    async fn sign_in(&mut self, username: &str) -> &Screen {
        self.go(Way::On).await;
        self.send(|token, step| SelectUtility { token, step, utility: PGE }).await;
        let (username, password) = (hidden(username), hidden("password"));
        self.send(|token, step| SubmitLogin { token, step, username, password }).await
    }
}

#[tokio::test]
async fn the_whole_flow_goes_through_them() {
    let site = Site::start().await;
    let mut run = Run::open(&site, "u").await;
    assert_eq!(run.view.company, "Northwind Solar");
    assert!(matches!(run.view.screen, Screen::Welcome { .. }));
    assert!(matches!(run.go(Way::On).await, Screen::Select { .. }));
    assert!(matches!(run.go(Way::Back).await, Screen::Welcome { .. }));
    run.go(Way::On).await;
    let search = Search { token: run.token.clone(), query: "pge".into() };
    let found: Vec<UtilityCard> = site.send(call(&search)).await.returned();
    assert_eq!(found[0].id, PGE);
    let screen = run.send(|token, step| SelectUtility { token, step, utility: PGE }).await;
    assert!(matches!(screen, Screen::Credentials(_)));
    assert!(matches!(run.go(Way::ChangeUtility).await, Screen::Select { .. }));
    run.send(|token, step| SelectUtility { token, step, utility: PGE }).await;
    let (username, password) = (hidden("mfa_choose"), hidden("password"));
    let screen = run.send(|token, step| SubmitLogin { token, step, username, password }).await;
    assert!(matches!(screen, Screen::Method { .. }), "{screen:?}");
    let screen = run.send(|token, step| Choose { token, step, chosen: "sms".into() }).await;
    assert!(matches!(screen, Screen::Code(_)), "{screen:?}");
    let screen = run.go(Way::Resend).await;
    assert!(matches!(screen, Screen::Code(c) if c.notice == Some(CodeNotice::TooSoon)), "{screen:?}");
    let code = hidden("123456");
    let screen = run.send(|token, step| SubmitCode { token, step, code }).await;
    assert!(matches!(screen, Screen::Linked { .. }), "{screen:?}");
    assert!(matches!(run.send(|token, step| Wait { token, step }).await, Screen::Linked { .. }));

    let code: Hidden = site.send(call(&Finish { token: run.token.clone() })).await.returned();
    let exchange = post("/auth/token").by(&site.company).form(&[("code", &code.0)]);
    let access = site.send(exchange).await.json()["access_token"].as_str().unwrap().to_owned();
    let accounts = crate::support::get("/accounts").by(&site.company).bearer(&access);
    assert_eq!(site.send(accounts).await.json().as_array().unwrap().len(), 1);

    let over = site.send(call(&Load { token: run.token.clone() })).await;
    assert_eq!((over.status, over.failed()), (401, CallError::TokenInvalid));
}

#[tokio::test]
async fn a_search_takes_states_in_any_language_and_tells_them_in_the_customers() {
    let site = Site::start().await;
    let run = Run::open(&site, "u").await;
    for (language, query, place) in [("es", "纽约", "Nueva York"), ("ar", "Californie", "كاليفورنيا")]
    {
        let search = Search { token: run.token.clone(), query: query.into() };
        let answer = site.send(call(&search).header("accept-language", language)).await;
        let found: Vec<UtilityCard> = answer.returned();
        assert!(!found.is_empty() && found.iter().all(|utility| utility.place.contains(place)), "{found:?}");
    }
}

#[tokio::test]
async fn the_quickstart_gets_a_token_and_accounts_but_never_a_secret() {
    let site = Site::start().await;
    let call_for =
        |user_id: &str, utility: &str| call(&NewConnectToken { user_id: user_id.into(), utility: utility.into() });
    let answer = site.send(call_for("quick", "")).await;
    let NewToken::Made(token) = answer.returned() else { panic!("{answer:?}") };
    let view = site.send(call(&Load { token: token.clone() })).await.returned();
    let mut run = Run { site: &site, token, view };
    run.sign_in("user@pelm.com").await;
    let screen = run.send(|token, step| Choose { token, step, chosen: "0,1,2".into() }).await;
    assert!(matches!(screen, Screen::Linked { .. }), "{screen:?}");
    let code: Hidden = site.send(call(&Finish { token: run.token.clone() })).await.returned();
    let answer = site.send(call(&ExchangeCode { code: code.clone() })).await;
    let LinkedUser::Linked { accounts, .. } = answer.returned() else { panic!("{answer:?}") };
    assert_eq!(accounts.len(), 2);
    for (account, number) in accounts.iter().zip(["1077345636", "2077345636"]) {
        assert!(format!("{account:?}").contains(number), "{account:?}");
    }
    let text = String::from_utf8_lossy(&answer.body);
    assert!(!text.contains("cnt_") && !text.contains(site.company.secret.expose()), "{text}");

    let again = site.send(call(&ExchangeCode { code })).await;
    assert!(matches!(again.returned(), LinkedUser::Refused(_)));
    for (user_id, utility) in
        [("", ""), (" ", ""), ("a\nb", ""), (&*"x".repeat(201), ""), ("new", "no-such"), ("quick", "sce")]
    {
        let answer = site.send(call_for(user_id, utility)).await;
        assert!(matches!(answer.returned(), NewToken::Refused(_)), "{user_id} {utility}");
    }
}

#[tokio::test]
async fn without_the_quickstart_its_functions_act_for_nobody() {
    let site = Site::with(std::sync::Arc::new(connect_sandbox::SandboxConnector::new()), false).await;
    let answer = site.send(call(&NewConnectToken { user_id: "u".into(), utility: String::new() })).await;
    assert_eq!(answer.failed(), CallError::Internal);
    let answer = site.send(call(&ExchangeCode { code: hidden("x") })).await;
    assert_eq!(answer.failed(), CallError::Internal);
    assert_eq!(site.send(crate::support::get("/")).await.status, 404);
    // The modal works all the same.
    Run::open(&site, "u").await;
}

#[tokio::test]
async fn errors_have_a_status_that_tells_the_truth() {
    let site = Site::start().await;
    let answer = site.send(call(&Load { token: hidden("not a token") })).await;
    assert_eq!((answer.status, answer.failed()), (401, CallError::TokenInvalid));
    let run = Run::open(&site, "u").await;
    let answer = site.send(call(&Finish { token: run.token.clone() })).await;
    assert_eq!((answer.status, answer.failed()), (409, CallError::OutOfPlace));
    let select = SelectUtility { token: run.token, step: 0, utility: 999_999 };
    let answer = site.send(call(&select)).await;
    assert_eq!((answer.status, answer.failed()), (409, CallError::OutOfPlace));
}

#[tokio::test]
async fn answers_are_not_kept_by_anybody() {
    let site = Site::start().await;
    let token = hidden(site.connect_token("u").await.expose());
    let answer = site.send(call(&Load { token })).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("access-control-allow-origin"), "", "for pages of ours only");
}
