//! Readings and bills under a login: those of the same user name at Sunrise Power & Gas, which are
//! recorded ones moved in time (`connect_sunrise::data`). The accounts of a login are in the same
//! order at every utility, so the place in the list says which is which.

use connect_core::connector::{ConnectorError, MeterKind, RemoteAccount};
use connect_core::usage::{
    Amount, Bill, Charge, ChargeKind, Flow, Grain, Quality, Reading, Scale, Series, SeriesKind, Unit, Window,
};
use connect_sunrise::bill_pdf::{BillFigures, render};
use connect_sunrise::data;
use jiff::Timestamp;

use crate::accounts;
use crate::scenario::SandboxLogin;

/// The account of Sunrise that stands behind one of the sandbox.
fn behind(row: &SandboxLogin, utility: u32, account: &RemoteAccount) -> Result<data::Account, ConnectorError> {
    let place = accounts::of(row, utility).iter().position(|own| own.account_number == account.account_number);
    let mut all = data::accounts(row.username);
    match place {
        Some(place) if place < all.len() => Ok(all.swap_remove(place)),
        _ => Err(ConnectorError::NotOffered),
    }
}

/// What a kind of meter counts in.
fn scale(kind: MeterKind) -> Scale {
    match kind {
        MeterKind::Electric => Scale { unit: Unit::WattHour, exponent: 0 },
        MeterKind::Gas => Scale { unit: Unit::Therm, exponent: -3 },
    }
}

/// Readings of a meter, one series for each direction.
pub(crate) fn readings(
    row: &SandboxLogin,
    utility: u32,
    account: &RemoteAccount,
    meter: usize,
    window: Window,
    now: Timestamp,
) -> Result<Vec<Series>, ConnectorError> {
    let account = behind(row, utility, account)?;
    let meter = account.meters.get(meter).ok_or(ConnectorError::NotOffered)?;
    let seconds = meter.resolution.seconds().ok_or(ConnectorError::NotOffered)?;
    let at = |seconds| Timestamp::from_second(seconds).map_err(|_| ConnectorError::NotOffered);
    let (from, to) = (at(window.from)?, at(window.to)?);
    let series = |flow: &data::Flow| Series {
        kind: SeriesKind {
            flow: match flow {
                data::Flow::Delivered => Flow::Delivered,
                data::Flow::Received => Flow::Received,
            },
            grain: Grain::of(seconds),
            scale: scale(meter.kind),
        },
        readings: data::readings(&account, meter, *flow, from, to, now).into_iter().map(reading).collect(),
    };
    Ok(meter.flows().iter().map(series).collect())
}

fn reading(reading: data::Reading) -> Reading {
    Reading {
        start: reading.start.as_second(),
        duration: reading.seconds,
        raw: reading.value,
        quality: match reading.quality {
            data::Quality::Validated => Quality::Validated,
            data::Quality::Derived => Quality::Measured,
            data::Quality::Estimated => Quality::Estimated,
        },
    }
}

/// Bills of an account.
pub(crate) fn bills(
    row: &SandboxLogin,
    utility: u32,
    account: &RemoteAccount,
    now: Timestamp,
) -> Result<Vec<Bill>, ConnectorError> {
    let account = behind(row, utility, account)?;
    Ok(data::bills(&account, now).into_iter().map(bill).collect())
}

fn bill(bill: data::Bill) -> Bill {
    let usage = |kind| {
        let of_kind = bill.sections.iter().filter(|section| section.meter.kind == kind);
        let raw = of_kind.map(|section| section.delivered).reduce(|sum, more| sum + more)?;
        Some(Amount { raw, scale: scale(kind) })
    };
    let (electric_usage, gas_usage) = (usage(MeterKind::Electric), usage(MeterKind::Gas));
    let charges = bill.sections.iter().flat_map(|section| {
        let kind = match section.meter.kind {
            MeterKind::Electric => ChargeKind::Electric,
            MeterKind::Gas => ChargeKind::Gas,
        };
        section.lines.iter().map(move |line| Charge { kind, text: line.label.to_owned(), amount: line.amount.0 })
    });
    Bill {
        charges: charges.collect(),
        remote_id: bill.id,
        start: bill.period.start,
        end: bill.period.end,
        statement_date: Some(bill.issued),
        due_date: Some(bill.due),
        payment_date: bill.paid,
        currency: Some("USD".to_owned()),
        total_amount_due: Some(bill.total_due.0),
        total_charges: Some(bill.new_charges.0),
        electric_usage,
        gas_usage,
        pdf: true,
    }
}

/// The document of a bill, with the number and address that the sandbox gives the account.
pub(crate) fn bill_pdf(
    row: &SandboxLogin,
    utility: u32,
    account: &RemoteAccount,
    remote_id: &str,
    now: Timestamp,
) -> Result<Vec<u8>, ConnectorError> {
    let own = behind(row, utility, account)?;
    let bill = data::bills(&own, now).into_iter().find(|bill| bill.id == remote_id);
    let figures = BillFigures::of(&own, &bill.ok_or(ConnectorError::NotOffered)?);
    Ok(render(&BillFigures {
        account_number: account.account_number.clone(),
        address: account.address.clone(),
        ..figures
    }))
}
