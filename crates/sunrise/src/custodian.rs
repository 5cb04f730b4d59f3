//! Green Button Connect My Data, from the side of the utility: consent, tokens, and the data.

mod authorize;
mod resource;
mod retail;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::config::{App, ThirdParty, locked};
use crate::data::{Account, accounts};
use crate::espi::escaped;

/// Seconds after the consent for which `not_ready` has no data.
const NOT_READY_SECONDS: i64 = 120;

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/oauth/authorize", get(authorize::show).post(authorize::submit))
        .route("/oauth/token", post(token::submit))
        .route("/espi/1_1/resource/Batch/Subscription/{id}", get(resource::subscription))
        .route("/espi/1_1/resource/Batch/RetailCustomer/{id}", get(resource::retail_customer))
        .route("/espi/1_1/resource/Authorization/{id}", get(resource::authorization).delete(resource::give_back))
}

/// What a customer has agreed to. It is part of every token.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Grant {
    /// Identifier of authorization and subscription.
    id: String,
    client_id: String,
    login: String,
    /// Numbers of the accounts.
    accounts: Vec<String>,
    /// First day of the data.
    start: Date,
    /// When the customer agreed, in seconds since 1970.
    agreed: i64,
}

impl Grant {
    /// The accounts, as far as the login still has them.
    fn accounts(&self) -> Vec<Account> {
        let chosen = |account: &Account| self.accounts.contains(&account.number);
        accounts(&self.login).into_iter().filter(chosen).collect()
    }

    fn ready_at(&self) -> i64 {
        self.agreed + if self.login == "not_ready" { NOT_READY_SECONDS } else { 0 }
    }

    fn is_ready(&self, now: Timestamp) -> bool {
        now.as_second() >= self.ready_at()
    }

    fn is_revoked(&self, app: &App) -> bool {
        locked(&app.revoked).contains(&self.id)
    }

    fn resource_uri(&self, app: &App) -> String {
        format!("{}/espi/1_1/resource/Batch/Subscription/{}", app.config.public_url, self.id)
    }
}

fn third_party<'a>(app: &'a App, client_id: &str) -> Option<&'a ThirdParty> {
    app.config.third_parties.iter().find(|party| party.client_id == client_id)
}

/// News for a third party: data can be fetched. The portal makes no connections of its own; who
/// runs it sends this with POST, as `application/atom+xml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Where to.
    pub uri: String,
    /// The list of addresses from which data can be fetched.
    pub body: String,
    /// How long to wait until then.
    pub after: Duration,
}

/// Takes notifications, to send them.
#[derive(Clone)]
pub struct NotificationSink(Arc<dyn Fn(Notification) + Send + Sync>);

impl NotificationSink {
    /// Calls `take` with every notification. It must not block.
    pub fn new(take: impl Fn(Notification) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }
}

impl fmt::Debug for NotificationSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotificationSink")
    }
}

/// Tells the third party that there is data, now or soon.
fn announce(app: &App, party: &ThirdParty, grant: &Grant) {
    if let (Some(NotificationSink(take)), Some(uri)) = (&app.config.notifications, &party.notify_uri) {
        let seconds = grant.ready_at() - app.now().as_second();
        take(Notification {
            uri: uri.clone(),
            body: batch_list(&[grant.resource_uri(app)]),
            after: Duration::from_secs(u64::try_from(seconds).unwrap_or(0)),
        });
    }
}

/// The body of a notification that data can be fetched from these addresses.
pub fn batch_list(uris: &[String]) -> String {
    let resources: String = uris.iter().map(|uri| format!("<resources>{}</resources>", escaped(uri))).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BatchList xmlns=\"http://naesb.org/espi\">{resources}</BatchList>\n"
    )
}
