//! Limits of what the pages ask.

use connect::calls::CallError;
use connect::calls::load::Load;
use connect::calls::search::Search;
use connect_server::limits::RUN;
use connect_wire::{FlowView, Hidden, UtilityCard};

use crate::support::{Site, call};

/// One run that calls without end. The clock runs here: what comes back meanwhile is a few a second.
#[tokio::test]
async fn a_run_that_calls_without_end_is_told_to_wait_and_another_is_not() {
    let site = Site::start().await;
    let token = Hidden(site.connect_token("u").await.expose().to_owned());
    let other = Hidden(site.connect_token("v").await.expose().to_owned());
    let mut answers = 0;
    let refused = loop {
        let answer = site.send(call(&Search { token: token.clone(), query: "p".into() })).await;
        if answer.status != 200 {
            break answer;
        }
        answer.returned::<Vec<UtilityCard>>();
        answers += 1;
        assert!(answers < 100_000, "nothing limits it");
    };
    assert!(answers >= RUN.burst, "{answers}");
    assert_eq!((refused.status, refused.failed()), (429, CallError::Internal));
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
    site.send(call(&Load { token: other })).await.returned::<FlowView>();
}
