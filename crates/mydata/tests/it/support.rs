//! Custodians on ports of their own, and the browser of a customer.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the browser goes where it likes")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use connect_core::clock::{Clock, ManualClock};
use connect_core::connector::{Connector, ConnectorError, Login, LoginContext, RemoteAccount, UtilitySession};
use connect_core::secret::Secret;
use connect_mydata::{MyDataConfig, MyDataConnector, Timeouts};
use connect_sunrise::{Notification, NotificationSink, SunriseConfig, ThirdParty, data};
use jiff::Timestamp;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use tokio::net::TcpListener;

/// Where Connect would be: nothing is ever sent there.
pub(crate) const COMPANY: &str = "http://127.0.0.1:9";
pub(crate) const STATE: &str = "state & more/=+é";

/// Sunrise with a clock that stands still, and a connector to it.
pub(crate) struct Custodian {
    pub(crate) base: String,
    pub(crate) clock: ManualClock,
    pub(crate) connector: MyDataConnector,
    pub(crate) news: Arc<Mutex<Vec<Notification>>>,
}

pub(crate) fn now() -> Timestamp {
    "2026-11-10T18:00:00Z".parse().unwrap()
}

pub(crate) fn context(now: Timestamp) -> LoginContext {
    LoginContext { utility: 7, now, attended: false }
}

/// Serves what is made for the address on a port of its own.
pub(crate) async fn serve(router: impl FnOnce(&str) -> Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = router(&base);
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

pub(crate) fn config(base: &str) -> MyDataConfig {
    MyDataConfig::sunrise(base, &ThirdParty::example(COMPANY).redirect_uri)
}

pub(crate) fn connector(base: &str) -> MyDataConnector {
    MyDataConnector::new(config(base)).unwrap()
}

/// A connector that soon loses patience.
pub(crate) fn impatient(base: &str) -> MyDataConnector {
    let timeouts = Timeouts { request: Duration::from_millis(300), ..Timeouts::default() };
    MyDataConnector::new(MyDataConfig { timeouts, ..config(base) }).unwrap()
}

impl Custodian {
    pub(crate) async fn new() -> Self {
        let clock = ManualClock::at(now());
        let news: Arc<Mutex<Vec<Notification>>> = Arc::default();
        let sink = news.clone();
        let base = serve(|base| {
            let mut sunrise = SunriseConfig::new(base);
            sunrise.clock = Arc::new(clock.clone());
            sunrise.third_parties.push(ThirdParty::example(COMPANY));
            sunrise.notifications = Some(NotificationSink::new(move |one| sink.lock().unwrap().push(one)));
            connect_sunrise::router(sunrise)
        })
        .await;
        Self { connector: connector(&base), base, clock, news }
    }

    pub(crate) fn cx(&self) -> LoginContext {
        context(self.clock.now())
    }

    /// What the customer comes back with after a decision about all accounts of the login.
    pub(crate) async fn decide(&self, username: &str, decision: &str) -> BTreeMap<String, String> {
        let numbers = data::accounts(username).into_iter().map(|account| account.number);
        self.decide_for(username, decision, &numbers.collect::<Vec<_>>()).await
    }

    pub(crate) async fn decide_for(
        &self,
        username: &str,
        decision: &str,
        accounts: &[String],
    ) -> BTreeMap<String, String> {
        let mut browser = Browser::new(&self.base);
        let page = browser.get(&self.connector.consent_url(STATE).unwrap()).await;
        assert!(page.contains("data-page=\"login\""), "{page}");
        let page = browser.post("/login", &[("username", username), ("password", "password")]).await;
        assert!(page.contains("data-page=\"consent\""), "{page}");
        let mut fields = vec![("decision", decision), ("months", "24")];
        for name in ["response_type", "client_id", "redirect_uri", "scope", "state"] {
            fields.push((name, ""));
        }
        fields.extend(accounts.iter().map(|number| ("account", number.as_str())));
        browser.post("/oauth/authorize", &fields).await;
        let back = browser.left_to.expect("the customer comes back");
        let redirect = ThirdParty::example(COMPANY).redirect_uri;
        assert!(back.as_str().starts_with(&format!("{redirect}?")), "{back}");
        back.query_pairs().into_owned().collect()
    }

    /// The code of a consent.
    pub(crate) async fn code(&self, username: &str) -> Secret {
        let mut back = self.decide(username, "allow").await;
        assert_eq!(back.get("state").map(String::as_str), Some(STATE));
        Secret::new(back.remove("code").unwrap())
    }

    pub(crate) async fn consent(&self, username: &str) -> UtilitySession {
        let code = self.code(username).await;
        self.connector.redeem(self.cx(), &code).await.unwrap()
    }

    pub(crate) async fn accounts(&self, session: &UtilitySession) -> Result<Vec<RemoteAccount>, ConnectorError> {
        self.connector.accounts(self.cx(), session).await
    }

    /// The customer takes the consent back.
    pub(crate) async fn revoke(&self, session: &UtilitySession) {
        let client = Client::builder().no_proxy().build().unwrap();
        let request = client.delete(field(session, "authorization")).bearer_auth(field(session, "access"));
        assert_eq!(request.send().await.unwrap().status(), 204);
    }
}

/// A field of a session's bytes.
pub(crate) fn field(session: &UtilitySession, name: &str) -> String {
    let value: serde_json::Value = serde_json::from_slice(&session.data).unwrap();
    value[name].as_str().unwrap().to_owned()
}

pub(crate) fn login() -> Login {
    Login { username: "good".to_owned(), password: Secret::new("password") }
}

#[track_caller]
pub(crate) fn failed<T>(answer: Result<T, ConnectorError>) -> ConnectorError {
    answer.err().expect("an error")
}

/// A browser at one site, as far as forms go.
pub(crate) struct Browser {
    client: Client,
    base: String,
    cookies: BTreeMap<String, String>,
    /// The page it is on.
    page: String,
    /// Where a redirect led that left the site.
    pub(crate) left_to: Option<Url>,
}

impl Browser {
    pub(crate) fn new(base: &str) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let base = base.to_owned();
        Self { client, base, cookies: BTreeMap::new(), page: String::new(), left_to: None }
    }

    pub(crate) async fn get(&mut self, address: &str) -> String {
        let request = self.client.get(address).header(COOKIE, self.jar());
        self.follow(request.send().await.unwrap()).await
    }

    /// Sends a form of the page. A field without a value has the one that is in the page.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.value("csrf"));
        for (name, value) in fields {
            let own = if value.is_empty() { self.value(name) } else { (*value).to_owned() };
            form.append_pair(name, &own);
        }
        let request = self.client.post(format!("{}{path}", self.base)).header(COOKIE, self.jar());
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let answer = request.header(kind.0, kind.1).body(form.finish()).send().await.unwrap();
        self.follow(answer).await
    }

    fn jar(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// The value of a hidden field.
    fn value(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.page.split_once(&start).unwrap_or_else(|| panic!("no {name} in {}", self.page));
        rest.split_once('"').unwrap().0.replace("&amp;", "&")
    }

    async fn follow(&mut self, mut answer: Response) -> String {
        loop {
            for cookie in answer.headers().get_all(SET_COOKIE) {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(to) = answer.headers().get(LOCATION) else {
                self.page = answer.text().await.unwrap();
                return self.page.clone();
            };
            let to = answer.url().join(to.to_str().unwrap()).unwrap();
            if !to.as_str().starts_with(&self.base) {
                self.left_to = Some(to);
                return String::new();
            }
            answer = self.client.get(to).header(COOKIE, self.jar()).send().await.unwrap();
        }
    }
}
