//! The data behind the portal, without HTTP: accounts, readings and bills.
//!
//! Everything follows from the user name and the time. The same login at the same time always has
//! the same data; as time goes on, days and bills are added at the end and fall off at the start.
//!
//! ```
//! use connect_sunrise::data::{self, Flow};
//!
//! let now = "2026-06-15T12:00:00Z".parse()?;
//! let accounts = data::accounts("good");
//! let account = &accounts[0];
//! let days = data::history(account, now);
//! let (from, to) = (data::day_start(days.start), data::day_start(days.end));
//! let readings = data::readings(account, &account.meters[0], Flow::Delivered, from, to, now);
//! assert_eq!(readings.len(), 744 * 24); // two years and half of June, by the hour
//! assert_eq!(data::bills(account, now).len(), 24);
//! # Ok::<(), jiff::Error>(())
//! ```

mod accounts;
mod bills;
mod draw;
mod money;
mod readings;
mod samples;
mod tariff;

/// The number that stands for Sunrise Power & Gas where accounts are drawn. The sandbox connector,
/// asked for this utility, has the same accounts.
pub const UTILITY: u32 = 0;

pub use accounts::{Account, Flow, Meter, Resolution, accounts, accounts_at};
pub use bills::{Bill, ItemKind, Line, Section, bills};
pub(crate) use draw::Draw;
pub use money::Money;
pub(crate) use money::grouped;
pub use readings::{Days, Quality, Reading, ZONE_NAME, day_start, history, local_date, readings, zone};
pub(crate) use readings::{day_total, moved};
pub use tariff::{ELECTRIC, GAS, Price, Tariff};
