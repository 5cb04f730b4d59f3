//! A customer's own file: of what is in it only what was read is kept, and sealed until it is linked.

use std::sync::Arc;

use connect::calls::Way;
use connect::calls::go::Go;
use connect::calls::load::Load;
use connect_wire::Screen;

use super::Watched;
use super::search::Canary;
use super::utility::CanaryUtility;
use crate::support::{CHEROKEE, post};

const FILE: &str = include_str!("../../../crates/greenbutton/tests/samples/GETBatchSampleEUI.xml");
const NOTE: &str = "canary-NOTE-in-a-file-8c3a";
const GARBAGE: &str = "canary-GARBAGE-in-a-file-1d77";

#[tokio::test]
async fn what_a_file_holds_beside_the_data_is_nowhere() {
    let mut watched = Watched::start(vec![Arc::new(CanaryUtility)]).await;
    let token = watched.connect_token("canary-file-user").await;
    let view = watched.choose(&token, CHEROKEE).await;
    let mut view = watched.step(&Go { token: token.clone(), step: view.step, way: Way::UseFile }).await;
    let start = FILE.find("<feed").unwrap();
    let noted = format!("{}<!-- {NOTE} -->{}<!-- {NOTE} -->", &FILE[..start], &FILE[start..]);
    for file in [GARBAGE.to_owned(), format!("<feed>{GARBAGE}</feed>"), noted] {
        let call = post("/_connect/file")
            .header("authorization", &format!("Bearer {}", &*token.0))
            .header("x-connect-step", &view.step.to_string())
            .header("x-connect-size", &file.len().to_string())
            .body("application/octet-stream", file);
        let answer = watched.send("file", call).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        view = watched.step(&Load { token: token.clone() }).await;
    }
    let canaries = [
        Canary::word("a note in the file", NOTE),
        Canary::word("a file that is none", GARBAGE),
        Canary::token("the connect token", &token.0).belongs("connect token"),
    ];
    watched.files_hold_none(&canaries, "canary-file-user", "answered").await;
    let view = watched.step(&Go { token: token.clone(), step: view.step, way: Way::LinkFile }).await;
    assert!(matches!(view.screen, Screen::Linked { .. }), "{view:?}");
    watched.answers_hold_none(&canaries);
    watched.files_hold_none(&canaries, "canary-file-user", "answered").await;
}
