//! The HTML document around an app, with its content security policy.

use axum::http::{HeaderValue, header};
use connect_core::theme::{Scheme, Theme};
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::page::{self, App};
use crate::quickstart::around::around;
use crate::small::Small;
use crate::text::Words;

/// What differs between the documents.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) app: App,
    /// Class of the body; the styles of the two apps differ by it.
    pub(super) class: &'static str,
    pub(super) title: &'static str,
    pub(super) words: &'static Words,
    /// How the company wants it to look.
    pub(super) theme: Theme,
    /// Scripts of ours that run before the app.
    pub(super) scripts: &'static [&'static str],
    /// A stylesheet beside the common one.
    pub(super) styles: Option<&'static str>,
    /// Sources of `frame-ancestors`.
    pub(super) ancestors: String,
    /// Sources of `frame-src`.
    pub(super) frames: &'static str,
}

/// The icons, once per document; the apps refer to them by id.
pub(super) const SPRITE: &str = include_str!("sprite.svg");

pub(super) fn document(options: LeptosOptions, document: Document) -> impl IntoView {
    let Document { app, class, title, words, theme, scripts, styles, ancestors, frames } = document;
    set_policy(&ancestors, frames);
    let nonce = use_nonce();
    provide_context(words.strings);
    let explained = matches!(app, App::Modal(_)).then(|| {
        view! { <noscript><p class="noscript">"This page needs JavaScript. Please switch it on and load the page again."</p></noscript> }
    });
    let content = match app {
        App::Modal(_) => page::root(&app.clone(), words.modal, page::content(app)),
        App::Quickstart => around(page::root(&app.clone(), words.modal, page::content(app))).small(),
    };
    let scheme = (theme.scheme != Scheme::System).then_some(theme.scheme.name());
    let pkg = |end: &str| format!("/{}/{}{end}", options.site_pkg_dir, options.output_name);
    let (css, glue, wasm) = (pkg(".css"), pkg(".js"), pkg(".wasm"));
    view! {
        <!DOCTYPE html>
        <html lang=words.language.tag() dir=words.language.direction() data-scheme=scheme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
                <meta name="color-scheme" content="light" />
                <meta name="referrer" content="no-referrer" />
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" id="leptos" href=css />
                {styles.map(|href| view! { <link rel="stylesheet" href=href /> })}
                {super::theme::href(&theme).map(|href| view! { <link rel="stylesheet" href=href /> })}
                <link rel="modulepreload" href=glue.clone() nonce=nonce.clone() />
                <link rel="preload" href=wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="" />
                {scripts.iter().map(|src| view! { <script src=*src nonce=nonce.clone()></script> }).collect_view()}
                <script type="module" src="/start.js" data-glue=glue data-wasm=wasm nonce=nonce></script>
                <AutoReload options=options.clone() />
            </head>
            <body class=class>
                <div hidden inner_html=SPRITE></div>
                {content}
                {explained}
            </body>
        </html>
    }
}

fn set_policy(ancestors: &str, frames: &str) {
    // With 'strict-dynamic' a script of ours may load its modules, and nothing else may run.
    let nonce = use_nonce().map(|n| format!("'nonce-{n}' 'strict-dynamic'")).unwrap_or_default();
    // `cargo leptos watch` reloads the page over a socket on another port.
    let reload =
        if std::env::var_os("LEPTOS_WATCH").is_some() { " ws://localhost:* ws://127.0.0.1:*" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src {nonce} 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self'{reload}; img-src 'self' data:; frame-src {frames}; form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors {ancestors}; \
         require-trusted-types-for 'script'; trusted-types default inert"
    );
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&policy)) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
