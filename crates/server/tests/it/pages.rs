//! Long answers in pages.

use std::sync::Arc;

use async_trait::async_trait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, MeterKind,
    RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_core::usage::{Flow, Grain, Quality, Reading, Scale, Series, SeriesKind, Unit, Window, month_of};
use serde_json::Value;

use crate::support::{Answer, Linked, PGE, get};

const METER: &str = "ea120000-0000-0000-0000-000000000000";
/// The start of the tests' day: 2026-03-01T12:00:00Z.
const NOW: i64 = 1_772_366_400;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// 2026-01-01T00:00Z.
const JANUARY: i64 = 1_767_225_600;
const FEBRUARY: i64 = JANUARY + 31 * DAY;

/// A utility whose account has two meters: one counts both ways; of the other there are hours, days
/// and billing periods, which lean on each other over the ends of months.
struct TwoMeters;

/// The readings of a meter: direction, length, starts.
fn readings(meter: usize) -> Vec<(Flow, i64, Vec<i64>)> {
    let steps = |from: i64, to: i64, step: i64| (from..to).step_by(step as usize).collect::<Vec<_>>();
    if meter == 0 {
        let mut delivered = steps(JANUARY - 10 * DAY, FEBRUARY + 10 * DAY, HOUR);
        // A gap of a day and a half over the end of a month.
        delivered.retain(|start| !(FEBRUARY - DAY..FEBRUARY + 12 * HOUR).contains(start));
        let received = steps(JANUARY - 5 * DAY, FEBRUARY + 20 * DAY, HOUR);
        return vec![(Flow::Delivered, HOUR, delivered), (Flow::Received, HOUR, received)];
    }
    vec![
        // The last one reaches into January, where there are hours: it is not shown.
        (Flow::Delivered, 30 * DAY, vec![JANUARY - 83 * DAY, JANUARY - 22 * DAY]),
        // The last hour reaches into February, on the first day there: that day is not shown.
        (Flow::Delivered, HOUR, steps(JANUARY + 5 * HOUR / 2, FEBRUARY, HOUR)),
        (Flow::Delivered, DAY, steps(FEBRUARY, FEBRUARY + 20 * DAY, DAY)),
    ]
}

#[async_trait]
impl Connector for TwoMeters {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    async fn begin(&self, _: LoginContext, _: &Login) -> Result<LoginStep, ConnectorError> {
        Ok(LoginStep::Done(UtilitySession { connector: "sandbox".into(), version: 1, data: vec![] }))
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        _: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        Err(ConnectorError::StaleState)
    }

    async fn accounts(&self, _: LoginContext, _: &UtilitySession) -> Result<Vec<RemoteAccount>, ConnectorError> {
        let meter = RemoteMeter { public_id: None, kind: MeterKind::Electric };
        Ok(vec![RemoteAccount {
            public_id: None,
            account_number: "0042".into(),
            address: "1 TEST ST".into(),
            meters: vec![meter.clone(), meter],
        }])
    }

    async fn readings(
        &self,
        _: LoginContext,
        _: &UtilitySession,
        _: &RemoteAccount,
        meter: usize,
        window: Window,
    ) -> Result<Vec<Series>, ConnectorError> {
        let series = |(flow, length, starts): (Flow, i64, Vec<i64>)| {
            let reading = |start: i64| Reading {
                start,
                duration: length as u32,
                raw: 1 + start / HOUR % 1000,
                quality: Quality::Measured,
            };
            let starts = starts.into_iter().filter(|start| window.contains(*start));
            Series {
                kind: SeriesKind {
                    flow,
                    grain: Grain::of(length as u32),
                    scale: Scale { unit: Unit::WattHour, exponent: 0 },
                },
                readings: starts.map(reading).collect(),
            }
        };
        Ok(readings(meter).into_iter().map(series).collect())
    }
}

/// The target of `Link: <…>; rel="next"`, if there is one.
fn next_link(answer: &Answer) -> Option<String> {
    let link = answer.header("link");
    (!link.is_empty()).then(|| {
        let (target, relation) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
        assert_eq!(relation, "; rel=\"next\"");
        target.to_owned()
    })
}

/// All pages of a question, each with at most `limit` intervals, by the links.
async fn pages(linked: &Linked, path: &str, limit: usize) -> Vec<Answer> {
    let mut pages = Vec::new();
    let mut next = Some(format!("{path}&limit={limit}"));
    while let Some(path) = next {
        let page = linked.get(&path).await;
        next = next_link(&page);
        pages.push(page);
    }
    pages
}

