//! `GET /accounts`: the accounts under a linked login.

use axum::extract::State;
use connect_core::connector::MeterKind;
use serde::Serialize;
use uuid::Uuid;

use super::auth::Reader;
use super::reply::Reply;
use super::{ApiError, ApiState};
use crate::service::AccountView;

/// One row of `GET /accounts`, which answers with a bare array.
#[derive(Serialize)]
pub(super) struct AccountBody {
    id: Uuid,
    /// As on the bill; a string, for its leading zeros.
    account_number: String,
    /// On one line.
    address: String,
    available_meter_types: Vec<&'static str>,
    meters: Vec<MeterBody>,
    /// Unit of `usage` for the account's main meter: `kwh`, or `therm` for gas alone.
    usage_unit: &'static str,
    /// Absent without gas.
    #[serde(skip_serializing_if = "Option::is_none")]
    gas_usage_unit: Option<&'static str>,
    ghg_emissions_unit: &'static str,
}

#[derive(Serialize)]
struct MeterBody {
    id: Uuid,
    r#type: &'static str,
}

pub(super) async fn list(
    State(state): State<ApiState>,
    reader: Reader,
) -> Result<Reply<Vec<AccountBody>>, ApiError> {
    let accounts = state.service.accounts(reader.principal).await?;
    // A link has at least one; a utility may tell them some time after its customer has agreed.
    if accounts.is_empty() {
        return Err(ApiError::not_yet());
    }
    Ok(Reply::new(reader.client.environment, accounts.into_iter().map(AccountBody::from).collect()))
}

/// The contract's name of a kind.
pub(super) fn type_name(kind: MeterKind) -> &'static str {
    match kind {
        MeterKind::Electric => "ELECTRIC",
        MeterKind::Gas => "GAS",
    }
}

/// Unit of the values of a kind.
pub(super) fn unit_name(kind: MeterKind) -> &'static str {
    match kind {
        MeterKind::Electric => "kwh",
        MeterKind::Gas => "therm",
    }
}

impl From<AccountView> for AccountBody {
    fn from(view: AccountView) -> Self {
        let AccountView { account, gas, electricity } = view;
        let kinds = [(gas, MeterKind::Gas), (electricity, MeterKind::Electric)];
        Self {
            id: account.id,
            account_number: account.account_number,
            address: account.address,
            available_meter_types: kinds.into_iter().filter(|(has, _)| *has).map(|(_, k)| type_name(k)).collect(),
            meters: account.meters.iter().map(|m| MeterBody { id: m.id, r#type: type_name(m.kind) }).collect(),
            usage_unit: if electricity { "kwh" } else { "therm" },
            gas_usage_unit: gas.then_some("therm"),
            ghg_emissions_unit: "kg_co2e",
        }
    }
}
