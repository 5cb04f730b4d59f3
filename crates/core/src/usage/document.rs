//! Documents of bills.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Bill;

/// Largest document that is kept, in bytes: 10 MiB.
pub const MAX_DOCUMENT_BYTES: usize = 10 * 1024 * 1024;

/// Whether this is a document of a bill: a PDF that is not too large.
pub fn is_document(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-") && bytes.len() <= MAX_DOCUMENT_BYTES
}

/// SHA-256 of a document.
pub fn document_hash(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

/// What of a bill its document depends on: once the utility gives another period or amount, it has
/// written another document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// First day of the period.
    pub start: Date,
    /// Day after the last one of the period.
    pub end: Date,
    /// As of [`Bill`].
    pub total_amount_due: Option<i64>,
    /// As of [`Bill`].
    pub total_charges: Option<i64>,
}

impl Bill {
    /// The edition that the bill is in.
    pub fn edition(&self) -> Edition {
        Edition {
            start: self.start,
            end: self.end,
            total_amount_due: self.total_amount_due,
            total_charges: self.total_charges,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pdf_of_a_sane_size_is_a_document() {
        let sized = |bytes: usize| {
            let mut pdf = b"%PDF-1.7\n".to_vec();
            pdf.resize(bytes, b' ');
            pdf
        };
        assert!(is_document(b"%PDF-") && is_document(&sized(MAX_DOCUMENT_BYTES)));
        assert!(!is_document(&sized(MAX_DOCUMENT_BYTES + 1)));
        assert!(!is_document(b"") && !is_document(b"<html>%PDF-") && !is_document(b"%pdf-1.7"));
    }

    #[test]
    fn the_hash_is_sha_256() {
        let hex: String = document_hash(b"abc").iter().map(|byte| format!("{byte:02x}")).collect();
        // FIPS 180-2, appendix B.1.
        assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
