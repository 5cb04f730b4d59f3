//! Whatever is not for a caller is refused at every endpoint, and nothing of another company's customer is
//! in any answer. The endpoints are those of the router; a new one fails here until it is described.

use connect_core::token::{Environment, Token, TokenKind};
use connect_server::api::endpoints;
use connect_server::openapi;
use serde_json::Value;

use crate::support::{Answer, Call, Company, LOGIN, TestApp, delete, get, post};

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Open {
    /// Everybody.
    Everybody,
    /// Clients.
    Clients,
    /// Clients with an access token.
    Readers,
}

/// A linked customer whom the others try to reach.
struct Victim {
    user_id: &'static str,
    access: String,
    connect: String,
    unused: String,
    account: String,
    bill: String,
    /// What must be in nobody else's answer.
    data: Vec<String>,
}

/// A request to an endpoint for what is the victim's, without anybody's headers.
fn request(method: &str, path: &str, victim: &Victim, token: &str) -> (Open, Call) {
    let Victim { user_id, account, bill, .. } = victim;
    match (method, path) {
        ("POST", "/auth/connect-token" | "/auth/connect_token") => {
            (Open::Clients, post(path).form(&[("user_id", user_id)]))
        }
        ("POST", "/auth/token") => (Open::Clients, post(path).form(&[("code", token)])),
        ("POST", "/auth/revoke" | "/auth/introspect") => (Open::Clients, post(path).form(&[("token", token)])),
        ("GET", "/users/{user_id}") => (Open::Readers, get(&format!("/users/{user_id}"))),
        ("DELETE", "/users/{user_id}") => (Open::Readers, delete(&format!("/users/{user_id}"))),
        ("GET", "/accounts") => (Open::Readers, get(path)),
        ("GET", "/accounts/{account_id}/intervals") => {
            (Open::Readers, get(&format!("/accounts/{account}/intervals")))
        }
        ("GET", "/intervals" | "/restatements") => {
            (Open::Readers, get(&format!("{path}?account_id={account}&type=ELECTRIC")))
        }
        ("GET", "/bills") => (Open::Readers, get(&format!("/bills?account_id={account}"))),
        ("GET", "/bills/{bill_id}/pdf") => (Open::Readers, get(&format!("/bills/{bill}/pdf"))),
        ("GET", "/emission-rates" | "/outage-requests") => (Open::Clients, get(path)),
        ("GET", "/utilities" | "/openapi.json") => (Open::Everybody, get(path)),
        _ => panic!("{method} {path} is new: say here for whom it is, and what a stranger would ask of it"),
    }
}

async fn victim(app: &TestApp, company: &Company) -> Victim {
    let user_id = "victim-customer-77";
    let access = app.access(company, user_id).await;
    while app.worker.sync_due().await.unwrap() > 0 {}
    let read = async |path: &str| app.send(get(path).by(company).bearer(&access)).await.ok();
    let (accounts, bills) = (read("/accounts").await, read("/bills").await);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut data = vec![user_id.to_owned(), LOGIN.to_owned(), access.clone()];
    for account in accounts.as_array().unwrap() {
        data.extend([&account["id"], &account["account_number"], &account["address"]].map(text));
        data.extend(account["meters"].as_array().unwrap().iter().map(|meter| text(&meter["id"])));
    }
    for of_account in bills.as_array().unwrap() {
        data.extend(of_account["bills"].as_array().unwrap().iter().map(|bill| text(&bill["id"])));
    }
    assert!(data.len() > 20, "{data:?}");
    let open = app.linked(company, user_id, LOGIN).await;
    app.asks_to_be_told(company, user_id).await;
    Victim {
        user_id,
        access,
        connect: open.token.expose().to_owned(),
        unused: open.code().await,
        account: text(&accounts[0]["id"]),
        bill: text(&bills[0]["bills"][0]["id"]),
        data,
    }
}

/// Everything that is there, and how to ask for it.
struct World {
    app: TestApp,
    victim: Victim,
    before: Vec<String>,
}

impl World {
    /// Sends a request, which must take nothing of the victim's: neither in its answer nor from the store.
    async fn try_out(&self, why: &str, call: Call) -> Answer {
        let answer = self.app.send(call).await;
        let shown = String::from_utf8_lossy(&answer.body).into_owned() + &format!("{:?}", answer.headers);
        // Its examples are of the sandbox's customers, as the victim is; it is the same text for everybody.
        let is_description = shown.starts_with(&openapi::document());
        for secret in self.victim.data.iter().filter(|_| !is_description) {
            assert!(!shown.contains(secret), "{why}: {secret} is in {shown}");
        }
        let after = self.app.place.rows();
        for row in &self.before {
            assert!(after.contains(row), "{why}: lost or changed: {row}");
        }
        answer
    }
}

