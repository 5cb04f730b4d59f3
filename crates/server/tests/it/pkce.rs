//! Proof keys (RFC 7636): a run that was asked for with a challenge is exchanged with its verifier.

use crate::support::{Answer, Company, Customer, LOGIN, PASSWORD, PGE, TestApp, get, post};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// As good as the other, and of nobody.
const OTHER: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

async fn asked(app: &TestApp, company: &Company, more: &[(&str, &str)]) -> Answer {
    let pairs = [&[("user_id", "u")], more].concat();
    app.send(post("/auth/connect-token").by(company).form(&pairs)).await
}

async fn exchange(app: &TestApp, company: &Company, code: &str, verifier: Option<&str>) -> Answer {
    let pairs: Vec<_> = [("code", code)].into_iter().chain(verifier.map(|v| ("code_verifier", v))).collect();
    app.send(post("/auth/token").by(company).form(&pairs)).await
}

/// The code of a run with a challenge.
async fn code(app: &TestApp, company: &Company) -> String {
    let challenge = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let answer = asked(app, company, &challenge).await.ok();
    let token = answer["connect_token"].as_str().unwrap();
    let mut customer = Customer::open(app.service.clone(), connect_core::secret::Secret::new(token)).await;
    customer.go_to_credentials(PGE).await;
    customer.sign_in(LOGIN, PASSWORD).await;
    customer.code().await
}

#[tokio::test]
async fn the_verifier_exchanges_the_code_and_no_other_does_or_uses_it_up() {
    let (app, company) = TestApp::start().await;
    let code = code(&app, &company).await;
    let before = app.place.rows();
    let reference = exchange(&app, &company, "x", None).await;
    for wrong in [None, Some(OTHER), Some(CHALLENGE), Some(&*VERIFIER.to_uppercase())] {
        let answer = exchange(&app, &company, &code, wrong).await;
        answer.refused(400, "parameter_invalid");
        assert_eq!(answer.body, reference.body, "{wrong:?}: as a wrong code");
        assert_eq!(app.place.rows(), before, "{wrong:?}");
    }
    let answer = exchange(&app, &company, &code, Some(VERIFIER)).await.ok();
    let access = answer["access_token"].as_str().unwrap();
    // Who has the code but not the verifier cannot end what it gave.
    for wrong in [None, Some(OTHER)] {
        exchange(&app, &company, &code, wrong).await.refused(400, "parameter_invalid");
    }
    app.send(get("/accounts").by(&company).bearer(access)).await.ok();
    exchange(&app, &company, &code, Some(VERIFIER)).await.refused(400, "parameter_invalid");
    app.send(get("/accounts").by(&company).bearer(access)).await.refused(401, "token_invalid");
}

#[tokio::test]
async fn a_verifier_for_a_run_without_a_challenge_is_refused() {
    let (app, company) = TestApp::start().await;
    let code = app.code(&company, "u").await;
    let before = app.place.rows();
    exchange(&app, &company, &code, Some(VERIFIER)).await.refused(400, "parameter_invalid");
    assert_eq!(app.place.rows(), before);
    exchange(&app, &company, &code, None).await.ok();
}

#[tokio::test]
async fn a_verifier_of_another_shape_is_named() {
    let (app, company) = TestApp::start().await;
    let code = code(&app, &company).await;
    for bad in ["short", &"a".repeat(42), &"a".repeat(129), &format!("{VERIFIER}+"), &"é".repeat(30)] {
        let answer = exchange(&app, &company, &code, Some(bad)).await;
        answer.refused(400, "parameter_invalid");
        assert!(answer.message().contains("'code_verifier'") && !answer.message().contains(bad), "{bad}");
    }
    exchange(&app, &company, &code, Some(VERIFIER)).await.ok();
}

#[tokio::test]
async fn a_challenge_must_be_one_and_its_method_named() {
    let (app, company) = TestApp::start().await;
    let before = app.place.rows();
    let refused = async |pairs: &[(&str, &str)], code: &str, says: &str| {
        let answer = asked(&app, &company, pairs).await;
        answer.refused(400, code);
        assert!(answer.message().contains(says), "{pairs:?}: {}", answer.message());
    };
    for method in [None, Some("plain"), Some("s256"), Some("S512"), Some("")] {
        let pairs: Vec<_> = [("code_challenge", CHALLENGE)]
            .into_iter()
            .chain(method.map(|method| ("code_challenge_method", method)))
            .collect();
        refused(&pairs, "parameter_invalid", "code_challenge_method=S256").await;
    }
    for bad in [&CHALLENGE[1..], &format!("{CHALLENGE}="), &format!("{CHALLENGE}A"), &CHALLENGE.replace('-', "+")]
    {
        let pairs = [("code_challenge", bad), ("code_challenge_method", "S256")];
        refused(&pairs, "parameter_invalid", "43 characters").await;
    }
    refused(&[("code_challenge_method", "S256")], "parameter_missing", "'code_challenge'").await;
    assert_eq!(app.place.rows(), before);
}
