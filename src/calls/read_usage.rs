//! The quickstart's backend, part three: reads usage and bills.

use connect_wire::Hidden;
use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use serde::{Deserialize, Serialize};

use super::CallError;

/// What the quickstart page shows of a link's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UsagePage {
    /// Charts and bills, as HTML of ours: drawn on the server, so that the page need not.
    Ready(String),
    /// Connect answers `data_unavailable`: the data is being read.
    NotYet,
    /// The request was refused; the sentence says why.
    Refused(String),
}

/// Reads a link's usage, by hour or by day, and its bills. `link` is the mark that
/// [`super::exchange_code`] gave; the access token stays on the server.
#[server(endpoint = "read_usage", input = Postcard, output = Postcard)]
pub async fn read_usage(link: Hidden, hourly: bool) -> Result<UsagePage, CallError> {
    crate::web::company::read_usage(link, hourly).await
}
