//! Feeds that are not written as Sunrise writes them.

use connect_core::connector::{Connector, ConnectorError, MeterKind, RemoteAccount, UtilitySession};
use connect_core::usage::Window;

use crate::fake::{CUSTOMER, DATA, Fake, json_answer, status, tokens, xml};
use crate::support::{context, failed, now};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const ESPI: &str = "http://naesb.org/espi";
const RETAIL: &str = "http://naesb.org/espi/customer";

fn entry(href: &str, title: &str, content: &str) -> String {
    let up = href.rsplit_once('/').map_or("", |(up, _)| up);
    format!(
        "<entry><link rel=\"self\" href=\"{href}\"/><link rel=\"up\" href=\"{up}\"/><title>{title}</title>\
         <content>{content}</content></entry>"
    )
}

fn feed(entries: &[String]) -> String {
    format!("<feed xmlns=\"{ATOM}\">{}</feed>", entries.concat())
}

/// A usage point with one reading of an hour, at noon of the day before.
fn point(id: &str, kind: u8, value: i64) -> String {
    let base = format!("https://elsewhere.test/Subscription/5/UsagePoint/{id}");
    let (uom, power) = if kind == 0 { (72, 0) } else { (169, -3) };
    let start = noon();
    [
        entry(
            &base,
            &format!("Meter {id}"),
            &format!(
                "<UsagePoint xmlns=\"{ESPI}\"><ServiceCategory><kind>{kind}</kind></ServiceCategory></UsagePoint>"
            ),
        ),
        entry(&format!("{base}/MeterReading/1"), "", &format!("<MeterReading xmlns=\"{ESPI}\"/>"))
            .replace("<title>", &format!("<link rel=\"related\" href=\"/ReadingType/{kind}\"/><title>")),
        entry(
            &format!("/ReadingType/{kind}"),
            "",
            &format!(
                "<ReadingType xmlns=\"{ESPI}\"><accumulationBehaviour>4</accumulationBehaviour>\
                 <powerOfTenMultiplier>{power}</powerOfTenMultiplier><uom>{uom}</uom></ReadingType>"
            ),
        ),
        entry(
            &format!("{base}/MeterReading/1/IntervalBlock/1"),
            "",
            &format!(
                "<IntervalBlock xmlns=\"{ESPI}\"><IntervalReading><timePeriod><duration>3600</duration>\
                 <start>{start}</start></timePeriod><value>{value}</value></IntervalReading></IntervalBlock>"
            ),
        ),
    ]
    .concat()
}

fn noon() -> i64 {
    now().as_second() - 30 * 3600
}

fn account(number: &str) -> String {
    let content = format!("<CustomerAccount xmlns=\"{RETAIL}\"><accountId>{number}</accountId></CustomerAccount>");
    entry(&format!("/Customer/1/CustomerAccount/{number}"), "", &content)
}

fn location(number: &str, street: &str, points: &[&str]) -> String {
    let points = points.iter().map(|id| format!("<UsagePoint>/Subscription/5/UsagePoint/{id}</UsagePoint>"));
    let content = format!(
        "<ServiceLocation xmlns=\"{RETAIL}\"><mainAddress><streetDetail><number>1</number><name>{street}</name>\
         </streetDetail><townDetail><name>Town</name><stateOrProvince>ZZ</stateOrProvince></townDetail>\
         </mainAddress><UsagePoints>{}</UsagePoints></ServiceLocation>",
        points.collect::<String>()
    );
    entry(&format!("/Customer/1/CustomerAccount/{number}/ServiceLocation/1"), "", &content)
}

/// A custodian with these feeds.
async fn custodian(customer: &[String], data: &[String]) -> (Fake, UtilitySession) {
    let (customer, data) = (feed(customer), feed(data));
    let fake = Fake::with_data(move |asked| match asked.path.as_str() {
        CUSTOMER => xml(customer.clone()),
        DATA => xml(data.clone()),
        _ => status(404),
    })
    .await;
    let session = fake.session().await;
    (fake, session)
}

async fn accounts(fake: &Fake, session: &UtilitySession) -> Result<Vec<RemoteAccount>, ConnectorError> {
    fake.connector.accounts(context(now()), session).await
}

/// The values of a meter.
async fn values(fake: &Fake, session: &UtilitySession, account: &RemoteAccount, meter: usize) -> Vec<i64> {
    let window = Window { from: now().as_second() - 7 * 86_400, to: now().as_second() };
    let series = fake.connector.readings(context(now()), session, account, meter, window).await.unwrap();
    series.iter().flat_map(|series| &series.readings).map(|reading| reading.raw).collect()
}

