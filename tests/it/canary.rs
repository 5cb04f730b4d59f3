//! No password, code or token is seen where it does not belong: the whole flow is run over HTTP
//! with unmistakable values, and then everything that came out of the server is searched for
//! them: logs at the finest level, every answer, and every byte of the database, its log of writes and the
//! audit log in it.

mod background;
mod company;
mod consent;
mod file;
mod forms;
mod process;
mod search;
mod utility;

use std::sync::{Arc, OnceLock};

use axum::{Router, routing};
use connect::calls::choose::Choose;
use connect::calls::finish::Finish;
use connect::calls::go::Go;
use connect::calls::load::Load;
use connect::calls::new_connect_token::NewConnectToken;
use connect::calls::select_utility::SelectUtility;
use connect::calls::submit_code::SubmitCode;
use connect::calls::submit_login::SubmitLogin;
use connect::calls::{NewToken, Way};
use connect::logs::{self, Format};
use connect_core::connector::Connector;
use connect_core::secret::Secret;
use connect_core::token::{Environment, Token, TokenKind};
use connect_server::limits::TrustedProxies;
use connect_server::request;
use connect_wire::{FlowView, Hidden, Screen};
use leptos::server_fn::ServerFn;
use serde::Serialize;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use self::search::Canary;
use self::utility::{CODE, CanaryUtility, PASSWORD, USERNAME};
use crate::logs::Log;
use crate::support::{Answer, Call, PGE, Site, call, get, handle, post};

const WRONG_PASSWORD: &str = "canary-WRONG-password-4c81";
const WRONG_CODE: &str = "canary-WRONG-code-9b20";
const GARBAGE: &str = "canary-GARBAGE-77e1";

/// What this process logs at the finest level, as text and as JSON. Tests that share a process share it.
fn logs() -> &'static (Log, Log) {
    static LOGS: OnceLock<(Log, Log)> = OnceLock::new();
    LOGS.get_or_init(|| {
        let (text, json) = (Log::default(), Log::default());
        tracing_subscriber::registry()
            .with(text.layer(Format::Text))
            .with(json.layer(Format::Json))
            .try_init()
            .unwrap();
        logs::hook_panics();
        (text, json)
    })
}

/// A site whose answers are all kept.
struct Watched {
    site: Site,
    seen: Vec<(String, Answer)>,
}

impl Watched {
    /// With these connectors, and all that is logged kept.
    async fn start(connectors: Vec<Arc<dyn Connector>>) -> Self {
        logs();
        Self { site: Site::with_all(connectors).await, seen: Vec::new() }
    }

    /// A connect token, as the company asks for one.
    async fn connect_token(&mut self, user_id: &str) -> Hidden {
        let made = post("/auth/connect-token").by(&self.site.company).form(&[("user_id", user_id)]);
        let made = self.send("connect token", made).await.json();
        Hidden(made["connect_token"].as_str().unwrap().to_owned())
    }

    /// To the screen that asks for the login of a utility, or whatever stands before it.
    async fn choose(&mut self, token: &Hidden, utility: u32) -> FlowView {
        let view = self.step(&Load { token: token.clone() }).await;
        let view = self.step(&Go { token: token.clone(), step: view.step, way: Way::On }).await;
        self.step(&SelectUtility { token: token.clone(), step: view.step, utility }).await
    }

    async fn sign_in(&mut self, token: &Hidden, view: &FlowView, username: &str, password: &str) -> FlowView {
        let (username, password) = (Hidden(username.to_owned()), Hidden(password.to_owned()));
        self.step(&SubmitLogin { token: token.clone(), step: view.step, username, password }).await
    }

