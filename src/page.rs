//! What a page carries from the server to the WASM: which app it is, its data and its words.

use connect_wire::FlowView;
#[cfg(feature = "ssr")]
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::small::{Part, Small};
#[cfg(feature = "hydrate")]
use crate::text::Strings;

/// Id of the element that the app fills.
pub const ROOT: &str = "connect";
/// Id of the element that holds the words.
pub const WORDS: &str = "words";

/// The app of a page.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum App {
    /// The modal, at its first screen.
    Modal(Box<FlowView>),
    /// The quickstart.
    Quickstart,
}

/// Bytes as hexadecimal digits: the shortest decoder there is, for a few hundred bytes.
pub fn to_hex(value: &impl Serialize) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bytes = postcard::to_allocvec(value).unwrap_or_default();
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// Reads what [`to_hex`] wrote.
pub fn from_hex<T: DeserializeOwned>(text: &str) -> Option<T> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| Some((digit(*pair.first()?)? << 4) | digit(*pair.get(1)?)?))
        .collect();
    postcard::from_bytes(&bytes?).ok()
}

/// The page's root element with everything that the WASM needs, around the rendered app.
#[cfg(feature = "ssr")]
pub fn root(app: &App, words: &crate::text::Catalogue, content: Part) -> Part {
    view! {
        <div id=ROOT data-app=to_hex(app)>
            {content}
        </div>
        <script type="text/plain" id=WORDS inner_html=words.to_lines()></script>
    }
    .small()
}

/// Starts the page's app in the browser, over what the server rendered.
#[cfg(feature = "hydrate")]
pub fn start() {
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;

    let read = || {
        let root = document().get_element_by_id(ROOT)?;
        let app: App = from_hex(&root.get_attribute("data-app")?)?;
        // The words live as long as the page.
        let lines: &'static str = Box::leak(document().get_element_by_id(WORDS)?.text_content()?.into_boxed_str());
        let words: &'static Strings = Box::leak(Box::new(Strings::from_lines(lines)?));
        Some((root.dyn_into::<leptos::web_sys::HtmlElement>().ok()?, app, words))
    };
    let Some((root, app, words)) = read() else {
        leptos::wasm_bindgen::throw_str("Connect: this page does not carry what the app needs");
    };
    leptos::mount::hydrate_from(root, move || {
        provide_context(words);
        crate::page::content(app)
    })
    .forget();
    // For tests and styles: from here on the page answers.
    if let Some(html) = document().document_element() {
        let _ = html.set_attribute("data-hydrated", "true");
    }
}

/// The app's view, the same on both sides.
pub fn content(app: App) -> Part {
    match app {
        App::Modal(first) => crate::modal::modal(*first).small(),
        App::Quickstart => crate::quickstart::quickstart().fresh(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_data_survives_the_page() {
        assert_eq!(from_hex::<App>(&to_hex(&App::Quickstart)), Some(App::Quickstart));
        assert_eq!(from_hex::<App>("zz"), None);
        assert_eq!(from_hex::<App>("0"), None);
    }
}
