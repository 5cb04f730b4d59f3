//! A consent at the utility's own site: its code, its tokens, and the proof of the browser that set out.

use std::sync::Arc;

use async_trait::async_trait;
use connect::calls::wait::Wait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, MeterKind,
    RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_core::secret::Secret;
use connect_wire::Screen;

use super::Watched;
use super::search::Canary;
use super::utility::CanaryUtility;
use crate::support::{get, post};

/// Number of Sunrise Power & Gas.
const SUNRISE: u32 = 900_001;
const CODE: &str = "canary-CONSENT-code-0b5d";
const REFUSED: &str = "canary-REFUSED-code-2f18";
const FIRST: &str = "canary-FIRST-token-66e9";
const SECOND: &str = "canary-SECOND-token-d1a2";
const ADDRESS: &str = "1 CONSENT ST TESTVILLE ZZ 00000";

/// A utility that asks at its own site. Its first token is over as soon as the customer has left.
struct Custodian;

fn session(token: &str) -> UtilitySession {
    UtilitySession { connector: "sunrise-my-data".into(), version: 1, data: token.into() }
}

#[async_trait]
impl Connector for Custodian {
    fn name(&self) -> &'static str {
        "sunrise-my-data"
    }

    async fn begin(&self, _: LoginContext, _: &Login) -> Result<LoginStep, ConnectorError> {
        Err(ConnectorError::NotOffered)
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        _: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        Err(ConnectorError::NotOffered)
    }

    fn consent_url(&self, state: &str) -> Option<String> {
        Some(format!("https://utility.example/authorize?state={state}"))
    }

    async fn redeem(&self, _: LoginContext, code: &Secret) -> Result<UtilitySession, ConnectorError> {
        tracing::trace!(?code, "a connector that logs what it is given");
        if code.expose() == CODE { Ok(session(FIRST)) } else { Err(ConnectorError::ChallengeExpired) }
    }

    async fn renew(&self, _: LoginContext, _: &UtilitySession) -> Result<UtilitySession, ConnectorError> {
        Ok(session(SECOND))
    }

    async fn accounts(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError> {
        if !cx.attended && session.data == FIRST.as_bytes() {
            return Err(ConnectorError::SessionExpired);
        }
        Ok(vec![RemoteAccount {
            public_id: None,
            account_number: "0042".into(),
            address: ADDRESS.into(),
            meters: vec![RemoteMeter { public_id: None, kind: MeterKind::Electric }],
        }])
    }
}

#[tokio::test]
async fn what_a_consent_brings_is_nowhere_in_plain() {
    let mut watched = Watched::start(vec![Arc::new(CanaryUtility), Arc::new(Custodian)]).await;
    let token = watched.connect_token("consents").await;
    let mut view = watched.choose(&token, SUNRISE).await;
    let mut proofs = Vec::new();
    for code in [REFUSED, CODE] {
        let step = view.step.to_string();
        let go = post("/greenbutton/go").form(&[("token", &token.0), ("step", &step), ("page", "")]);
        let set_out = watched.send("set out", go).await;
        let cookie = set_out.header("set-cookie").split(';').next().unwrap().to_owned();
        let state = set_out.text().split_once("?state=").unwrap().1.split('"').next().unwrap().to_owned();
        let back = format!("/greenbutton/callback?state={state}&code={code}");
        let stranger = watched.send("back in another browser", get(&back)).await;
        assert_eq!(stranger.status, 409);
        assert_eq!(watched.send("back", get(&back).header("cookie", &cookie)).await.status, 200);
        proofs.push(cookie.split_once('=').unwrap().1.to_owned());
        view = watched.step(&Wait { token: token.clone(), step: view.step + 1 }).await;
    }
    assert!(matches!(view.screen, Screen::Linked { .. }), "{view:?}");
    let access = watched.exchanged(&token).await;
    assert_eq!(watched.site.worker.sync_due().await.unwrap(), 1);

    let canaries = [
        Canary::word("the utility's code", CODE),
        Canary::word("a code that was refused", REFUSED),
        Canary::word("the utility's token", FIRST),
        Canary::word("the renewed token", SECOND),
        Canary::token("the access token", &access).belongs("token"),
        Canary::token("the connect token", &token.0).belongs("connect token"),
    ];
    watched.answers_hold_none(&canaries);
    watched.files_hold_none(&canaries, ADDRESS, "login accepted").await;
    // The cookie is an answer's header, and in nothing that is kept.
    let proofs: Vec<_> = proofs.iter().map(|proof| Canary::word("the proof", proof)).collect();
    watched.files_hold_none(&proofs, ADDRESS, "login accepted").await;
}
