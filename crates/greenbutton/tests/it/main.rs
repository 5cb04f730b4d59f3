//! Tests of the crate as its users see it. One binary, so that it links once.

// A failing unwrap in a helper is a failing test as well.
#![allow(clippy::unwrap_used)]

mod archives;
mod bad_input;
mod bills;
mod common;
mod corpus;
mod csv_exports;
mod links;
mod mutations;
mod oddities;
mod report;
mod samples;
mod utilities;