    /// The access token of a run whose link exists.
    async fn exchanged(&mut self, token: &Hidden) -> String {
        let code: Hidden = self.send("finish", call(&Finish { token: token.clone() })).await.returned();
        let exchange = post("/auth/token").by(&self.site.company).form(&[("code", &code.0)]);
        self.send("token", exchange).await.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Nothing that was answered has one of them, except where it belongs.
    fn answers_hold_none(&self, canaries: &[Canary]) {
        for (what, answer) in &self.seen {
            let headers = format!("{:?}", answer.headers).into_bytes();
            for canary in canaries {
                canary.must_not_be_in(&format!("the headers of: {what}"), &headers);
                if !canary.belongs_to(what) {
                    canary.must_not_be_in(&format!("the answer to: {what}"), &answer.body);
                }
            }
        }
    }

    /// Nothing that was written has one of them: the database, the audit log, the program's log. `written` must
    /// be found in the database, `logged` in the log, or the search would say nothing.
    async fn files_hold_none(&self, canaries: &[Canary], written: &str, logged: &str) {
        self.site.service.audit().flush().await.unwrap();
        let database = self.site.database();
        let names: Vec<_> = database.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"connect.db") && names.contains(&"connect.db-wal"), "{names:?}");
        assert!(database.iter().any(|(_, bytes)| search::contains(bytes, written.as_bytes())), "it is written");
        for (name, bytes) in &database {
            canaries.iter().for_each(|canary| canary.must_not_be_in(name, bytes));
        }
        let (text, json) = logs();
        for (name, log) in [("the log", text.bytes()), ("the log in JSON", json.bytes())] {
            assert!(search::contains(&log, logged.as_bytes()), "it is logged");
            canaries.iter().for_each(|canary| canary.must_not_be_in(name, &log));
        }
    }

    async fn send(&mut self, what: &str, call: Call) -> Answer {
        let answer = self.site.send(call).await;
        self.seen.push((what.to_owned(), answer.clone()));
        answer
    }

    async fn step<F: ServerFn + Serialize>(&mut self, arguments: &F) -> FlowView {
        self.send(F::PATH, call(arguments)).await.returned()
    }

    async fn frame(&mut self, token: &Hidden) {
        let path = format!("/connect/frame?s={}&o=https%3A%2F%2Fapp.example", handle(&Secret::new(&*token.0)));
        assert_eq!(self.send("the frame", get(&path)).await.status, 200);
    }
}

/// Everything that is secret and came up in the run.
struct Tokens {
    connect: String,
    code: String,
    access: String,
    refresh: String,
}

/// From a connect token to the accounts, with every wrong turn on the way.
async fn whole_flow(watched: &mut Watched) -> Tokens {
    let company = watched.site.company.clone();
    let token = watched.connect_token("canary-user").await;
    let connect = token.0.to_string();
    let hidden = |text: &str| Hidden(text.to_owned());

    watched.frame(&token).await;
    let mut view = watched.choose(&token, PGE).await;
    for password in [WRONG_PASSWORD, PASSWORD] {
        view = watched.sign_in(&token, &view, USERNAME, password).await;
        watched.frame(&token).await;
    }
    assert!(matches!(view.screen, Screen::Code(_)), "{view:?}");
    for code in [WRONG_CODE, CODE] {
        view = watched.step(&SubmitCode { token: token.clone(), step: view.step, code: hidden(code) }).await;
        watched.frame(&token).await;
    }
    view = watched.step(&Choose { token: token.clone(), step: view.step, chosen: "0,1".into() }).await;
    assert!(matches!(view.screen, Screen::Linked { .. }), "{view:?}");
    let code: Hidden = watched.send("finish", call(&Finish { token: token.clone() })).await.returned();
    watched.frame(&token).await;

    let exchange = || post("/auth/token").by(&company).form(&[("code", &code.0)]);
    let granted = watched.send("token", exchange()).await.json();
    let text = |name: &str| granted[name].as_str().unwrap().to_owned();
    let (access, refresh) = (text("access_token"), text("refresh_token"));
    let user = watched.send("user", get("/users/canary-user").by(&company).bearer(&access)).await.json();
    assert_eq!(user["utility_username"], USERNAME);
    watched.send("accounts", get("/accounts").by(&company).bearer(&access)).await.json();
    watched.send("used code", exchange()).await.refused(400, "parameter_invalid");
    let over = watched.send("used connect token", call(&Load { token })).await;
    assert_eq!(over.status, 401);
    Tokens { connect, code: code.0, access, refresh }
}

