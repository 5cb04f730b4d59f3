//! The published tariff. Prices are invented.

use super::bills::ItemKind;

/// A price on the tariff sheet.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    /// Name on the bill.
    pub label: &'static str,
    /// Hundred-thousandths of a dollar for each unit.
    pub price: i64,
    /// What it is for.
    pub kind: ItemKind,
}

/// A tariff: what one service costs.
#[derive(Clone, Copy, Debug)]
pub struct Tariff {
    /// Name on the bill.
    pub name: &'static str,
    /// For each day.
    pub daily: Price,
    /// For each kWh or therm that was delivered.
    pub usage: &'static [Price],
    /// For each kWh that was received, taken off.
    pub credit: Option<Price>,
}

/// Electricity.
pub const ELECTRIC: Tariff = Tariff {
    name: "E-1 Residential",
    daily: Price { label: "Basic charge", price: 34_000, kind: ItemKind::AdminFee },
    usage: &[
        Price { label: "Electricity delivery", price: 17_532, kind: ItemKind::DeliveryFee },
        Price { label: "Electricity generation", price: 12_418, kind: ItemKind::GenerationFee },
        Price { label: "Public purpose programs", price: 1_977, kind: ItemKind::UsageFee },
        Price { label: "State energy surcharge", price: 30, kind: ItemKind::Tax },
    ],
    credit: Some(Price { label: "Solar export credit", price: 8_250, kind: ItemKind::GenerationCredit }),
};

/// Gas.
pub const GAS: Tariff = Tariff {
    name: "G-1 Residential",
    daily: Price { label: "Basic charge", price: 13_000, kind: ItemKind::AdminFee },
    usage: &[
        Price { label: "Gas delivery", price: 108_210, kind: ItemKind::DeliveryFee },
        Price { label: "Gas procurement", price: 52_330, kind: ItemKind::UsageFee },
        Price { label: "Public purpose surcharge", price: 7_110, kind: ItemKind::Tax },
    ],
    credit: None,
};
