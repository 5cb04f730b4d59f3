//! The HTTP client of the service: everything that the product asks of other machines goes through
//! it. It keeps the service from being sent to where its own network trusts it (server-side request
//! forgery), by whoever: a utility that is broken into, its DNS, a link, a configuration.
//!
//! # What it holds to
//!
//! - Requests go to [`Origins`] and nowhere else: scheme, host and port must be those of an entry, and
//!   the address has no user name. Redirects are never followed; who follows one by hand sends a new
//!   request, which is checked anew.
//! - Connections go to public addresses. A name's addresses are checked when a connection is made, and
//!   the connection goes to those very addresses: there is no second question that could be answered
//!   otherwise. Addresses that stand in the URL itself are checked in whatever way they are written.
//! - A name with one forbidden address is refused as a whole. A utility's name never has one; where one
//!   turns up somebody is trying something or the DNS is broken, and to go on with the others would
//!   hide it, and would leave it to chance what is seen.
//! - What a configuration names as *local* may be on this machine or a private network: that origin
//!   only, and still never at addresses of a cloud's metadata or of the link. Plain `http` is for local
//!   origins at loopback addresses.
//! - A request is bounded in time, from the name's look-up to the last byte, and an answer in bytes. A
//!   request is sent once.
//! - No proxy of the environment, no referer, no cookies of its own; TLS by rustls with the machine's
//!   roots.
//! - Errors hold no address.
//!
//! ```
//! use connect_outbound::{Client, Options, Origins};
//!
//! let origins = Origins::new(["https://my.example.com"], &[])?;
//! let client = Client::new(origins, &Options { user_agent: "connect/1".to_owned(), ..Options::default() })?;
//! assert!(Origins::new(["https://10.0.0.1"], &[]).is_err());
//! assert!(Origins::new(["https://10.0.0.1"], &["https://10.0.0.1".to_owned()]).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod client;
mod origins;
mod request;
mod resolver;
#[cfg(test)]
mod tests;

pub use client::{Answer, Client, Failure, Options, SetupError};
pub use origins::{AddressError, OriginError, Origins, address};
pub use request::Request;
pub use reqwest::{Method, StatusCode, Url, header};