/// Requests that are wrong and hold secrets.
async fn mistakes(watched: &mut Watched, tokens: &Tokens) -> Vec<Canary> {
    let company = watched.site.company.clone();
    let forged = Token::generate(TokenKind::ClientSecret, Environment::Sandbox).unwrap();
    let Tokens { connect, code, access, refresh } = tokens;
    let mut stranger = company.clone();
    stranger.secret = Secret::new(forged.expose());
    let json = "application/json";
    let all = [
        ("wrong secret", post("/auth/token").by(&stranger).form(&[("code", code)])),
        ("wrong kind", get("/accounts").by(&company).bearer(refresh)),
        ("wrong kind", post("/auth/token").by(&company).form(&[("code", access)])),
        ("foreign user", get("/users/somebody").by(&company).bearer(access)),
        ("cut token", get("/accounts").by(&company).bearer(&access[1..])),
        ("code twice", post("/auth/token").by(&company).form(&[("code", code), ("code", code)])),
        ("code in a list", post("/auth/token").by(&company).body(json, format!(r#"{{"code":["{code}"]}}"#))),
        ("no JSON", post("/auth/token").by(&company).body(json, format!(r#"{{"code":{code}}}"#))),
        ("wrong type", post("/auth/token").by(&company).body("text/plain", code.clone())),
        ("wrong method", Call::new("PUT", "/auth/token").by(&company).bearer(access)),
        ("wrong path", get("/auth/nothing").by(&company).bearer(access)),
        ("nothing there", get("/nothing").by(&company).bearer(access)),
        (
            "no postcard",
            post(SubmitLogin::PATH).body("application/x-postcard", format!("{GARBAGE}{PASSWORD}{connect}")),
        ),
        (
            "a form of a page",
            post(SubmitLogin::PATH)
                .form(&[("token", connect), ("username", USERNAME), ("password", PASSWORD)])
                .header("accept", "text/html")
                .header("referer", "https://connect.example/"),
        ),
        ("another site", call(&Load { token: Hidden(connect.clone()) }).header("sec-fetch-site", "cross-site")),
        (
            "a token that is none",
            call(&SubmitLogin {
                token: Hidden(format!("{GARBAGE}{connect}")),
                step: 0,
                username: Hidden(USERNAME.into()),
                password: Hidden(PASSWORD.into()),
            }),
        ),
    ];
    for (what, call) in all {
        let answer = watched.send(what, call).await;
        assert_ne!(answer.status, 200, "{what}");
    }
    vec![Canary::token("the forged client secret", forged.expose())]
}

/// Handlers that panic, with what they were given.
async fn panics(watched: &mut Watched) {
    let broken = Router::new()
        .route("/breaks/text", routing::post(async |body: String| -> String { panic!("{body}") }))
        .route(
            "/breaks/value",
            routing::post(async |body: String| -> String { std::panic::panic_any(Secret::new(body)) }),
        );
    watched.site.router = request::around(broken, watched.site.service.clone(), TrustedProxies::default());
    for path in ["/breaks/text", "/breaks/value"] {
        let call = post(path).body("text/plain", PASSWORD).header("x-request-id", "it-breaks");
        watched.send(path, call).await.refused(500, "internal_error");
    }
}

#[tokio::test]
async fn nothing_secret_is_seen_where_it_does_not_belong() {
    let mut watched = Watched::start(vec![Arc::new(CanaryUtility)]).await;
    let tokens = whole_flow(&mut watched).await;
    let quick = NewConnectToken { user_id: "quick".into(), utility: String::new() };
    watched.send("quickstart", get("/")).await;
    let quick = watched.send("quickstart token", call(&quick)).await;

    let mut canaries = vec![
        Canary::word("the password", PASSWORD),
        Canary::word("a wrong password", WRONG_PASSWORD),
        Canary::word("the code", CODE),
        Canary::word("a wrong code", WRONG_CODE),
        Canary::word("garbage", GARBAGE),
        Canary::token("the client secret", watched.site.company.secret.expose()),
        Canary::token("the connect token", &tokens.connect).belongs("connect token"),
        Canary::token("the authorization code", &tokens.code).belongs("finish"),
        Canary::token("the access token", &tokens.access).belongs("token"),
        Canary::token("the refresh token", &tokens.refresh).belongs("token"),
    ];
    let NewToken::Made(quick) = quick.returned() else { panic!("{quick:?}") };
    canaries.push(Canary::token("the quickstart's token", &quick.0).belongs("quickstart token"));
    canaries.extend(mistakes(&mut watched, &tokens).await);
    panics(&mut watched).await;

    watched.answers_hold_none(&canaries);
    watched.files_hold_none(&canaries, USERNAME, "login accepted").await;
    let lines = logs().1.json();
    let broken =
        |line: &&serde_json::Value| line["message"] == "answered" && line["spans"][0]["id"] == "it-breaks";
    assert!(lines.iter().filter(broken).all(|line| line["level"] == "INFO" && line["spans"][0]["status"] == 500));
    assert_eq!(lines.iter().filter(broken).count(), 2);
    let panics: Vec<_> =
        lines.iter().filter(|line| line["message"] == "a panic" && line["request"] == "it-breaks").collect();
    assert_eq!(panics.len(), 2, "{panics:?}");
    for panic in panics {
        assert!(panic["place"].as_str().unwrap().contains("canary.rs:"), "{panic}");
        assert_eq!((&panic["request"], &panic["spans"][0]["id"]), (&"it-breaks".into(), &"it-breaks".into()));
    }
}
