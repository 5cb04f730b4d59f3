//! Connect: the modal, its quickstart page, and the server functions that both call.
//!
//! With the feature `hydrate` this is what runs in the browser (linked by `crates/front`); with
//! `ssr` it is the server as well. Everything secret lives in crates that exist only under `ssr`.

#![recursion_limit = "256"] // The types of views nest deeply.

pub mod calls;
#[cfg(feature = "ssr")]
pub mod logs;
pub mod modal;
pub mod page;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod quickstart;
pub mod small;
pub mod text;
#[cfg(feature = "ssr")]
pub mod web;
