//! What is tried with the fuzzer's bytes. `tests/it/corpus.rs` tries the same with the files of `corpus/`.
//! `calls` is not listed here: it needs the whole web side, which only its own target is built with.

pub(crate) mod bodies;
pub(crate) mod frames;
pub(crate) mod mydata;
pub(crate) mod portal;
pub(crate) mod tokens;

/// The first byte, and the rest; zero and nothing when there is none.
pub(crate) fn choice(data: &[u8]) -> (usize, &[u8]) {
    data.split_first().map_or((0, &[][..]), |(first, rest)| (usize::from(*first), rest))
}

/// The parts between the bytes 0xff, which no UTF-8 has; of binary data the last part is the whole rest.
fn parts<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut split = data.splitn(N, |byte| *byte == 0xff);
    std::array::from_fn(|_| split.next().unwrap_or_default())
}
