//! What this crate reads of a custodian, without the custodian: for the fuzzer and the replay of its corpus. No part
//! of the crate's interface.

use connect_core::connector::{ConnectorError, LoginContext, UtilitySession};
use connect_core::usage::Bill;
use connect_documents::{OutOfRange, bills_of};
use connect_outbound::StatusCode;
use greenbutton::Document;
use zeroize::Zeroizing;

use crate::MyDataConnector;
use crate::accounts::listed;
use crate::bills::{distinct, merge};
use crate::http::TokenAnswer;
use crate::state::Consent;

impl MyDataConnector {
    /// What the token endpoint answers to a code and, if that gave a session, to its refresh token.
    pub fn token_answers(
        &self,
        cx: LoginContext,
        status: u16,
        first: &[u8],
        second: &[u8],
    ) -> Result<UtilitySession, ConnectorError> {
        let answer = |status: u16, body: &[u8]| TokenAnswer {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
            body: Zeroizing::new(body.to_vec()),
        };
        let session = self.redeemed(cx, &answer(status, first))?;
        self.renewed(cx, &answer(200, second), Consent::open(self.config.name, &session)?)
    }

    /// How many accounts the customer's feed lists.
    pub fn customers(&self, document: &Document) -> Result<usize, ConnectorError> {
        listed(&document.customers).map(|all| all.len())
    }

    /// The bills of two stretches.
    pub fn bills_in(&self, one: Document, other: Document) -> Result<Vec<Bill>, ConnectorError> {
        let mut whole = distinct(one);
        merge(&mut whole, other);
        let points: Vec<_> = (0..whole.usage_points.len()).map(Some).chain([None]).collect();
        bills_of(&whole, &points, &self.config.time_zone)
            .map_err(|OutOfRange| ConnectorError::SiteChanged("amount of a bill"))
    }
}