#[tokio::test]
async fn meters_without_ids_of_their_own_get_ones_that_stay() {
    let customer =
        [account("007"), location("007", "Low", &["12", "9"]), account("8"), location("8", "High", &["3"])];
    let data = [point("3", 0, 300), point("12", 1, 1200), point("9", 0, 900)];
    let (fake, session) = custodian(&customer, &data).await;
    let read = accounts(&fake, &session).await.unwrap();
    let shown: Vec<_> = read.iter().map(|a| (a.account_number.as_str(), a.address.as_str())).collect();
    assert_eq!(shown, [("007", "1 Low, Town, ZZ"), ("8", "1 High, Town, ZZ")]);
    let kinds: Vec<_> = read[0].meters.iter().map(|meter| meter.kind).collect();
    assert_eq!(kinds, [MeterKind::Electric, MeterKind::Gas]);
    assert_eq!(values(&fake, &session, &read[0], 0).await, [900]);
    assert_eq!(values(&fake, &session, &read[0], 1).await, [1200]);
    assert_eq!(values(&fake, &session, &read[1], 0).await, [300]);
    // The same in another order.
    let (fake, session) =
        custodian(&customer, &[point("9", 0, 900), point("12", 1, 1200), point("3", 0, 300)]).await;
    assert_eq!(accounts(&fake, &session).await.unwrap(), read);
}

#[tokio::test]
async fn a_stretch_is_asked_for_in_seconds_with_the_token() {
    let customer = [account("1"), location("1", "Low", &["9"])];
    let (fake, session) = custodian(&customer, &[point("9", 0, 900)]).await;
    accounts(&fake, &session).await.unwrap();
    let asked = fake.last();
    assert_eq!((asked.path.as_str(), asked.header("authorization")), (DATA, "Bearer access-secret"));
    let query: Vec<_> = asked.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (from, to) = ((now().as_second() - 7 * 86_400).to_string(), now().as_second().to_string());
    assert_eq!(query, [("published-max", to.as_str()), ("published-min", from.as_str()), ("v", "1")]);
}

#[tokio::test]
async fn readings_outside_of_the_window_are_left_out() {
    let customer = [account("1"), location("1", "Low", &["9"])];
    let (fake, session) = custodian(&customer, &[point("9", 0, 900)]).await;
    let read = accounts(&fake, &session).await.unwrap();
    for (from, to, count) in [(0, 1, 1), (0, 0, 0), (1, 3600, 0), (-3600, 0, 0), (-1, 1, 1)] {
        let window = Window { from: noon() + from, to: noon() + to };
        let series = fake.connector.readings(context(now()), &session, &read[0], 0, window).await.unwrap();
        let readings: usize = series.iter().map(|series| series.readings.len()).sum();
        assert_eq!(readings, count, "{from} {to}");
    }
}

#[tokio::test]
async fn a_single_account_has_all_that_is_metered() {
    // No links to usage points at all.
    let customer = [account("0042"), location("0042", "Low", &[])];
    let (fake, session) = custodian(&customer, &[point("9", 0, 900), point("10", 2, 5)]).await;
    let read = accounts(&fake, &session).await.unwrap();
    assert_eq!((read.len(), read[0].account_number.as_str(), read[0].meters.len()), (1, "0042", 1));
    assert_eq!(read[0].meters[0].kind, MeterKind::Electric, "water is not kept");
    // Of two accounts nobody knows which it is.
    let customer = [account("1"), location("1", "Low", &[]), account("2"), location("2", "High", &[])];
    let (fake, session) = custodian(&customer, &[point("9", 0, 900)]).await;
    assert_eq!(failed(accounts(&fake, &session).await), ConnectorError::SiteChanged("meters of an account"));
}

#[tokio::test]
async fn without_a_feed_of_the_customer_there_is_one_account() {
    let data = feed(&[point("12", 0, 1200), point("9", 0, 900)]);
    let fake = Fake::new(move |base, asked| {
        if asked.path == DATA {
            return xml(data.clone());
        }
        let mut value = tokens(base);
        value.as_object_mut().unwrap().remove("customerResourceURI");
        json_answer(&value)
    })
    .await;
    let session = fake.session().await;
    let read = accounts(&fake, &session).await.unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!((read[0].account_number.as_str(), read[0].address.as_str()), ("", "Meter 9"));
    assert_eq!(values(&fake, &session, &read[0], 1).await, [1200]);
}

#[tokio::test]
async fn a_consent_without_data_has_no_accounts() {
    let customer = [account("1"), location("1", "Low", &["9"])];
    let text = feed(&customer);
    let fake =
        Fake::with_data(move |asked| if asked.path == CUSTOMER { xml(text.clone()) } else { status(204) }).await;
    let session = fake.session().await;
    assert_eq!(failed(accounts(&fake, &session).await), ConnectorError::NoAccounts);
    assert!(fake.count() < 15, "the past is looked through, and no further");
}
