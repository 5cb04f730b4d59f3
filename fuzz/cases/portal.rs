//! What the portal connector reads of a utility: pages, cookies, files, documents, and its own stored state.

use std::sync::OnceLock;

use connect_core::connector::{LoginContext, LoginStep, MeterKind, RemoteAccount, RemoteMeter};
use connect_core::usage::Window;
use connect_portal::{PortalConfig, PortalConnector};

use super::{choice, parts};

fn connector() -> &'static PortalConnector {
    static ONE: OnceLock<PortalConnector> = OnceLock::new();
    ONE.get_or_init(|| {
        PortalConnector::new(PortalConfig::sunrise("http://127.0.0.1:9")).unwrap_or_else(|error| panic!("{error}"))
    })
}

fn context(attended: bool) -> LoginContext {
    LoginContext { utility: 1, now: jiff::Timestamp::UNIX_EPOCH, attended }
}

/// Whatever a page or file has in it, it is read or refused, and what a login becomes can be read again.
pub(crate) fn run(data: &[u8]) {
    let (which, data) = choice(data);
    let portal = connector();
    match which % 6 {
        0 => {
            let (attended, resumed) = (which & 64 == 0, which & 128 != 0);
            match portal.arrives(context(attended), resumed, data) {
                Ok(LoginStep::Challenge { state, .. }) => {
                    assert!(attended && portal.states(&state.data).0, "a challenge cannot be gone on with");
                }
                Ok(LoginStep::Done(session)) => assert!(portal.states(&session.data).1),
                Err(_) => {}
            }
        }
        1 => {
            let accounts = portal.overview(data).unwrap_or_default();
            assert!(
                accounts.iter().all(|account| !account.meters.is_empty() && !account.account_number.is_empty())
            );
        }
        2 => {
            let rows = portal.bills_page(data).unwrap_or_default();
            assert!(rows.iter().all(|(bill, pdf)| !bill.remote_id.is_empty() && bill.pdf == pdf.is_some()));
            let _: Vec<_> = rows.iter().map(|(bill, _)| bill.edition()).collect();
        }
        3 => cookies(data),
        4 => {
            if let Ok(document) = portal.document(which & 128 != 0, data) {
                assert!(connect_core::usage::is_document(&document), "what is no PDF is never kept");
            }
            portal.states(data);
        }
        _ => file(portal, data),
    }
}

fn cookies(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let at = |path: &str| format!("https://my.example.com/{path}");
    let (from, to) = (at(lines.next().unwrap_or_default()), at(lines.next().unwrap_or_default()));
    let headers: Vec<_> = lines.collect();
    let now = jiff::Timestamp::UNIX_EPOCH;
    let [sent, again] = connect_portal::fuzzing::cookies(&from, &to, headers.iter().copied(), now);
    let shown = |sent: &Option<connect_core::secret::Secret>| sent.as_ref().map(|sent| sent.expose().to_owned());
    assert_eq!(shown(&sent), shown(&again), "cookies are not stored as they are");
    if let Some(sent) = shown(&sent) {
        assert!(sent.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "it cannot be sent");
        // A header of another site gets none of them.
        let [elsewhere, _] =
            connect_portal::fuzzing::cookies(&from, "https://example.org/", headers.iter().copied(), now);
        assert!(elsewhere.is_none(), "a cookie went elsewhere");
    }
}

fn file(portal: &PortalConnector, data: &[u8]) {
    let [page, xml] = parts::<2>(data);
    let limits = greenbutton::Limits { bytes: 1 << 20, ..greenbutton::Limits::default() };
    let Ok(document) = greenbutton::read(xml, &limits) else { return };
    let meter = |kind| RemoteMeter { public_id: None, kind };
    let account = RemoteAccount {
        public_id: None,
        account_number: "1".to_owned(),
        address: "1 Way".to_owned(),
        meters: vec![meter(MeterKind::Electric), meter(MeterKind::Gas)],
    };
    let mut bills: Vec<_> = portal.bills_page(page).unwrap_or_default().into_iter().map(|row| row.0).collect();
    let window = Window { from: i64::MIN, to: i64::MAX };
    let one = RemoteAccount { meters: account.meters[..1].to_vec(), ..account.clone() };
    for account in [account, one] {
        for series in portal.file(&account, window, &mut bills, &document).unwrap_or_default() {
            assert!(series.readings.is_sorted_by_key(|reading| reading.start));
        }
    }
}
