//! The server as a whole: its pages and server functions, its process, and that nothing secret
//! leaks from it.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod asvs;
mod boundary;
mod calls;
mod canary;
mod commands;
mod config;
mod corpus;
mod frame;
mod handed;
mod hosted;
mod limits;
mod logs;
mod process;
mod receipts;
mod refusals;
mod site;
mod support;
