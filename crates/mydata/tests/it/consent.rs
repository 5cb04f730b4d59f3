//! Consents and tokens: how they begin, go on and end.

use connect_core::connector::{ChallengeInput, Connector, ConnectorError, LoginState, UtilitySession};
use connect_core::secret::Secret;
use connect_core::usage::Window;
use connect_mydata::{MyDataConfig, MyDataConnector, batch_list};
use connect_sunrise::{ThirdParty, data};
use reqwest::Url;

use crate::support::{COMPANY, Custodian, STATE, config, failed, field, login};

#[test]
fn the_address_of_the_consent_is_encoded() {
    let authorize = "https://login.example.com/authorize?brand=b".to_owned();
    let config = MyDataConfig { authorize_url: authorize, ..config("https://api.example.com") };
    let address = MyDataConnector::new(config.clone()).unwrap().consent_url(STATE).unwrap();
    assert!(address.is_ascii() && !address.contains(' '), "{address}");
    let url = Url::parse(&address).unwrap();
    assert_eq!((url.host_str(), url.path()), (Some("login.example.com"), "/authorize"));
    let expected = [
        ("brand", "b"),
        ("response_type", "code"),
        ("client_id", "connect-sandbox"),
        ("redirect_uri", &config.redirect_uri),
        ("scope", &config.scope),
        ("state", STATE),
    ];
    assert_eq!(
        url.query_pairs().into_owned().collect::<Vec<_>>(),
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn there_is_no_password_to_sign_in_with() {
    let custodian = Custodian::new().await;
    let connector = &custodian.connector;
    assert_eq!(failed(connector.begin(custodian.cx(), &login()).await), ConnectorError::NotOffered);
    let state = LoginState { connector: connector.name().to_owned(), version: 1, data: Vec::new() };
    let resumed = connector.resume(custodian.cx(), state, ChallengeInput::Resend).await;
    assert_eq!(failed(resumed), ConnectorError::NotOffered);
}

#[tokio::test]
async fn a_consent_becomes_a_session_that_its_news_name() {
    let custodian = Custodian::new().await;
    for username in ["good", "elec_gas", "multi_account"] {
        let session = custodian.consent(username).await;
        let news = custodian.news.lock().unwrap().pop().unwrap();
        assert_eq!(Some(news.uri), ThirdParty::example(COMPANY).notify_uri);
        let subscription = custodian.connector.subscription(&session).unwrap();
        assert!(subscription.starts_with(&format!("{}/espi/1_1/resource/Batch/Subscription/", custodian.base)));
        assert_eq!(batch_list(news.body.as_bytes()).unwrap(), [subscription]);
        assert!(field(&session, "scope").contains("HistoryLength=24"), "what was granted is kept");
    }
}

#[tokio::test]
async fn only_the_chosen_accounts_are_there() {
    let custodian = Custodian::new().await;
    let all = data::accounts("multi_account");
    let chosen = [all[2].number.clone(), all[0].number.clone()];
    let mut back = custodian.decide_for("multi_account", "allow", &chosen).await;
    let code = Secret::new(back.remove("code").unwrap());
    let session = custodian.connector.redeem(custodian.cx(), &code).await.unwrap();
    let read = custodian.accounts(&session).await.unwrap();
    let numbers: Vec<_> = read.iter().map(|account| account.account_number.as_str()).collect();
    assert_eq!(numbers, [&all[0].number, &all[2].number]);
}

#[tokio::test]
async fn a_customer_who_declines_comes_back_without_a_code() {
    let custodian = Custodian::new().await;
    let back = custodian.decide("good", "deny").await;
    assert_eq!(back.get("error").map(String::as_str), Some("access_denied"));
    assert_eq!(back.get("state").map(String::as_str), Some(STATE));
    assert!(!back.contains_key("code"));
}

#[tokio::test]
async fn a_code_works_once_and_for_a_while() {
    let custodian = Custodian::new().await;
    let code = custodian.code("good").await;
    let session = custodian.connector.redeem(custodian.cx(), &code).await.unwrap();
    custodian.accounts(&session).await.unwrap();
    let again = custodian.connector.redeem(custodian.cx(), &code).await;
    assert_eq!(failed(again), ConnectorError::ChallengeExpired);
    // Someone else may have had it: the custodian ends what came of it.
    assert_eq!(failed(custodian.accounts(&session).await), ConnectorError::SessionExpired);
    let renewed = custodian.connector.renew(custodian.cx(), &session).await;
    assert_eq!(failed(renewed), ConnectorError::InvalidCredentials);

    let code = custodian.code("good").await;
    custodian.clock.advance(600);
    let late = custodian.connector.redeem(custodian.cx(), &code).await;
    assert_eq!(failed(late), ConnectorError::ChallengeExpired);
    for odd in ["", "x", "a.b", "&grant_type=refresh_token"] {
        let odd = custodian.connector.redeem(custodian.cx(), &Secret::new(odd)).await;
        assert_eq!(failed(odd), ConnectorError::ChallengeExpired);
    }
}

#[tokio::test]
async fn a_wrong_client_secret_is_ours_to_mend() {
    let custodian = Custodian::new().await;
    let code = custodian.code("good").await;
    let session = custodian.connector.redeem(custodian.cx(), &code).await.unwrap();
    let wrong = MyDataConfig { client_secret: Secret::new("hunter2"), ..config(&custodian.base) };
    let wrong = MyDataConnector::new(wrong).unwrap();
    let ours = ConnectorError::SiteChanged("client credentials");
    assert_eq!(failed(wrong.redeem(custodian.cx(), &code).await), ours);
    assert_eq!(failed(wrong.renew(custodian.cx(), &session).await), ours, "the customer has done nothing");
}

#[tokio::test]
async fn an_access_token_ends_and_is_renewed() {
    let custodian = Custodian::new().await;
    let session = custodian.consent("good").await;
    custodian.clock.advance(3600 - 61);
    let before = custodian.accounts(&session).await.unwrap();
    custodian.clock.advance(1);
    // The custodian would still take it, but a request takes a while.
    assert_eq!(failed(custodian.accounts(&session).await), ConnectorError::SessionExpired);
    let window = Window { from: 0, to: 1 };
    let readings = custodian.connector.readings(custodian.cx(), &session, &before[0], 0, window).await;
    assert_eq!(failed(readings), ConnectorError::SessionExpired);
    let bills = custodian.connector.bills(custodian.cx(), &session, &before[0]).await;
    assert_eq!(failed(bills), ConnectorError::SessionExpired);

    let renewed = custodian.connector.renew(custodian.cx(), &session).await.unwrap();
    assert_ne!(field(&renewed, "access"), field(&session, "access"));
    assert_eq!(custodian.accounts(&renewed).await.unwrap(), before);
    assert_eq!(custodian.connector.subscription(&renewed), custodian.connector.subscription(&session));
    // After months as well, until the consent ends.
    custodian.clock.advance(200 * 86_400);
    let renewed = custodian.connector.renew(custodian.cx(), &renewed).await.unwrap();
    custodian.accounts(&renewed).await.unwrap();
    custodian.clock.advance(200 * 86_400);
    let over = custodian.connector.renew(custodian.cx(), &renewed).await;
    assert_eq!(failed(over), ConnectorError::InvalidCredentials);
}

#[tokio::test]
async fn a_consent_that_was_taken_back_is_over() {
    let custodian = Custodian::new().await;
    let session = custodian.consent("good").await;
    custodian.accounts(&session).await.unwrap();
    custodian.revoke(&session).await;
    assert_eq!(failed(custodian.accounts(&session).await), ConnectorError::SessionExpired);
    let renewed = custodian.connector.renew(custodian.cx(), &session).await;
    assert_eq!(failed(renewed), ConnectorError::InvalidCredentials);
}

#[tokio::test]
async fn data_in_preparation_is_not_ready() {
    let custodian = Custodian::new().await;
    let session = custodian.consent("not_ready").await;
    assert_eq!(failed(custodian.accounts(&session).await), ConnectorError::NotReady);
    let after = custodian.news.lock().unwrap()[0].after;
    assert_eq!(after.as_secs(), 120, "it is announced for later");
    custodian.clock.advance(120);
    assert_eq!(custodian.accounts(&session).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_session_is_of_its_connector_and_its_consent() {
    let custodian = Custodian::new().await;
    let (one, other) = (custodian.consent("good").await, custodian.consent("elec_gas").await);
    let elsewhere = MyDataConnector::new(MyDataConfig { name: "elsewhere", ..config(&custodian.base) }).unwrap();
    assert_eq!(failed(elsewhere.accounts(custodian.cx(), &one).await), ConnectorError::StaleState);
    assert_eq!(failed(elsewhere.renew(custodian.cx(), &one).await), ConnectorError::StaleState);
    assert_eq!(elsewhere.subscription(&one), None);
    // A token that does not open what it is sent to.
    let mut mixed: serde_json::Value = serde_json::from_slice(&one.data).unwrap();
    mixed["customer"] = field(&other, "customer").into();
    let mixed = UtilitySession { data: serde_json::to_vec(&mixed).unwrap(), ..one };
    assert_eq!(failed(custodian.accounts(&mixed).await), ConnectorError::InvalidCredentials);
}

#[tokio::test]
async fn a_consent_that_is_given_back_is_over_at_the_utility() {
    let custodian = Custodian::new().await;
    let session = custodian.consent("good").await;
    custodian.connector.give_back(custodian.cx(), &session).await.unwrap();
    assert_eq!(failed(custodian.accounts(&session).await), ConnectorError::SessionExpired);
    let renewed = custodian.connector.renew(custodian.cx(), &session).await;
    assert_eq!(failed(renewed), ConnectorError::InvalidCredentials);
}
