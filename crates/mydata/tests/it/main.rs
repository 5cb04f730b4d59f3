//! The connector against the data custodian of Sunrise Power & Gas and against hostile ones, all over
//! real HTTP.

#![allow(clippy::unwrap_used, missing_docs)]

mod consent;
mod data;
mod fake;
mod feeds;
mod hostile;
mod support;
