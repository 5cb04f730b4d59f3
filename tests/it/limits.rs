//! Limits of what the pages ask.

use connect::calls::CallError;
use connect::calls::load::Load;
use connect::calls::search::Search;
use connect_server::limits::{ADDRESS, RUN};
use connect_wire::{FlowView, Hidden, UtilityCard};

use crate::support::{Home, Site, call};

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

/// The pages, the files and the calls that bring no run, of one address. The program is behind a proxy that it is told
/// of; the clock runs, so what comes back meanwhile is a few a second.
#[test]
fn one_address_is_limited_at_pages_and_files_also_behind_the_proxy() {
    let home = Home::new();
    let running = home.start(&[("CONNECT_TRUSTED_PROXY", "127.0.0.1")]);
    let ask = |line: &str, address: &str| {
        running.send(&format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: {address}\r\n\
             Content-Length: 0\r\n\r\n"
        ))
    };
    let status = |answer: &str| answer.split(' ').nth(1).unwrap().parse::<u16>().unwrap();
    for (number, line) in
        ["GET /connect/frame?s=x", "POST /_connect/file", "POST /_connect/load"].iter().enumerate()
    {
        let address = format!("192.0.2.{}", number + 1);
        let mut answers = 0;
        let refused = loop {
            let answer = ask(line, &address);
            if status(&answer) == 429 {
                break answer;
            }
            answers += 1;
            assert!(answers < 100_000, "nothing limits {line}");
        };
        assert!(answers >= ADDRESS.burst, "{line}: {answers}");
        assert!(refused.to_lowercase().contains("\r\nretry-after: "), "{refused}");
        assert_ne!(status(&ask(line, "192.0.2.99")), 429, "{line}: another address");
    }
}

/// The same without being told: everybody is the proxy, and the log says so, once.
#[test]
fn a_proxy_that_is_not_named_is_told_of_in_the_log() {
    let home = Home::new();
    let running = home.start(&[]);
    let ask = |header: &str| {
        running.send(&format!("GET /utilities HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n"));
    };
    ask("");
    ask("X-Forwarded-For: 192.0.2.1\r\n");
    ask("X-Forwarded-For: 192.0.2.2\r\n");
    let (_, said) = running.stop("TERM");
    assert_eq!(said.matches("trusted-proxy").count(), 1, "{said}");
}
