//! What the rules promise to others.
#![allow(clippy::unwrap_used, missing_docs)]

mod scanning;
