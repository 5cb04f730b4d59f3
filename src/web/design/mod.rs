//! `GET /design`: the design system's parts and the modal in every state, in each language and theme, while the quickstart
//! is served. What stands there is what the server draws; nothing in it does anything.

mod components;
mod states;

use axum::extract::{self, Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_core::language::Language;
use connect_core::theme::{Rgb, Scheme, Theme};
use leptos::prelude::*;
use serde::Deserialize;

use super::{Web, theme};
use crate::modal::still;
use crate::text::Words;
use components::components;
use states::{all, utility};

/// The parts by themselves, beside the states.
const PARTS: &str = "components";

/// What is tried out. What is none counts as not given: this is a page to play with.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    language: String,
    brand: String,
    radius: String,
    scheme: String,
}

impl Params {
    fn language(&self) -> Language {
        Language::of_tag(&self.language).unwrap_or_default()
    }

    fn theme(&self) -> Theme {
        Theme {
            brand: self.brand.parse::<Rgb>().ok(),
            radius: self.radius.parse().ok().filter(|radius| *radius <= connect_core::theme::MAX_RADIUS),
            scheme: self.scheme.parse().unwrap_or_default(),
            logo: None,
        }
    }

    /// The same in an address.
    fn query(&self) -> String {
        let Self { language, brand, radius, scheme } = self;
        let pairs = [("language", language), ("brand", brand), ("radius", radius), ("scheme", scheme)];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish()
    }
}

/// The overview: a frame of the size of a phone for each state.
pub(super) async fn overview(extract::State(web): extract::State<Web>, Query(params): Query<Params>) -> Response {
    let query = params.query().replace('&', "&amp;");
    let states = all(web.service.directory(), Language::English);
    let frames: String = [PARTS]
        .into_iter()
        .chain(states.iter().map(|state| state.name))
        .map(|name| {
            format!(
                "<li class=\"state-{name}\"><h2 id=\"{name}\">{name}</h2>\
                 <iframe src=\"/design/{name}?{query}\" title=\"{name}\" loading=\"lazy\"></iframe></li>"
            )
        })
        .collect();
    let chosen = params.language();
    let languages = Language::ALL
        .map(|one| view! { <option value=one.tag() selected=one == chosen>{one.tag()}</option> })
        .collect_view();
    let scheme = params.theme().scheme;
    let schemes = Scheme::ALL
        .map(|one| view! { <option value=one.name() selected=one == scheme>{one.name()}</option> })
        .collect_view();
    let brand = if params.theme().brand.is_some() { params.brand.clone() } else { "#0b6e4f".to_owned() };
    let radius = if params.theme().radius.is_some() { params.radius.clone() } else { "10".to_owned() };
    let body = view! {
        <main>
            <h1>"The modal in every state"</h1>
            <form class="try" method="get">
                <label>"Language "<select name="language">{languages}</select></label>
                <label>"Brand "<input type="color" name="brand" value=brand /></label>
                <label>"Radius "<input type="number" name="radius" min="0" max="24" value=radius /></label>
                <label>"Scheme "<select name="scheme">{schemes}</select></label>
                <button class="primary" type="submit">"Show"</button>
            </form>
            <ul class="states" inner_html=frames></ul>
        </main>
    }
    .to_html();
    let words = Words::of(Language::English);
    html(&web, words, &Theme::default(), "design", "Design", &body)
}

/// One state, alone.
pub(super) async fn state(
    extract::State(web): extract::State<Web>,
    Path(name): Path<String>,
    Query(params): Query<Params>,
) -> Response {
    let (language, theme) = (params.language(), params.theme());
    let words = Words::of(language);
    if name == PARTS {
        let body = Owner::new().with(|| components(&utility(web.service.directory(), Language::English)));
        return html(&web, words, &theme, "design", "Components", &body);
    }
    let states = all(web.service.directory(), language);
    let Some(state) = states.into_iter().find(|state| state.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body = Owner::new().with(|| {
        provide_context(words.strings);
        if let Some(shown) = state.shown {
            provide_context(shown);
        }
        still(state.view, state.moment).to_html()
    });
    html(&web, words, &theme, "frame", words.modal.app_title, &body)
}

/// A document around HTML that was rendered here.
fn html(web: &Web, words: &Words, theme: &Theme, class: &str, title: &str, body: &str) -> Response {
    let (lang, dir, scheme) = (words.language.tag(), words.language.direction(), theme.scheme.name());
    let own = format!("/{}/{}.css", web.options.site_pkg_dir, web.options.output_name);
    let themed = theme::href(theme).map(|href| href.replace('&', "&amp;"));
    let styles: String = [Some(own), (class == "design").then(|| "/design.css".to_owned()), themed]
        .into_iter()
        .flatten()
        .map(|href| format!("<link rel=\"stylesheet\" href=\"{href}\">"))
        .collect();
    let html = format!(
        "<!doctype html><html lang=\"{lang}\" dir=\"{dir}\" data-scheme=\"{scheme}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">{styles}</head>\
         <body class=\"{class}\"><div hidden>{}</div>{body}</body></html>",
        super::shell::SPRITE
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    (headers, html).into_response()
}

/// No script at all; frames of our own.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'self'";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What the browser tests take pictures of stands in the visual record, and nothing that is no longer there.
    #[test]
    fn every_state_has_its_pictures() {
        let record = include_str!("../../../docs/SCREENS.md");
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screens/states");
        let directory = connect_core::directory::Directory::embedded().expect("the directory");
        let names = all(&directory, Language::English).into_iter().map(|state| state.name).chain([PARTS]);
        let expected: BTreeSet<_> =
            names.flat_map(|name| [360, 1280].map(|width| format!("{name}-{width}.png"))).collect();
        let taken: BTreeSet<_> = std::fs::read_dir(&folder)
            .expect("the folder")
            .map(|file| file.expect("a file").file_name().into_string().expect("a name"))
            .collect();
        assert_eq!(taken, expected);
        let missing: Vec<_> =
            expected.iter().filter(|name| !record.contains(&format!("screens/states/{name}"))).collect();
        assert!(missing.is_empty(), "not in docs/SCREENS.md: {missing:?}");
    }
}
