//! The code lists of ESPI that decide how a value is read: units, directions, accumulation, quality, currency.
//!
//! Codes are kept as the file has them; the types here name those that are known. The numbers are those of
//! the public ESPI schema (`espi.xsd`, Apache-2.0), which takes them from IEC 61968-9.

use std::fmt;

/// A unit that quantities are normalised to. Getting there only moves the decimal point, so it is exact:
/// a conversion that would need a factor (a volume of gas to its energy) is left to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// kWh, real energy (`uom` 72, Wh).
    KilowattHour,
    /// kVAh, apparent energy (`uom` 71, VAh).
    KilovoltAmpereHour,
    /// kvarh, reactive energy (`uom` 73, varh).
    KilovarHour,
    /// kW, real power (`uom` 38, W). Never summed.
    Kilowatt,
    /// US therm (`uom` 169, and 132, BTU, of which 100,000 are a therm).
    Therm,
    /// MJ (`uom` 31, J).
    Megajoule,
    /// Cubic metre (`uom` 42, and 134, litre).
    CubicMetre,
    /// Cubic foot (`uom` 119, and 120, compensated).
    CubicFoot,
    /// US liquid gallon (`uom` 128).
    UsGallon,
    /// Volt (`uom` 29). Never summed.
    Volt,
    /// Ampere (`uom` 5). Never summed.
    Ampere,
    /// Power factor, cos θ (`uom` 65). Never summed.
    PowerFactor,
    /// An amount of money (`uom` 80). Never summed as usage.
    Currency,
}

impl Unit {
    /// The unit and the power of ten that lead from one `uom` to its normalised unit, or `None` for a code
    /// that is not known here or that means "not applicable" (0).
    pub fn from_uom(uom: u16) -> Option<(Self, i32)> {
        Some(match uom {
            72 => (Self::KilowattHour, -3),
            71 => (Self::KilovoltAmpereHour, -3),
            73 => (Self::KilovarHour, -3),
            38 => (Self::Kilowatt, -3),
            169 => (Self::Therm, 0),
            132 => (Self::Therm, -5),
            31 => (Self::Megajoule, -6),
            42 => (Self::CubicMetre, 0),
            134 => (Self::CubicMetre, -3),
            119 | 120 => (Self::CubicFoot, 0),
            128 => (Self::UsGallon, 0),
            29 => (Self::Volt, 0),
            5 => (Self::Ampere, 0),
            65 => (Self::PowerFactor, 0),
            80 => (Self::Currency, 0),
            _ => return None,
        })
    }

    /// The symbol to print: `kWh`, `therm`, `m³`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::KilowattHour => "kWh",
            Self::KilovoltAmpereHour => "kVAh",
            Self::KilovarHour => "kvarh",
            Self::Kilowatt => "kW",
            Self::Therm => "therm",
            Self::Megajoule => "MJ",
            Self::CubicMetre => "m³",
            Self::CubicFoot => "ft³",
            Self::UsGallon => "gal",
            Self::Volt => "V",
            Self::Ampere => "A",
            Self::PowerFactor => "cos θ",
            Self::Currency => "currency",
        }
    }

    /// Whether values in this unit are amounts, whose sum over time means something.
    pub fn is_amount(self) -> bool {
        !matches!(self, Self::Kilowatt | Self::Volt | Self::Ampere | Self::PowerFactor | Self::Currency)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// The symbol of a `uom` as the file has it, before normalisation: `Wh`, `BTU`.
pub fn uom_symbol(uom: u16) -> Option<&'static str> {
    Some(match uom {
        0 => "not applicable",
        5 => "A",
        29 => "V",
        31 => "J",
        38 => "W",
        42 => "m³",
        65 => "cos θ",
        71 => "VAh",
        72 => "Wh",
        73 => "varh",
        80 => "currency",
        119 => "ft³",
        120 => "ft³ compensated",
        128 => "gal",
        132 => "BTU",
        134 => "L",
        169 => "therm",
        _ => return None,
    })
}

/// What a usage point is supplied with (`ServiceCategory/kind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// 0. A valid code, not a missing one.
    Electricity,
    /// 1.
    Gas,
    /// 2.
    Water,
    /// 4.
    Heat,
    /// 10.
    Weather,
    /// Any other code, as it stands.
    Other(u16),
}

impl Service {
    /// From the code of `ServiceCategory/kind`.
    pub fn from_code(code: u16) -> Self {
        match code {
            0 => Self::Electricity,
            1 => Self::Gas,
            2 => Self::Water,
            4 => Self::Heat,
            10 => Self::Weather,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Electricity => f.write_str("electricity"),
            Self::Gas => f.write_str("gas"),
            Self::Water => f.write_str("water"),
            Self::Heat => f.write_str("heat"),
            Self::Weather => f.write_str("weather"),
            Self::Other(code) => write!(f, "service kind {code}"),
        }
    }
}

