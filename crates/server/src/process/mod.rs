//! Two processes: one serves the web, the other runs the connectors and alone can open utility logins.
//!
//! They talk over a socket pair that nobody else has. The web's process is given what it needs of the keys (the
//! pepper, the keys of documents) and never the master key, from which the others follow; it shuts
//! itself off from the file system and from making connections ([`confine`]), so that it could not
//! read the key by itself either. When one of the two ends, so does the other.

mod confine;
mod frame;
#[doc(hidden)]
pub mod fuzzing;
mod host;
mod message;
mod remote;

use std::io;
use std::os::unix::net::UnixStream;

use connect_core::vault::KeyBytes;

use crate::bootstrap::SandboxClient;
use crate::worker::Ways;
pub use confine::{Confined, confine, keep_to_oneself};
pub use host::{Host, Teller, await_go};
pub use remote::Remote;

/// What the web's process is given at its start.
pub struct Hello {
    /// Of tokens.
    pub pepper: KeyBytes,
    /// Of documents, by version of the master key.
    pub documents: Vec<(u32, KeyBytes)>,
    /// What can be linked how.
    pub ways: Ways,
    /// Whom the quickstart acts for, where there is one.
    pub sandbox_client: Option<SandboxClient>,
}

/// Tells the connectors' process to begin, and waits until it is there. Blocks. `None` when it has ended
/// instead: it has said why.
pub fn go(stream: &mut UnixStream) -> io::Result<Option<Hello>> {
    frame::write(stream, &message::ToWorker::Go)?;
    match frame::read(stream)? {
        Some(message::ToWeb::Hello(hello)) => Ok(Some(hello.into())),
        Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "another message before the first")),
        None => Ok(None),
    }
}
