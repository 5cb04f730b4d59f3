//! Accounts: numbers and addresses are in the feed of the customer, what is metered in that of the
//! subscription. Both name usage points by their addresses.

use connect_core::connector::{
    ConnectorError, LoginContext, MeterKind, RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_documents::{kind_of_point, one_line};
use greenbutton::{Account, Customers, ServiceLocation};

use crate::MyDataConnector;
use crate::feed::{Mark, history, latest};
use crate::state::Consent;

/// Days in which a meter in use has sent something.
const RECENT: i64 = 7;

/// An account, with the marks of its meters in the same order.
struct Held {
    account: RemoteAccount,
    marks: Vec<Mark>,
}

/// An account as the customer's feed has it.
pub(crate) struct Listed {
    number: String,
    address: Option<String>,
    /// Its usage points. `None` where the feed names none at all: those of the subscription.
    marks: Option<Vec<Mark>>,
}

/// A usage point of the subscription.
struct Point {
    mark: Mark,
    /// `None` for what is not kept, as water.
    kind: Option<MeterKind>,
    title: Option<String>,
}

impl MyDataConnector {
    pub(crate) async fn list(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError> {
        let consent = self.lasting(cx, session)?;
        Ok(self.held(cx, &consent).await?.into_iter().map(|held| held.account).collect())
    }

    /// The usage points of an account's meters. Asks for the list only where a meter has no name of
    /// its own.
    pub(crate) async fn marks(
        &self,
        cx: LoginContext,
        consent: &Consent,
        account: &RemoteAccount,
    ) -> Result<Vec<Mark>, ConnectorError> {
        let named = account.meters.iter().map(|meter| meter.public_id.map(Mark::named));
        if let Some(marks) = named.collect() {
            return Ok(marks);
        }
        let held = self.held(cx, consent).await?;
        let own = held.into_iter().find(|held| held.account.account_number == account.account_number);
        let marks = own.map(|held| held.marks).filter(|marks| marks.len() == account.meters.len());
        marks.ok_or(ConnectorError::SiteChanged("meters of an account"))
    }

    async fn held(&self, cx: LoginContext, consent: &Consent) -> Result<Vec<Held>, ConnectorError> {
        let listed = match &consent.customer {
            None => None,
            Some(address) => {
                let document = self.document(consent, address, &[]).await?;
                let document = document.ok_or(ConnectorError::NoAccounts)?;
                Some(listed(&document.customers)?)
            }
        };
        let wanted: Option<Vec<Mark>> =
            listed.as_ref().and_then(|all| all.iter().map(|one| one.marks.clone()).collect()).map(flat);
        let mut points = self.points(cx, consent, wanted.as_deref()).await?;
        points.sort_by_key(|point| point.mark.order());
        let listed = match listed {
            Some(listed) => listed,
            // Nobody says whose they are: one account, known by its meters.
            None if points.iter().all(|point| point.kind.is_none()) => return Err(ConnectorError::NoAccounts),
            None => vec![Listed { number: String::new(), address: None, marks: None }],
        };
        let held: Vec<_> = listed.into_iter().filter_map(|one| held(one, &points)).collect();
        if held.is_empty() { Err(ConnectorError::NoAccounts) } else { Ok(held) }
    }

    /// The usage points of the subscription. A few days are enough for meters in use; for the others
    /// the past is asked for, until all that are `wanted` have been seen.
    async fn points(
        &self,
        cx: LoginContext,
        consent: &Consent,
        wanted: Option<&[Mark]>,
    ) -> Result<Vec<Point>, ConnectorError> {
        let mut points: Vec<Point> = Vec::new();
        let past = self.pieces(history(cx));
        for window in std::iter::once(latest(cx, RECENT)).chain(past) {
            let document = self.stretch(consent, window).await?;
            for (place, point) in document.iter().flat_map(|document| document.usage_points.iter().enumerate()) {
                let Some(mark) = point.href.as_deref().and_then(Mark::of) else { continue };
                if points.iter().any(|known| known.mark == mark) {
                    continue;
                }
                let kind = document.as_ref().and_then(|document| kind_of_point(document, place, point));
                points.push(Point { mark, kind, title: point.title.clone() });
            }
            let seen = |mark: &Mark| points.iter().any(|point| point.mark == *mark);
            if wanted.map_or(!points.is_empty(), |wanted| wanted.iter().all(seen)) {
                break;
            }
        }
        Ok(points)
    }
}

fn flat(marks: Vec<Vec<Mark>>) -> Vec<Mark> {
    marks.into_iter().flatten().collect()
}

/// An account with its meters; `None` when it has none that are kept.
fn held(listed: Listed, points: &[Point]) -> Option<Held> {
    let own = |point: &&Point| listed.marks.as_ref().is_none_or(|marks| marks.contains(&point.mark));
    let (mut meters, mut marks, mut title) = (Vec::new(), Vec::new(), None);
    for point in points.iter().filter(own) {
        let Some(kind) = point.kind else { continue };
        meters.push(RemoteMeter { public_id: Some(point.mark.id()), kind });
        marks.push(point.mark.clone());
        title = title.or_else(|| point.title.clone());
    }
    let account = RemoteAccount {
        // The feeds name an account by its number.
        public_id: None,
        account_number: listed.number,
        address: listed.address.or(title).unwrap_or_default(),
        meters,
    };
    (!marks.is_empty()).then_some(Held { account, marks })
}

/// The accounts of a customer's feed, each with its usage points. A location is of the account that its
/// address is below.
pub(crate) fn listed(customers: &Customers) -> Result<Vec<Listed>, ConnectorError> {
    let single = customers.accounts.len() == 1;
    let mut all: Vec<Listed> = Vec::new();
    for account in &customers.accounts {
        let Some(number) = account.number.as_deref().map(str::trim).filter(|number| !number.is_empty()) else {
            return Err(ConnectorError::SiteChanged("number of an account"));
        };
        let locations: Vec<_> =
            customers.locations.iter().filter(|location| single || is_below(location, account)).collect();
        let links = locations.iter().flat_map(|location| &location.usage_points);
        let marks: Vec<_> = links.filter_map(|link| Mark::of(link)).collect();
        if marks.is_empty() && !single {
            // Some feeds do not link them, and of several accounts nobody knows which it is then.
            tracing::warn!("an account without usage points was left out");
            continue;
        }
        let address = locations.iter().find_map(|location| location.address.as_ref()).map(one_line);
        let marks = (!marks.is_empty()).then_some(marks);
        match all.iter_mut().find(|known| known.number == number) {
            None => all.push(Listed { number: number.to_owned(), address, marks }),
            // Once for each of its agreements, in some feeds.
            Some(known) => {
                known.marks.get_or_insert_default().extend(marks.unwrap_or_default());
                known.address = known.address.take().or(address);
            }
        }
    }
    match (all.is_empty(), customers.accounts.is_empty()) {
        (false, _) => Ok(all),
        (true, true) => Err(ConnectorError::NoAccounts),
        (true, false) => Err(ConnectorError::SiteChanged("meters of an account")),
    }
}

fn is_below(location: &ServiceLocation, account: &Account) -> bool {
    let (Some(location), Some(account)) = (&location.href, &account.href) else { return false };
    location.strip_prefix(account.as_str()).is_some_and(|rest| rest.starts_with('/'))
}
