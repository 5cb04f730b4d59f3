//! What a Green Button document means to Connect: accounts and meters, readings as integers with
//! their unit, bills. Portals, custodians and customers' own files all come through here.
//!
//! Nothing is invented: a series whose unit is not stated, or is not one of usage, is left out and
//! counted, and a number that cannot be kept exactly is an error.

#![deny(clippy::float_arithmetic)]

mod accounts;
mod bills;
mod numbers;
mod series;

pub use accounts::{Found, FoundAccount, FoundMeter, found, kind_of_point, one_line};
pub use bills::{add_summary, bills_of};
pub use series::{Kinds, Total, add_series, in_order, total};

/// A number of the document has more digits than can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;
