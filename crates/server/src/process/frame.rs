//! Messages on the socket: their length, then themselves. Buffers are wiped, because secrets go through.

use std::io::{self, ErrorKind, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

/// Longest message: a bill's document with what belongs to it.
const LONGEST: u32 = 16 << 20;

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

fn packed(message: &impl Serialize) -> io::Result<Zeroizing<Vec<u8>>> {
    let body =
        postcard::to_allocvec(message).map(Zeroizing::new).map_err(|_| invalid("a message without a form"))?;
    let length = u32::try_from(body.len()).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| invalid("a message that is too long"))?;
    let mut out = Zeroizing::new(Vec::with_capacity(body.len() + 4));
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&body);
    Ok(out)
}

fn room(length: [u8; 4]) -> io::Result<Zeroizing<Vec<u8>>> {
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(invalid("a message that is too long"));
    }
    Ok(Zeroizing::new(vec![0; length as usize]))
}

fn unpacked<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    postcard::from_bytes(body).map_err(|_| invalid("a message of another form"))
}

/// Sends a message. Blocks.
pub(super) fn write(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    to.write_all(&packed(message)?)
}

/// Reads a message; `None` at the end. Blocks.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut body = room(length)?;
    from.read_exact(&mut body)?;
    unpacked(&body).map(Some)
}

/// Sends a message.
pub(super) async fn send(to: &mut (impl AsyncWrite + Unpin), message: &impl Serialize) -> io::Result<()> {
    to.write_all(&packed(message)?).await
}

/// Receives a message; `None` at the end.
pub(super) async fn receive<T: DeserializeOwned>(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length).await {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    };
    let mut body = room(length)?;
    from.read_exact(&mut body).await?;
    unpacked(&body).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_arrive_whole_or_are_an_error() {
        let (mut ours, mut theirs) = tokio::io::duplex(64);
        let long = vec![7u8; 1000];
        let sent = long.clone();
        tokio::spawn(async move { send(&mut ours, &sent).await.unwrap() });
        assert_eq!(receive::<Vec<u8>>(&mut theirs).await.unwrap(), Some(long));
        assert_eq!(receive::<Vec<u8>>(&mut theirs).await.unwrap(), None);

        let mut bytes = Vec::new();
        write(&mut bytes, &"hello").unwrap();
        assert_eq!(read::<String>(&mut &bytes[..]).unwrap().as_deref(), Some("hello"));
        assert!(read::<String>(&mut &bytes[..7]).is_err());
        assert_eq!(read::<String>(&mut &bytes[..3]).unwrap(), None);
        assert!(read::<String>(&mut &[0xff, 0xff, 0xff, 0xff, 1][..]).is_err(), "no room is made for it");
        assert!(read::<u64>(&mut &[1, 0, 0, 0, 0xff][..]).is_err());
    }
}
