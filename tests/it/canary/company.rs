//! What a company holds: its own secret while that is changed, proof keys, requests that are repeated,
//! and tokens that are asked about and ended.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect::calls::choose::Choose;
use connect::calls::finish::Finish;
use connect::calls::submit_code::SubmitCode;
use connect_core::pkce::challenge_of;
use connect_core::store::SecretAge;
use connect_wire::{Hidden, Screen};

use super::Watched;
use super::search::Canary;
use super::utility::{CODE, CanaryUtility, PASSWORD, USERNAME};
use crate::support::{PGE, call, get, post};

const VERIFIER: &str = "canary-VERIFIER-5d0e-5d0e-5d0e-5d0e-5d0e-5d0e-5d0e";
const OTHER_VERIFIER: &str = "canary-OTHER-VERIFIER-77aa-77aa-77aa-77aa-77aa-77aa";
const KEYS: [&str; 2] = ["canary-IDEMPOTENCY-key-1-e0c4", "canary-IDEMPOTENCY-key-2-19bb"];

#[tokio::test]
async fn what_a_company_holds_is_nowhere_in_plain() {
    let mut watched = Watched::start(vec![Arc::new(CanaryUtility)]).await;
    let first = watched.site.company.clone();
    let id = first.id.parse().unwrap();
    let mut company = first.clone();
    company.secret = watched.site.service.rotate_secret(id).await.unwrap();
    watched.site.service.retire_secret(id, SecretAge::Older).await.unwrap();

    let challenge = URL_SAFE_NO_PAD.encode(challenge_of(VERIFIER).unwrap());
    let parameters = [("user_id", "holds"), ("code_challenge", &*challenge), ("code_challenge_method", "S256")];
    let ask = || post("/auth/connect-token").header("idempotency-key", KEYS[0]).form(&parameters);
    watched.send("retired secret", ask().by(&first)).await.refused(401, "credentials_invalid");
    let made = watched.send("connect token", ask().by(&company)).await.json();
    assert_eq!(watched.send("connect token", ask().by(&company)).await.json(), made, "the same again");
    let connect = made["connect_token"].as_str().unwrap().to_owned();

    let token = Hidden(connect.clone());
    let view = watched.choose(&token, PGE).await;
    let view = watched.sign_in(&token, &view, USERNAME, PASSWORD).await;
    let code = Hidden(CODE.to_owned());
    let view = watched.step(&SubmitCode { token: token.clone(), step: view.step, code }).await;
    let view = watched.step(&Choose { token: token.clone(), step: view.step, chosen: "0".into() }).await;
    assert!(matches!(view.screen, Screen::Linked { .. }), "{view:?}");
    let introspect = |token: &str| post("/auth/introspect").by(&company).form(&[("token", token)]);
    assert_eq!(watched.send("introspect", introspect(&connect)).await.json()["active"], true);
    let code: Hidden = watched.send("finish", call(&Finish { token })).await.returned();

    let exchange = |verifier| {
        let form = [("code", &*code.0), ("code_verifier", verifier)];
        post("/auth/token").by(&company).header("idempotency-key", KEYS[1]).form(&form)
    };
    watched.send("wrong verifier", exchange(OTHER_VERIFIER)).await.refused(400, "parameter_invalid");
    let granted = watched.send("token", exchange(VERIFIER)).await.json();
    assert_eq!(watched.send("token", exchange(VERIFIER)).await.json(), granted, "the same again");
    watched.send("key of another request", exchange(OTHER_VERIFIER)).await.refused(409, "parameter_invalid");
    let access = granted["access_token"].as_str().unwrap().to_owned();

    for active in [true, false] {
        assert_eq!(watched.send("introspect", introspect(&access)).await.json()["active"], active);
        let revoke = post("/auth/revoke").by(&company).form(&[("token", &access)]);
        watched.send("revoke", revoke).await.json();
    }
    let read = get("/accounts").by(&company).bearer(&access);
    watched.send("revoked", read).await.refused(401, "token_invalid");

    let canaries = [
        Canary::word("the password", PASSWORD),
        Canary::word("the code", CODE),
        Canary::word("the verifier", VERIFIER),
        Canary::word("another verifier", OTHER_VERIFIER),
        Canary::word("a key of a request", KEYS[0]),
        Canary::word("the key of the exchange", KEYS[1]),
        Canary::token("the secret before", first.secret.expose()),
        Canary::token("the secret", company.secret.expose()),
        Canary::token("the connect token", &connect).belongs("connect token"),
        Canary::token("the authorization code", &code.0).belongs("finish"),
        Canary::token("the access token", &access).belongs("token"),
        Canary::token("the refresh token", granted["refresh_token"].as_str().unwrap()).belongs("token"),
    ];
    watched.answers_hold_none(&canaries);
    watched.files_hold_none(&canaries, USERNAME, "a client revoked a token").await;
}
