//! Atom XML with ESPI resources.

mod cursor;
mod feed;
mod readings;
mod resolve;
mod resources;
mod tree;

use std::io::BufRead;

use crate::{error::Error, limits::Limits, model::Document, warning::Warnings};

/// Reads a feed, an entry or a bare resource.
pub(crate) fn read(input: impl BufRead, limits: &Limits, warnings: &mut Warnings) -> Result<Document, Error> {
    let found = feed::FeedReader::new(input, limits, warnings).read()?;
    resolve::resolve(found, warnings)
}
