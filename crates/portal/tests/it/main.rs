//! The connector against the portal of Sunrise Power & Gas and against hostile servers, all over
//! real HTTP.

#![allow(clippy::unwrap_used, missing_docs)]

mod confirm;
mod data;
mod hostile;
mod local;
mod logins;
mod support;
mod tls;
