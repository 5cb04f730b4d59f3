//! Samples of code, as in docs/EMBEDDING.md and docs/API.md.

/// One block.
pub(super) struct Sample {
    pub(super) title: &'static str,
    pub(super) code: &'static str,
}

pub(super) const SAMPLES: [Sample; 3] = [
    Sample { title: "A page: HTML", code: include_str!("samples/page.html") },
    Sample { title: "A page: React", code: include_str!("samples/App.tsx") },
    Sample { title: "Your server", code: include_str!("samples/server.sh") },
];
