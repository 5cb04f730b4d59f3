//! A run as a document: what stands on it, its forms, and its policy.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_core::origin::Origin;
use connect_core::secret::Secret;
use connect_core::theme::Scheme;
use connect_server::service::RunDocument;
use connect_wire::{FlowView, Screen, UtilityCard};
use futures::Stream;
use leptos::prelude::*;

use super::super::aside::escaped;
use super::super::shell::SPRITE;
use super::super::{Web, theme};
use crate::modal::checking;
use crate::modal::{Moment, Plain, plain};
use crate::text::{Words, fill};

/// What was asked for beside the run.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// Tag of the language that the page asked for; carried along, as its wish comes before the browser's.
    pub(super) language: String,
    /// Origin of the page that frames; carried along.
    pub(super) origin: String,
    /// What was searched for, and what was found.
    pub(super) found: Option<(String, Vec<UtilityCard>)>,
}

/// The whole document.
pub(super) fn whole(web: &Web, run: &RunDocument, asked: &Asked, moment: Moment, status: StatusCode) -> Response {
    let screen = screen(run, asked, moment);
    let html = format!("{}{screen}{END}", head(web, run, heading(&screen)));
    answer(status, run, Body::from(html))
}

/// A document that goes on: what stands there is shown until the next part is there.
pub(super) fn going_on(
    run: &RunDocument,
    parts: impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static,
) -> Response {
    answer(StatusCode::OK, run, Body::from_stream(parts))
}

pub(super) const END: &str = "</body></html>";

fn answer(status: StatusCode, run: &RunDocument, body: Body) -> Response {
    let ancestors = run.by.as_ref().map_or("'none'", Origin::as_str);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors {ancestors}; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // What is no header never gets here: the origin was read by `Origin`.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The heading of a screen, as HTML: a document is called after it.
fn heading(screen: &str) -> &str {
    let inside = screen.split_once("id=\"title\"").and_then(|(_, rest)| rest.split_once('>'));
    inside.and_then(|(_, text)| text.split_once("</h1>")).map_or("", |(text, _)| text)
}

/// Everything before the first screen. `heading` is HTML.
pub(super) fn head(web: &Web, run: &RunDocument, heading: &str) -> String {
    let words = Words::of(run.language);
    let (lang, dir, title) = (words.language.tag(), words.language.direction(), words.modal.app_title);
    let scheme = run.theme.scheme;
    let scheme =
        if scheme == Scheme::System { String::new() } else { format!(" data-scheme=\"{}\"", scheme.name()) };
    let own = format!("/{}/{}.css", web.options.site_pkg_dir, web.options.output_name);
    let styles: String = [Some(own), Some("/plain.css".to_owned()), theme::href(&run.theme)]
        .into_iter()
        .flatten()
        .map(|href| format!("<link rel=\"stylesheet\" href=\"{}\">", escaped(&href)))
        .collect();
    // Within the modal's frame the page behind it shines through.
    let class = if run.redirect.is_some() { "hosted" } else { "frame" };
    format!(
        "<!doctype html><html lang=\"{lang}\" dir=\"{dir}\" data-plain{scheme}><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover, \
         interactive-widget=resizes-content\"><meta name=\"color-scheme\" content=\"light\">\
         <meta name=\"referrer\" content=\"no-referrer\"><title>{heading} – {title}</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">{styles}<script src=\"/frame.js\"></script>\
         <script src=\"/plain.js\"></script></head><body class=\"{class}\"><div hidden>{SPRITE}</div>"
    )
}

/// A screen with its forms.
pub(super) fn screen(run: &RunDocument, asked: &Asked, moment: Moment) -> String {
    let words = Words::of(run.language);
    let view = run.view.clone();
    let texts = words.pages;
    let known = Plain { found: asked.found.clone(), search: texts.search_go, minutes: texts.valid_minutes };
    let drawn = Owner::new().with(|| {
        provide_context(words.strings);
        plain(view, moment, known).to_html()
    });
    format!("{}{drawn}", forms(&run.key, &run.view, asked))
}

/// The form of buttons that stand alone, and what goes along with the screen's own form. What stands in the first one's
/// attributes is for `public/frame.js`: how leaving ends.
fn forms(key: &Secret, view: &FlowView, asked: &Asked) -> String {
    let fields =
        [("key", key.expose()), ("step", &view.step.to_string()), ("l", &asked.language), ("o", &asked.origin)];
    let inputs = |form: &str| -> String {
        let input = |(name, value): &(&str, &str)| {
            format!("<input type=\"hidden\"{form} name=\"{name}\" value=\"{}\">", escaped(value))
        };
        fields.iter().filter(|(_, value)| !value.is_empty()).map(input).collect()
    };
    let ends = match &view.screen {
        Screen::Linked { .. } => " data-linked".to_owned(),
        Screen::Unsupported { utility, .. } => {
            format!(" data-utility=\"{}\" data-name=\"{}\"", utility.id, escaped(&utility.name))
        }
        _ => String::new(),
    };
    // Those of the screen's form come before it, so that they are read before a file.
    format!(
        "<form id=\"nav\" method=\"post\" action=\"/connect/step\" hidden{ends}>{}</form>{}",
        inputs(""),
        inputs(" form=\"main\"")
    )
}

/// What is shown while the utility is asked, and its heading. No ids and no forms: those are the next screen's.
pub(super) fn waiting(run: &RunDocument) -> (String, String) {
    let words = Words::of(run.language);
    let Screen::Checking { utility, what } = &run.view.screen else { return Default::default() };
    let title = fill(checking::title(*what, words.strings), &[("utility", &utility.name)]);
    let (title, text) = (escaped(&title), escaped(words.modal.checking_text));
    let (tone, letters) = (utility.tone, escaped(&utility.monogram));
    let html = format!(
        "<div class=\"stage passing\" data-shown=\"true\"><div class=\"backdrop\"></div>\
         <section class=\"sheet\" role=\"dialog\" aria-label=\"{title}\"><div class=\"sheet-body\">\
         <div class=\"screen\"><main class=\"main middle\"><div class=\"waiting\" aria-hidden=\"true\">\
         <span class=\"monogram\" data-tone=\"{tone}\">{letters}</span> <span class=\"ring\"></span></div>\
         <h1>{title}</h1><p role=\"status\">{text}</p></main></div></div></section></div>"
    );
    (html, title)
}
