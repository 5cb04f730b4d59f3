//! Brotli and gzip at their best, kept by content so that nothing is compressed twice.

use crate::Result;
use crate::fsx::{self, Tree};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// A folder of compressed files named after what they hold.
pub(crate) struct Cache {
    folder: PathBuf,
    used: BTreeSet<String>,
}

impl Cache {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, used: BTreeSet::new() }
    }

    /// Quality 11: what a server that compresses ahead of time sends.
    pub(crate) fn brotli(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.get(bytes, "br", |bytes| {
            let mut out = Vec::new();
            // The default parameters are quality 11, window 22.
            let parameters = brotli::enc::BrotliEncoderParams::default();
            brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters)?;
            Ok(out)
        })
    }

    pub(crate) fn gzip(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.get(bytes, "gz", |bytes| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(bytes)?;
            encoder.finish()
        })
    }

    /// `tree` with a `.br` and a `.gz` next to each file: the layout of `cargo leptos build --precompress`.
    pub(crate) fn add_to(&mut self, tree: &Tree) -> Result<Tree> {
        let mut all = tree.clone();
        for (name, bytes) in tree {
            if !name.ends_with(".br") && !name.ends_with(".gz") {
                all.insert(format!("{name}.br"), self.brotli(bytes)?);
                all.insert(format!("{name}.gz"), self.gzip(bytes)?);
            }
        }
        Ok(all)
    }

    /// Forgets what was not asked for since `new`.
    pub(crate) fn prune(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if !self.used.contains(entry.file_name().to_string_lossy().as_ref()) {
                // A leftover does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn get(
        &mut self,
        bytes: &[u8],
        kind: &str,
        make: impl Fn(&[u8]) -> std::io::Result<Vec<u8>>,
    ) -> Result<Vec<u8>> {
        let name = format!("{}.{kind}", fsx::fingerprint(bytes));
        let path = self.folder.join(&name);
        self.used.insert(name);
        if let Ok(known) = fs::read(&path) {
            return Ok(known);
        }
        let made = make(bytes).map_err(|e| format!("cannot compress: {e}"))?;
        fsx::write(&path, &made)?;
        Ok(made)
    }
}
