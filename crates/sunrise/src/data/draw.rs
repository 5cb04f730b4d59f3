//! Numbers that look drawn and never change: FNV-1a over what they are for, then SplitMix64.
//! Both are written out here because ids of linked accounts hang on every bit of them.

use uuid::{Builder, Uuid};

pub(crate) struct Draw(u64);

impl Draw {
    /// For `what` of a login at a utility.
    pub(crate) fn new(utility: u32, username: &str, what: &str, index: u8) -> Self {
        let utility = utility.to_le_bytes();
        Self::of([&utility, username.as_bytes(), &[0], what.as_bytes(), &[0], &[index]])
    }

    /// For anything that these bytes tell apart.
    pub(crate) fn of<const N: usize>(parts: [&[u8]; N]) -> Self {
        let bytes = parts.into_iter().flatten();
        Self(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end` - 1.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// An index into something of this length, which is not 0.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// A UUID of version 8: made from given bits.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        Builder::from_custom_bytes(bits.to_be_bytes()).into_uuid()
    }
}
