//! The same without the app: every step is a form, whose answer is a document. And the receipt, whose address opens it.

use std::sync::Arc;

use super::search::Canary;
use super::utility::{CODE, CanaryUtility, PASSWORD, USERNAME};
use super::{WRONG_PASSWORD, Watched};
use crate::support::{PGE, get, post};

const BACK: &str = "http://localhost:3000/back";

/// What is between two marks.
fn between(text: &str, before: &str, after: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0.to_owned()
}

impl Watched {
    /// Sends a form of the last document.
    async fn form(&mut self, what: &str, last: &str, fields: &[(&str, &str)]) -> String {
        let hidden = |name: &str| between(last, &format!("name=\"{name}\" value=\""), "\"");
        let (key, step) = (hidden("key"), hidden("step"));
        let all: Vec<_> = [("key", &*key), ("step", &*step)].into_iter().chain(fields.iter().copied()).collect();
        let answer = self.send(what, post("/connect/step").form(&all)).await;
        assert_eq!(answer.status, 200, "{what}: {answer:?}");
        answer.text()
    }
}

#[tokio::test]
async fn what_is_typed_into_forms_is_in_no_document_and_no_log() {
    let mut watched = Watched::start(vec![Arc::new(CanaryUtility)]).await;
    let token = watched.connect_token("canary-form-user").await;
    let entrance = [("connect_token", &*token.0), ("redirect_uri", BACK), ("state", "s")];
    let page = watched.send("entrance", post("/").form(&entrance)).await.text();
    let page = watched.form("on", &page, &[("way", "on")]).await;
    let page = watched.form("utility", &page, &[("utility", &PGE.to_string())]).await;
    let login = |password| [("username", USERNAME), ("password", password)];
    let page = watched.form("wrong login", &page, &login(WRONG_PASSWORD)).await;
    let page = watched.form("login", &page, &login(PASSWORD)).await;
    let page = watched.form("code", &page, &[("code", CODE)]).await;
    assert!(page.contains("Which meters do you share?"), "{page}");
    let page = watched.form("meters", &page, &[("way", "choose"), ("chosen", "1")]).await;
    let mark = between(&page, "href=\"/receipt/", "\"");
    let receipt = watched.send("receipt", get(&format!("/receipt/{mark}"))).await;
    assert_eq!(receipt.status, 200);
    let canaries = [
        Canary::word("the password", PASSWORD),
        Canary::word("a wrong password", WRONG_PASSWORD),
        Canary::word("the code", CODE),
        Canary::token("the connect token", &token.0).belongs("connect token"),
    ];
    watched.answers_hold_none(&canaries);
    watched.files_hold_none(&canaries, USERNAME, "answered").await;
    // It stands on the confirmation and the page itself; what is kept and logged cannot make it up.
    watched.files_hold_none(&[Canary::word("the address of a receipt", &mark)], USERNAME, "answered").await;
}
