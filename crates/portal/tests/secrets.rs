//! Passwords, codes and cookies show up nowhere. In a process of its own, because what is logged
//! is caught for the whole of it.

#![allow(clippy::unwrap_used, missing_docs)]

#[allow(dead_code)]
#[path = "it/support.rs"]
mod support;

use std::io;
use std::sync::{Arc, Mutex};

use connect_core::connector::{Connector, ConnectorError, Login, LoginStep};
use connect_core::secret::Secret;
use connect_core::usage::Window;
use tracing_subscriber::fmt::MakeWriter;

use support::{Portal, asked, connector, done, impatient, login};

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

/// Cookie values in the bytes of a session.
fn cookies(data: &[u8]) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_slice(data).unwrap();
    let jar = value["jar"].as_array().unwrap();
    jar.iter().map(|cookie| cookie["value"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn no_secret_is_in_a_log_or_an_error() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    let portal = Portal::new().await;
    let mut secrets = vec!["hunter2-battery".to_owned(), "code-918273".to_owned(), "123456".to_owned()];
    let mut shown = String::new();
    let mut note = |error: &ConnectorError| shown.push_str(&format!("{error} {error:?}"));

    let wrong = Login { password: Secret::new("hunter2-battery"), ..login("good") };
    shown_debug(&wrong);
    for connector in [&portal.connector, &impatient("http://127.0.0.1:9")] {
        note(&connector.begin(portal.cx(), &wrong).await.err().unwrap());
    }
    let (_, state, _) = asked(portal.begin("mfa_sms").await);
    secrets.extend(cookies(&state.data));
    let (_, state, _) = asked(portal.answer(state, "code-918273").await);
    let session = done(portal.answer(state, "123456").await);
    secrets.extend(cookies(&session.data));
    let Ok(LoginStep::Done(again)) = portal.connector.begin_again(portal.cx(), &login("mfa_sms"), &session).await
    else {
        panic!("not signed in");
    };
    secrets.extend(cookies(&again.data));
    let account = &portal.connector.accounts(portal.cx(), &again).await.unwrap()[0];
    let window = Window { from: portal.cx().now.as_second() - 86_400, to: portal.cx().now.as_second() };
    portal.connector.readings(portal.cx(), &again, account, 0, window).await.unwrap();
    portal.clock.advance(3600);
    note(&portal.connector.accounts(portal.cx(), &again).await.unwrap_err());
    let shown_connector = format!("{:?}", connector(&portal.base));

    assert!(secrets.len() >= 6, "{}", secrets.len());
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("the portal answered"), "something is logged");
    for secret in &secrets {
        for (place, text) in [("log", &logged), ("errors", &shown), ("connector", &shown_connector)] {
            assert!(!text.contains(secret.as_str()), "a secret is in the {place}");
        }
    }
    assert!(!logged.contains("ticket="), "no address with a ticket is in the log");
    assert!(!logged.contains(&account.account_number), "no account number is in the log");
}

fn shown_debug(login: &Login) {
    assert!(!format!("{login:?}").contains("hunter2"));
}
