//! Going on on another device: the link as a QR code, then that the run is there.

use connect_core::flow::Page;
use fast_qr::qr::QRBuilder;
use fast_qr::{ECL, QRCode};
use leptos::prelude::*;

use super::named;
use crate::modal::parts::{icon, way};
use crate::small::{Part, Small};
use crate::text::{Words, fill};

/// Modules of white around the code (ISO/IEC 18004 asks for four).
const MARGIN: usize = 4;

pub(super) fn elsewhere(page: &Page<'_>, words: &Words, link: Option<&str>, address: &str) -> Part {
    let texts = words.pages;
    let shown = link.map(|mark| {
        let link = format!("{address}/on/{mark}");
        let code = QRBuilder::new(link.as_str())
            .ecl(ECL::M)
            .build()
            .ok()
            .map(|code| picture(&code, texts.elsewhere_picture));
        view! {
            <p>{named(page, texts.elsewhere_lead)}</p>
            {code}
            <p class="small">{fill(texts.elsewhere_link, &[])} " " <bdi class="link-text">{link}</bdi></p>
        }
        .fresh()
    });
    let taken = link.is_none().then(|| {
        view! {
            <div class="done-mark" aria-hidden="true">{icon("#i-app")}</div>
            <p class="centered" role="status">{named(page, texts.elsewhere_taken)}</p>
        }
        .fresh()
    });
    view! {
        <main class="main">
            <h1 id="title" tabindex="-1">{texts.elsewhere_title}</h1>
            {shown}
            {taken}
        </main>
        <footer class="foot">{way("quiet", "here", texts.elsewhere_here)}</footer>
    }
    .fresh()
}

/// One path of squares, black on white whatever the colours around: cameras read nothing else as well.
fn picture(code: &QRCode, name: &'static str) -> Part {
    let mut path = String::new();
    for y in 0..code.size {
        for x in 0..code.size {
            if code[y][x].value() {
                path.push_str(&format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN));
            }
        }
    }
    let side = code.size + 2 * MARGIN;
    view! {
        <svg class="qr" role="img" aria-label=name viewBox=format!("0 0 {side} {side}")>
            <rect width="100%" height="100%" fill="#fff"></rect>
            <path d=path fill="#000"></path>
        </svg>
    }
    .fresh()
}