fn intervals(body: &Value) -> Vec<Value> {
    body["intervals"].as_array().unwrap().clone()
}

#[tokio::test]
async fn pages_put_together_are_the_whole_with_several_meters_and_both_directions() {
    let linked = Linked::synced_with(Arc::new(TwoMeters)).await;
    let account = linked.account().await;
    let ask = |from: i64, to: i64| {
        format!("/intervals?account_id={account}&type=ELECTRIC&start_date={from}&end_date={to}")
    };
    for (from, to, count, limits) in [
        // The second meter: a period, 742 hours, 19 days.
        (NOW - 300 * DAY, NOW, 61 * 24 + 1 + 742 + 19, &[7, 100, 1224, 1225, 100_000][..]),
        // Around what leans on each other, one by one.
        (FEBRUARY - 2 * HOUR, FEBRUARY + 3 * HOUR, 5 + 2, &[1, 2, 3]),
        (FEBRUARY, FEBRUARY + 3 * DAY, 3 * 24 + 3, &[1, 73, 75]),
        (JANUARY - 30 * DAY, JANUARY + 4 * HOUR, 10 * 24 + 4 + 2, &[1, 245, 246]),
        (JANUARY - 30 * DAY, JANUARY, 10 * 24 + 1, &[1, 241]),
    ] {
        let whole = linked.get(&ask(from, to)).await;
        assert_eq!(next_link(&whole), None);
        let whole = whole.ok();
        assert!(whole.get("next_cursor").is_none());
        assert_eq!(intervals(&whole).len(), count, "{from} to {to}");
        for limit in limits {
            let pages = pages(&linked, &ask(from, to), *limit).await;
            assert_eq!(pages.len(), count.div_ceil(*limit), "no empty page at the end");
            let bodies: Vec<_> = pages.iter().map(Answer::ok).collect();
            let (last, others) = bodies.split_last().unwrap();
            assert!(last.get("next_cursor").is_none());
            assert!(others.iter().all(|page| intervals(page).len() == *limit && page["next_cursor"].is_string()));
            assert!(bodies.iter().flat_map(intervals).eq(intervals(&whole)), "{limit}");
            for page in &bodies {
                assert_eq!((&page["account"], &page["time_zone"]), (&whole["account"], &whole["time_zone"]));
            }
        }
    }
}

