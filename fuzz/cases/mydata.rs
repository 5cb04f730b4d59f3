//! What the connector of Connect My Data reads of a custodian: tokens, feeds, notifications.

use std::sync::OnceLock;

use connect_core::connector::{Connector, LoginContext};
use connect_core::usage::Window;
use connect_documents::{Kinds, add_series, found, in_order};
use connect_mydata::{MAX_BATCH_ADDRESSES, MyDataConfig, MyDataConnector, batch_list};

use super::{choice, parts};

fn connector() -> &'static MyDataConnector {
    static ONE: OnceLock<MyDataConnector> = OnceLock::new();
    ONE.get_or_init(|| {
        let config = MyDataConfig::sunrise("http://127.0.0.1:9", "http://127.0.0.1:8/back");
        MyDataConnector::new(config).unwrap_or_else(|error| panic!("{error}"))
    })
}

/// Whatever the custodian sends, it is read or refused, and no address of another site becomes one of data.
pub(crate) fn run(data: &[u8]) {
    let (which, data) = choice(data);
    let custodian = connector();
    match which % 4 {
        0 => {
            let [first, second] = parts::<2>(data);
            let cx = LoginContext { utility: 1, now: jiff::Timestamp::UNIX_EPOCH, attended: true };
            let status = [200, 200, 400, 401, 500][which / 4 % 5];
            let session = custodian.token_answers(cx, status, first, second);
            let address = session.ok().and_then(|session| custodian.subscription(&session));
            assert!(address.is_none_or(|address| address.trim_start().to_ascii_lowercase().starts_with("http")));
        }
        1 => {
            let addresses = batch_list(data).unwrap_or_default();
            assert!(addresses.len() <= MAX_BATCH_ADDRESSES);
            assert!(addresses.iter().all(|one| !one.is_empty() && one.len() <= 2048 && one.trim() == one));
        }
        _ => feed(custodian, data),
    }
}

fn feed(custodian: &MyDataConnector, data: &[u8]) {
    let [first, second] = parts::<2>(data);
    let limits = greenbutton::Limits { bytes: 1 << 20, ..greenbutton::Limits::default() };
    let Ok(document) = greenbutton::read(first, &limits) else { return };
    let _ = custodian.customers(&document);
    // As a customer's own file.
    let _ = found(&document, &jiff::tz::TimeZone::UTC);
    let mut kinds = Kinds::new();
    let window = Window { from: i64::MIN, to: i64::MAX };
    if document.series.iter().all(|series| add_series(series, window, &mut kinds).is_ok()) {
        for series in in_order(kinds) {
            assert!(series.readings.is_sorted_by_key(|reading| reading.start));
        }
    }
    let other = greenbutton::read(second, &limits).unwrap_or_else(|_| document.clone());
    let _ = custodian.bills_in(document, other);
}
