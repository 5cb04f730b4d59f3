//! What the store promises, seen from outside. One binary: it links once.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod accounts;
mod answers;
mod audit;
mod clients;
mod codes;
mod file;
mod files;
mod link;
mod outages;
mod processes;
mod readings;
mod sessions;
mod sharing;
mod support;
mod sync;
mod users;
