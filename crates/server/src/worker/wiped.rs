//! Secrets on their way into the vault.

use std::io;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::service::Fault;

/// JSON that is wiped. Written into room that is counted before: a vector that grows leaves copies behind.
pub(super) fn zeroize_json(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let broken = |_| Fault::Broken("a login as JSON");
    let mut size = Size(0);
    serde_json::to_writer(&mut size, value).map_err(broken)?;
    let mut json = Zeroizing::new(Vec::with_capacity(size.0));
    serde_json::to_writer(&mut *json, value).map_err(broken)?;
    Ok(json)
}

/// Counts what is written.
struct Size(usize);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