/// Which way the flow went (`flowDirection`). Values are positive either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Flow {
    /// 1, forward: delivered to the customer (import).
    Delivered,
    /// 19, reverse: received from the customer (export).
    Received,
    /// 4: delivered minus received, may be negative.
    Net,
    /// 20: both added up.
    Total,
    /// Any other code, as it stands.
    Other(u16),
}

impl Flow {
    /// From the code of `flowDirection`.
    pub fn from_code(code: u16) -> Self {
        match code {
            1 => Self::Delivered,
            19 => Self::Received,
            4 => Self::Net,
            20 => Self::Total,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered => f.write_str("delivered"),
            Self::Received => f.write_str("received"),
            Self::Net => f.write_str("net"),
            Self::Total => f.write_str("total"),
            Self::Other(code) => write!(f, "flow {code}"),
        }
    }
}

/// The `accumulationBehaviour` of usage per interval. Anything else (dial readings, running sums, instantaneous
/// values) must not be summed as usage.
pub const DELTA_DATA: u16 = 4;

/// The `ReadingQuality/quality` codes of one reading (it may have several).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Qualities(u32);

impl Qualities {
    /// Adds a code. `false` if it is over 31 and so cannot be kept.
    pub fn insert(&mut self, code: u16) -> bool {
        let known = code < 32;
        if known {
            self.0 |= 1 << code;
        }
        known
    }

    /// Whether the reading carries this code.
    pub fn contains(self, code: u16) -> bool {
        code < 32 && self.0 & (1 << code) != 0
    }

    /// Whether the reading carries no code of its own.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The codes, ascending.
    pub fn codes(self) -> impl Iterator<Item = u16> {
        (0..32).filter(move |code| self.contains(*code))
    }

    /// How far a reading may be trusted, for choosing between two of the same interval: 3 checked (17 validated,
    /// 18 verified, 19 revenue), 2 as metered (0 valid, 14 raw, or nothing said), 1 estimated or edited,
    /// 0 projected. The worst code decides, except that a check outranks "raw".
    pub fn rank(self) -> u8 {
        let worst = self.codes().map(|code| match code {
            12 => 0,
            7..=11 | 13 | 15 | 16 => 1,
            17..=19 => 3,
            _ => 2,
        });
        match worst.min() {
            Some(2) if self.0 & 0b1110_0000_0000_0000_0000 != 0 => 3,
            Some(rank) => rank,
            None => 2,
        }
    }
}

/// The name of a quality code, `None` for one that is not known here.
pub fn quality_name(code: u16) -> Option<&'static str> {
    Some(match code {
        0 => "valid",
        7 => "manually edited",
        8 => "estimated from a reference day",
        9 => "estimated by interpolation",
        10 => "questionable",
        11 => "derived",
        12 => "projected",
        13 => "mixed",
        14 => "raw",
        15 => "weather normalised",
        16 => "other",
        17 => "validated",
        18 => "verified",
        19 => "revenue",
        _ => return None,
    })
}

/// What a line of a bill is for (`itemKind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemKind {
    /// 1.
    GenerationFee,
    /// 2.
    DeliveryFee,
    /// 3.
    UsageFee,
    /// 4.
    AdministrativeFee,
    /// 5.
    Tax,
    /// 6.
    GenerationCredit,
    /// 7.
    DeliveryCredit,
    /// 8.
    AdministrativeCredit,
    /// 9: money received, not a charge.
    Payment,
    /// 10: for information, not a charge.
    Information,
    /// Any other code, as it stands.
    Other(u16),
}

impl ItemKind {
    /// From the code of `itemKind`.
    pub fn from_code(code: u16) -> Self {
        match code {
            1 => Self::GenerationFee,
            2 => Self::DeliveryFee,
            3 => Self::UsageFee,
            4 => Self::AdministrativeFee,
            5 => Self::Tax,
            6 => Self::GenerationCredit,
            7 => Self::DeliveryCredit,
            8 => Self::AdministrativeCredit,
            9 => Self::Payment,
            10 => Self::Information,
            other => Self::Other(other),
        }
    }
}

/// The ISO 4217 letters of a numeric currency code, for the currencies that Green Button files are known in.
pub fn currency_letters(code: u16) -> Option<&'static str> {
    Some(match code {
        840 => "USD",
        124 => "CAD",
        826 => "GBP",
        978 => "EUR",
        36 => "AUD",
        554 => "NZD",
        484 => "MXN",
        392 => "JPY",
        410 => "KRW",
        _ => return None,
    })
}
