//! Tokens, codes and the client's secret show up nowhere. In a process of its own, because what is
//! logged is caught for the whole of it.

#![allow(clippy::unwrap_used, missing_docs)]

#[allow(dead_code)]
#[path = "it/support.rs"]
mod support;

use std::io;
use std::sync::{Arc, Mutex};

use connect_core::connector::{Connector, ConnectorError};
use connect_core::secret::Secret;
use connect_core::usage::Window;
use connect_mydata::{MyDataConfig, MyDataConnector};
use tracing_subscriber::fmt::MakeWriter;

use support::{Custodian, config, field, impatient};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_in_a_log_or_an_error() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    let custodian = Custodian::new().await;
    let code = custodian.code("good").await;
    // What the browser of the test has logged does not count.
    log.0.lock().unwrap().clear();
    let mut shown = String::new();
    let mut note = |error: &ConnectorError| shown.push_str(&format!("{error} {error:?}"));

    let wrong = MyDataConfig { client_secret: Secret::new("hunter2-battery"), ..config(&custodian.base) };
    let wrong = MyDataConnector::new(wrong).unwrap();
    note(&wrong.redeem(custodian.cx(), &code).await.err().unwrap());
    note(&impatient("http://127.0.0.1:9").redeem(custodian.cx(), &code).await.err().unwrap());
    note(&custodian.connector.redeem(custodian.cx(), &Secret::new("code-918273")).await.err().unwrap());
    let session = custodian.connector.redeem(custodian.cx(), &code).await.unwrap();
    let renewed = custodian.connector.renew(custodian.cx(), &session).await.unwrap();
    let account = &custodian.accounts(&renewed).await.unwrap()[0];
    let window = Window { from: custodian.cx().now.as_second() - 86_400, to: custodian.cx().now.as_second() };
    custodian.connector.readings(custodian.cx(), &renewed, account, 0, window).await.unwrap();
    custodian.revoke(&renewed).await;
    note(&custodian.accounts(&renewed).await.unwrap_err());
    note(&custodian.connector.renew(custodian.cx(), &renewed).await.err().unwrap());
    let shown_connectors = format!("{:?} {wrong:?}", custodian.connector);

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("the custodian answered"), "something is logged");
    let mut secrets =
        vec!["hunter2-battery".to_owned(), "connect-sandbox-secret".to_owned(), "code-918273".to_owned()];
    secrets.push(code.expose().to_owned());
    for session in [&session, &renewed] {
        secrets.extend(["access", "refresh"].map(|name| field(session, name)));
    }
    for secret in &secrets {
        for (place, text) in [("log", &logged), ("errors", &shown), ("connector", &shown_connectors)] {
            assert!(!text.contains(secret.as_str()), "a secret is in the {place}");
        }
    }
    assert!(!logged.contains(&account.account_number), "no account number is in the log");
}
