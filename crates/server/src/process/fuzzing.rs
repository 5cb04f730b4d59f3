//! Messages between the two processes, for the fuzzer and the replay of its corpus. No part of the crate's interface.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::frame;
use super::message::{ToWeb, ToWorker};

/// Reads bytes as messages to either side, until they end or one is none. Each that was read is written and read
/// again, which must give the same bytes. How many there were.
pub fn messages(bytes: &[u8]) -> usize {
    all::<ToWorker>(bytes) + all::<ToWeb>(bytes)
}

fn all<T: Serialize + DeserializeOwned>(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while let Ok(Some(message)) = frame::read::<T>(&mut bytes) {
        let written = bytes_of(&message);
        let again = frame::read::<T>(&mut written.as_slice());
        let again = again.ok().flatten().map(|message| bytes_of(&message));
        assert_eq!(again.as_ref(), Some(&written), "a message that was written is not read as it was");
        count += 1;
    }
    count
}

fn bytes_of(message: &impl Serialize) -> Vec<u8> {
    let mut written = Vec::new();
    // A message without a form would stay empty, and so be none when it is read again.
    let _ = frame::write(&mut written, message);
    written
}
