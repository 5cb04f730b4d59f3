//! The service behind Connect.
//!
//! - [`service`]: the use cases, free of HTTP; server functions and the REST API are thin
//!   adapters on the same functions;
//! - [`worker`]: the connectors' side, which alone can open utility logins;
//! - [`process`]: the boundary between the two;
//! - [`api`]: the REST API;
//! - [`openapi`]: its description, for programs and as a page for people;
//! - [`origin`], [`request`]: the request that is being answered, for records and logs;
//! - [`limits`]: how often one caller may ask;
//! - [`config`]: `Leptos.toml` and the environment;
//! - [`bootstrap`]: what is made on first start.

pub mod api;
pub mod bootstrap;
pub mod config;
pub mod limits;
pub mod openapi;
pub mod origin;
pub mod process;
pub mod request;
pub mod service;
pub mod worker;
