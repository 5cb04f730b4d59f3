//! The portal knows every login of the sandbox connector, with the same accounts.

use connect_core::clock::Clock;
use connect_core::connector::{ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginStep};
use connect_core::secret::Secret;
use connect_sandbox::SandboxConnector;
use connect_sunrise::{EMAIL_DOMAIN, PortalLogin, data};

/// A web site has no app in which something could be approved: there these logins sign in at once.
fn played() -> impl Iterator<Item = &'static connect_sandbox::SandboxLogin> {
    connect_sandbox::LOGINS.iter().filter(|row| !row.username.starts_with("mfa_push"))
}

#[test]
fn every_login_is_here() {
    assert_eq!(EMAIL_DOMAIN, connect_sandbox::EMAIL_DOMAIN);
    for row in played() {
        let here = PortalLogin::find(row.username).unwrap_or_else(|| panic!("{} is missing", row.username));
        assert_eq!((here.password, here.code()), (row.password, row.code), "{}", row.username);
    }
}

#[tokio::test(start_paused = true)]
async fn with_the_same_accounts() {
    let sandbox = SandboxConnector::new();
    let mut compared = 0;
    for row in played() {
        let cx = || LoginContext {
            utility: data::UTILITY,
            now: connect_core::clock::SystemClock.now(),
            attended: true,
        };
        let login = Login { username: row.username.to_owned(), password: Secret::new(row.password) };
        let mut step = sandbox.begin(cx(), &login).await;
        for input in [ChallengeInput::Method("sms".to_owned()), ChallengeInput::Resend] {
            if let Ok(LoginStep::Challenge { state, .. }) = step {
                let Ok(LoginStep::Challenge { state, .. }) = sandbox.resume(cx(), state, input).await else {
                    panic!()
                };
                let answer = ChallengeInput::Answer(Secret::new(row.code.unwrap()));
                step = sandbox.resume(cx(), state, answer).await;
            }
        }
        let Ok(LoginStep::Done(session)) = step else { continue };
        let here = data::accounts(row.username);
        match sandbox.accounts(cx(), &session).await {
            Err(ConnectorError::NoAccounts) => assert!(here.is_empty()),
            Err(error) => panic!("{error:?}"),
            Ok(there) => {
                assert_eq!(here.len(), there.len(), "{}", row.username);
                for (here, there) in here.iter().zip(&there) {
                    assert_eq!(Some(here.id), there.public_id);
                    assert_eq!((&here.number, &here.address), (&there.account_number, &there.address));
                    let mine: Vec<_> = here.meters.iter().map(|meter| (Some(meter.id), meter.kind)).collect();
                    let theirs: Vec<_> = there.meters.iter().map(|meter| (meter.public_id, meter.kind)).collect();
                    assert_eq!(mine, theirs, "{}", row.username);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared >= 18, "{compared}");
}
