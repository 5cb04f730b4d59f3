//! The portal, as a browser or a program sees it.

// A failing unwrap in a test is a failing test.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod confirm;
mod custodian;
mod data;
mod download;
mod logins;
mod mirror;
mod pages;
mod support;
