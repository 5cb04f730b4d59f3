//! The service and its REST API, as a company and its customers meet them: over a real store in
//! a temporary folder, with the clock and the utility in the test's hand.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod approval;
mod audit;
mod bad_callers;
mod bad_codes;
mod bad_parameters;
mod clients;
mod codes;
mod confine;
mod consent;
mod contract;
mod documents;
mod environments;
mod files;
mod first_screen;
mod flow;
mod idempotency;
mod limits;
mod misplaced;
mod modes;
mod once;
mod openapi;
mod outages;
mod pages;
mod pkce;
mod restart;
mod restatements;
mod sharing;
mod steps;
mod support;
mod sync;
mod tenants;
mod tokens;
mod transport;
mod tries;
mod usage;
mod vault;