#[tokio::test]
async fn csv_pages_put_together_are_the_whole() {
    let linked = Linked::synced_with(Arc::new(TwoMeters)).await;
    let account = linked.account().await;
    let path = format!("/intervals?account_id={account}&type=ELECTRIC&start_date={}", JANUARY - 5 * DAY);
    let csv = async |path: &str| {
        let answer = linked.app.send(linked.call(path).header("accept", "text/csv")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        (text.lines().map(str::to_owned).collect::<Vec<_>>(), next_link(&answer))
    };
    let (whole, _) = csv(&path).await;
    let mut together = vec![whole[0].clone()];
    let mut next = Some(format!("{path}&limit=500"));
    while let Some(path) = next {
        let (mut lines, link) = csv(&path).await;
        assert_eq!(lines.remove(0), whole[0], "every page is a file of its own");
        assert!(lines.len() <= 500);
        together.append(&mut lines);
        next = link;
    }
    assert!(together == whole, "{} and {} lines", together.len(), whole.len());
}

#[tokio::test]
async fn both_paths_and_both_ways_to_ask_have_pages() {
    let linked = Linked::synced("user@pelm.com").await;
    let dates = format!("start_date={}&end_date={}", NOW - 3 * DAY, NOW - 2 * DAY);
    let account = "ea100000-0000-0000-0000-000000000000";
    let whole = linked.intervals(&format!("meter_id={METER}&{dates}")).await;
    for path in [
        format!("/intervals?meter_id={METER}&{dates}"),
        format!("/intervals?account_id={account}&type=ELECTRIC&{dates}"),
        format!("/accounts/{account}/intervals?{dates}"),
    ] {
        let pages = pages(&linked, &path, 40).await;
        let all: Vec<_> = pages.iter().flat_map(|page| intervals(&page.ok())).collect();
        assert_eq!((pages.len(), all), (3, whole.clone()), "{path}");
        // The cursor alone gives all that is left.
        let cursor = pages[0].ok()["next_cursor"].as_str().unwrap().to_owned();
        let rest = linked.get(&format!("{path}&cursor={cursor}")).await;
        assert_eq!((intervals(&rest.ok()), next_link(&rest)), (whole[40..].to_vec(), None));
    }
}

#[tokio::test]
async fn a_cursor_of_other_parameters_or_of_nobody_is_refused() {
    let linked = Linked::synced("user@pelm.com").await;
    let path = format!("/intervals?meter_id={METER}&start_date={}", NOW - 3 * DAY);
    let cursor = linked.get(&format!("{path}&limit=5")).await.ok()["next_cursor"].as_str().unwrap().to_owned();
    linked.get(&format!("{path}&cursor={cursor}&limit=7")).await.ok();
    for other in [
        format!("{path}&cursor=1"),
        format!("{path}&cursor={}", &cursor[1..]),
        format!("{path}&cursor={cursor}A"),
        format!("/intervals?meter_id={METER}&cursor={cursor}"),
        format!("/intervals?meter_id={METER}&start_date={}&cursor={cursor}", NOW - 4 * DAY),
        format!("{path}&end_date={NOW}&cursor={cursor}"),
        format!(
            "/intervals?meter_id=ea210000-0000-0000-0000-000000000000&start_date={}&cursor={cursor}",
            NOW - 3 * DAY
        ),
        format!("{path}&limit=0"),
        format!("{path}&limit=100001"),
        format!("{path}&limit=many"),
    ] {
        let answer = linked.get(&other).await;
        answer.refused(400, "parameter_invalid");
        assert!(answer.message().contains("'cursor'") || answer.message().contains("'limit'"), "{answer:?}");
    }
    // Another customer, whose meter has the same id.
    let mut other = linked.app.customer(&linked.company, "other").await;
    other.go_to_credentials(PGE).await;
    other.sign_in("username_good@gmail.com", "password_good").await;
    let token = linked.app.exchange(&linked.company, &other.code().await).await;
    linked.sync().await;
    let ask = |path: String| linked.app.send(get(&path).by(&linked.company).bearer(&token));
    ask(path.clone()).await.ok();
    ask(format!("{path}&cursor={cursor}")).await.refused(400, "parameter_invalid");
}

#[tokio::test]
async fn a_cursor_outlives_new_data_and_keeps_the_time_of_the_first_page() {
    let linked = Linked::synced("user@pelm.com").await;
    // Without dates: the two months before the question.
    let path = format!("/intervals?meter_id={METER}");
    let whole = linked.intervals(&format!("meter_id={METER}")).await;
    let first = linked.get(&format!("{path}&limit=1000")).await;
    linked.app.place.clock.advance(26 * 3600);
    linked.sync().await;
    let mut together = intervals(&first.ok());
    let mut next = next_link(&first);
    while let Some(path) = next {
        let page = linked.get(&path).await;
        together.append(&mut intervals(&page.ok()));
        next = next_link(&page);
    }
    // What was published meanwhile belongs to the time that was asked about, up to its end at 12:00Z.
    assert_eq!(together[..whole.len()], whole);
    assert_eq!(together.len(), whole.len() + 16);
}

#[tokio::test]
async fn a_page_has_a_tag_of_its_own() {
    let linked = Linked::synced("user@pelm.com").await;
    let path = format!("/intervals?meter_id={METER}");
    // Off the beginning of an interval.
    linked.app.place.clock.advance(10);
    let pages = pages(&linked, &path, 500).await;
    assert!(pages.len() > 2 && pages.iter().all(|page| page.status == 200));
    let tags: std::collections::HashSet<_> = pages.iter().map(|page| page.header("etag")).collect();
    assert_eq!(tags.len(), pages.len());
    // A moment later the same question has the same answer, though the time it is about has moved.
    linked.app.place.clock.advance(10);
    let again = linked.call(&format!("{path}&limit=500")).header("if-none-match", pages[0].header("etag"));
    let again = linked.app.send(again).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert!(next_link(&again).is_some());
}

#[tokio::test]
async fn a_page_reads_only_the_months_that_it_needs() {
    let linked = Linked::synced("user@pelm.com").await;
    let from = NOW - 365 * DAY;
    let path = format!("/intervals?meter_id={METER}&start_date={from}&end_date={NOW}");
    let damage = format!("UPDATE reading_chunks SET data = x'00' WHERE month <> {}", month_of(from));
    assert!(linked.app.place.meddle(&damage) > 12);
    let first = linked.get(&format!("{path}&limit=1000")).await;
    assert_eq!(intervals(&first.ok()).len(), 1000);
    let second = linked.get(&next_link(&first).unwrap()).await;
    assert_eq!(intervals(&second.ok()).len(), 1000);
    linked.get(&path).await.refused(500, "internal_error");
}