#[tokio::test]
async fn at_every_endpoint_only_those_get_something_for_whom_it_is() {
    let (app, company) = TestApp::start().await;
    let stranger = app.company("Stranger", Environment::Sandbox).await;
    let victim = victim(&app, &company).await;
    let own = app.exchange(&stranger, &app.linked(&stranger, "own", "good").await.code().await).await;
    while app.worker.sync_due().await.unwrap() > 0 {}

    // Tokens of the right company that are not good, or of another kind.
    let revoked = app.access(&company, victim.user_id).await;
    app.send(post("/auth/revoke").by(&company).form(&[("token", &revoked)])).await.ok();
    let deleted = app.exchange(&company, &app.linked(&company, "gone", "good").await.code().await).await;
    app.send(delete("/users/gone").by(&company).bearer(&deleted)).await.ok();
    let forged = |kind| Token::generate(kind, Environment::Sandbox).unwrap().expose().to_owned();
    let bad = [
        ("a revoked token", revoked),
        ("the token of a deleted user", deleted),
        ("a connect token", victim.connect.clone()),
        ("a code", victim.unused.clone()),
        ("a refresh token", forged(TokenKind::Refresh)),
        ("the client's secret", company.secret.expose().to_owned()),
        ("nobody's token", forged(TokenKind::Access)),
        ("nonsense", "x".to_owned()),
    ];

    let wrong = forged(TokenKind::ClientSecret);
    let before = app.place.rows();
    let world = World { app, victim, before };
    let mut tried = 0;
    for endpoint in endpoints() {
        for method in endpoint.methods {
            let name = format!("{method} {}", endpoint.path);
            let ask = |token: &str| request(method, endpoint.path, &world.victim, token);
            let (open, _) = ask("");
            let tell = |what: &str| format!("{name} with {what}");

            // Who is no client, though it holds the victim's token.
            let token = if endpoint.path == "/auth/token" { &world.victim.unused } else { &world.victim.access };
            let callers = [
                ("no headers", ask(token).1.bearer(token)),
                ("a wrong secret", {
                    let call = ask(token).1.bearer(token);
                    call.header("pelm-client-id", &company.id).header("pelm-secret", &wrong)
                }),
                ("another client's secret", {
                    let call = ask(token).1.bearer(token).header("pelm-client-id", &company.id);
                    call.header("pelm-secret", stranger.secret.expose())
                }),
            ];
            for (what, call) in callers {
                let answer = world.try_out(&tell(what), call).await;
                match open {
                    Open::Everybody => assert_eq!(answer.status, 200, "{name}"),
                    _ => answer.refused(401, "credentials_invalid"),
                }
                tried += 1;
            }

            // Another client, with the victim's tokens.
            for token in [&world.victim.access, &world.victim.connect, &world.victim.unused] {
                let answer =
                    world.try_out(&tell("another's token"), ask(token).1.by(&stranger).bearer(token)).await;
                match (open, endpoint.path) {
                    (Open::Readers, _) => answer.refused(401, "token_invalid"),
                    (_, "/auth/token") => answer.refused(400, "parameter_invalid"),
                    (_, "/auth/introspect") => assert_eq!(answer.ok(), serde_json::json!({"active": false})),
                    (_, "/auth/revoke") => assert_eq!(answer.ok(), serde_json::json!({})),
                    _ => assert_eq!(answer.status, 200, "{name}: {answer:?}"),
                }
                tried += 1;
            }

            // Another client, with a good token of its own, for what is the victim's.
            if open == Open::Readers {
                let answer = world.try_out(&tell("one's own token"), ask("").1.by(&stranger).bearer(&own)).await;
                if endpoint.path == "/accounts" {
                    assert_eq!(answer.ok().as_array().map(Vec::len), Some(1), "its own");
                } else {
                    answer.refused(403, "permission_denied");
                }
                tried += 1;
            }

            // The right client, with a token that is not good or of another kind.
            for (what, token) in &bad {
                let answer = match (open, endpoint.path) {
                    (Open::Readers, _) => world.try_out(&tell(what), ask("").1.by(&company).bearer(token)).await,
                    (_, "/auth/token") if *what != "a code" => {
                        world.try_out(&tell(what), ask(token).1.by(&company)).await
                    }
                    _ => continue,
                };
                match open {
                    Open::Readers => answer.refused(401, "token_invalid"),
                    _ => answer.refused(400, "parameter_invalid"),
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "{tried}");

    // All that was refused is good for whom it is.
    let World { app, victim, .. } = world;
    for endpoint in endpoints() {
        for method in endpoint.methods.iter().filter(|method| **method == "GET") {
            let (_, call) = request(method, endpoint.path, &victim, "");
            let answer = app.send(call.by(&company).bearer(&victim.access)).await;
            assert_eq!(answer.status, 200, "{method} {}: {answer:?}", endpoint.path);
        }
    }
    app.exchange(&company, &victim.unused).await;
}
