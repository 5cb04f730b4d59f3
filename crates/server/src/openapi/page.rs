//! The documentation as a page: plain HTML that needs no script. Its style is `public/docs.css` and `docs-parts.css`.

use std::fmt::Write;

use super::common::{CHAPTERS, Chapter, GROUPS, errors, errors_of, headers};
use super::model::{Access, Field, Operation, Place};
use super::samples::{curl, json_html, shell_html};
use super::tables;
use super::text::{block, escaped, line};
use super::{Page, message, objects};
use crate::api::ErrorCode;

/// The document; see [`super::page`].
pub(super) fn html(page: &Page<'_>, operations: &[Operation]) -> String {
    let Page { base, styles, quickstart } = *page;
    let (contents, styles) = (contents(operations), escaped(styles));
    let home = if quickstart { "/" } else { "/docs" };
    let quickstart = if quickstart { "<a href=\"/\">Quickstart</a>" } else { "" };
    let chapters: String = CHAPTERS.iter().map(|chapter| self::chapter(chapter, base, operations)).collect();
    let groups: String = GROUPS.iter().map(|group| self::group(group, base, operations)).collect();
    format!(
        "<!doctype html><html lang=\"en\" dir=\"ltr\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta name=\"description\" content=\"Reference of the REST API of Connect.\">\
         <title>Connect API reference</title><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"{styles}\"><link rel=\"stylesheet\" href=\"/docs.css\"><link rel=\"stylesheet\" href=\"/docs-parts.css\"></head><body class=\"docs\">\
         <a class=\"docs-skip\" href=\"#content\">Skip to the content</a>\
         <header class=\"docs-head\"><a class=\"docs-brand\" href=\"{home}\"><img src=\"/favicon.svg\" alt=\"\" width=\"28\" \
         height=\"28\">Connect</a><span class=\"docs-crumb\">API reference</span>\
         <nav class=\"docs-links\" aria-label=\"Site\">{quickstart}<a href=\"/openapi.json\">openapi.json</a></nav></header>\
         <details class=\"docs-menu\"><summary>Contents</summary><nav aria-label=\"Contents\">{contents}</nav></details>\
         <div class=\"docs-frame\"><nav class=\"docs-side\" aria-label=\"Contents\" tabindex=\"0\">{contents}</nav>\
         <main id=\"content\" tabindex=\"-1\"><h1>API reference</h1>{chapters}{groups}</main></div></body></html>"
    )
}

fn contents(operations: &[Operation]) -> String {
    let chapters = CHAPTERS.iter().map(|c| format!("<li><a href=\"#{}\">{}</a></li>", anchor(c.name), c.name));
    let mut out = format!("<ul>{}</ul>", chapters.collect::<String>());
    for group in &GROUPS {
        let of = operations.iter().filter(|o| o.group == group.name && !o.deprecated);
        let items = of.map(|o| {
            format!("<li><a href=\"#{}\">{}<span>{}</span></a></li>", o.id, escaped(o.title), badge(o.method))
        });
        // Writing to a string cannot fail, here and below.
        let _ = write!(out, "<p>{}</p><ul>{}</ul>", group.name, items.collect::<String>());
    }
    out
}

fn chapter(chapter: &Chapter, base: &str, operations: &[Operation]) -> String {
    let id = anchor(chapter.name);
    let mut text = block(chapter.about, operations);
    let mut beside = String::new();
    match chapter.name {
        "Introduction" => {
            beside = panel(chapter.name, "Base URL", &escaped(base), true)
                + &panel(chapter.name, "The whole way", &way(base), false)
        }
        "Authentication" => {
            let call = operations.iter().find(|o| o.access == Access::User);
            beside = call
                .map(|call| panel(chapter.name, "A call with all headers", &shell_html(&curl(base, call)), true))
                .unwrap_or_default();
        }
        "Requests" => beside = encodings(base),
        "Errors" => {
            text.push_str(&tables::errors("All errors", &errors(), operations));
            let body = json_html(&error_body(ErrorCode::DataUnavailable, 500));
            beside = format!("<div class=\"is-prose\">{}</div>", panel(chapter.name, "An error", &body, false));
        }
        _ => {}
    }
    format!(
        "<section class=\"docs-part\" id=\"{id}\" aria-labelledby=\"{id}-title\"><div class=\"docs-text\">\
         <h2 id=\"{id}-title\">{}</h2>{text}</div><div class=\"docs-beside\">{beside}</div></section>",
        chapter.name
    )
}

/// From a user id to data.
fn way(base: &str) -> String {
    let steps = [
        ("your server", format!("POST {base}/auth/connect-token\n  user_id=customer-1")),
        ("your page", "PelmConnect.open({ connectToken,\n  onSuccess: (code) => send(code) })".to_owned()),
        ("your server", format!("POST {base}/auth/token\n  code=<code>")),
        ("your server, any time", format!("GET  {base}/intervals\n  Authorization: Bearer <access_token>")),
    ];
    let steps = steps
        .iter()
        .enumerate()
        .map(|(i, (who, what))| format!("<span class=\"is-quiet\"># {}. {who}</span>\n{}", i + 1, escaped(what)));
    steps.collect::<Vec<_>>().join("\n\n")
}

fn error_body(code: ErrorCode, status: u16) -> String {
    format!("{{\n  \"error_code\": \"{}\",\n  \"message\": \"{}\"\n}}", code.name(), message(code, status))
}

/// The same call in the three encodings.
fn encodings(base: &str) -> String {
    let call = |body: &str| {
        shell_html(&format!(
            "curl {base}/auth/connect-token \\\n  -H \"Pelm-Client-Id: $PELM_CLIENT_ID\" \\\n  \
             -H \"Pelm-Secret: $PELM_SECRET\" \\\n  {body}"
        ))
    };
    [
        panel("Requests", "As a form", &call("-d user_id=customer-1"), true),
        panel("Requests", "As multipart", &call("-F user_id=customer-1"), true),
        panel(
            "Requests",
            "As JSON",
            &call("-H \"Content-Type: application/json\" \\\n  -d '{\"user_id\": \"customer-1\"}'"),
            true,
        ),
    ]
    .concat()
}

fn group(group: &Chapter, base: &str, operations: &[Operation]) -> String {
    let of = operations.iter().filter(|o| o.group == group.name);
    let parts: String = of.map(|o| part(o, base, operations)).collect();
    let id = anchor(group.name);
    format!(
        "<section class=\"docs-group\" id=\"{id}\" aria-labelledby=\"{id}-title\"><div class=\"docs-lead\">\
         <h2 id=\"{id}-title\">{}</h2><p>{}</p></div>{parts}</section>",
        group.name,
        line(group.about, operations)
    )
}

/// An endpoint.
fn part(operation: &Operation, base: &str, all: &[Operation]) -> String {
    let Operation { id, method, path, title, about, access, .. } = operation;
    let access = match access {
        Access::Public => "public",
        Access::Client => "client",
        Access::User => "client + access token",
    };
    let deprecated = if operation.deprecated { "<span class=\"docs-mark\">deprecated</span>" } else { "" };
    let mut text = format!(
        "<h3 id=\"{id}-title\"><a href=\"#{id}\">{}</a></h3><p class=\"docs-route\">{}<code>{path}</code>\
         <span class=\"docs-mark\">{access}</span>{deprecated}</p>{}",
        escaped(title),
        badge(method),
        block(about, all)
    );
    for (caption, place) in
        [("In the path", Place::Path), ("In the query", Place::Query), ("Headers", Place::Header)]
    {
        let of = operation.parameters.iter().filter(|p| p.place == place).map(|p| p.field.clone());
        add_fields(&mut text, caption, &of.collect::<Vec<_>>(), true, all);
    }
    add_fields(&mut text, "In the body", &operation.body, true, all);
    text.push_str(&answer(operation, all));
    let example = match (operation.answer.shape.is_some(), operation.answer.example) {
        (true, example) => panel(title, "Answer, 200", &json_html(example), false),
        (false, _) => String::new(),
    };
    let others = operation.answer.other.iter().filter(|(_, example)| !example.is_empty());
    let others: String = others.map(|(name, example)| panel(title, name, &escaped(example), false)).collect();
    format!(
        "<section class=\"docs-part\" id=\"{id}\" aria-labelledby=\"{id}-title\"><div class=\"docs-text\">{text}</div>\
         <div class=\"docs-beside\">{}{example}{others}</div></section>",
        panel(title, "Call", &shell_html(&curl(base, operation)), true)
    )
}

fn add_fields(out: &mut String, caption: &str, fields: &[Field], of_request: bool, all: &[Operation]) {
    if !fields.is_empty() {
        out.push_str(&tables::fields(caption, fields, of_request, all));
    }
}

/// The answer's fields, headers and errors. What is inside of it opens on a click.
fn answer(operation: &Operation, all: &[Operation]) -> String {
    let objects = objects();
    let mut out = String::new();
    let inside = operation.answer.shape.as_ref().map(|s| tables::inside(s, &objects)).unwrap_or_default();
    for (i, object) in inside.iter().enumerate().filter(|(_, object)| !object.fields.is_empty()) {
        if i == 0 {
            let list = operation.answer.shape.as_ref().is_some_and(|s| tables::type_of(s).starts_with("list"));
            let caption = if list { "Each entry of the answer" } else { "The answer" };
            add_fields(&mut out, caption, &object.fields, false, all);
        } else {
            let table = tables::fields(object.name, &object.fields, false, all);
            let _ =
                write!(out, "<details class=\"docs-more\"><summary>{}</summary>{table}</details>", object.name);
        }
    }
    let known = headers();
    let of: Vec<_> =
        operation.answer.headers.iter().filter_map(|name| known.iter().find(|h| h.name == *name)).collect();
    if !of.is_empty() {
        let table = tables::headers(&of, all);
        let _ =
            write!(out, "<details class=\"docs-more\"><summary>Headers of the answer</summary>{table}</details>");
    }
    let mut errors = errors_of(operation);
    errors.sort_by_key(|error| error.status);
    let table = tables::errors("Errors", &errors, all);
    let _ = write!(out, "<details class=\"docs-more\"><summary>Errors</summary>{table}</details>");
    out
}

/// Code with a title, `of` what it is about. `whole`: a click selects all of it, to be copied.
fn panel(of: &str, title: &str, code: &str, whole: bool) -> String {
    let (class, hint) = if whole { (" is-whole", "<span>a click selects it all</span>") } else { ("", "") };
    format!(
        "<figure class=\"docs-panel{class}\"><figcaption>{title}{hint}</figcaption>\
         <div class=\"docs-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{of}: {title}\"><pre><code>{code}</code></pre>\
         </div></figure>"
    )
}

fn badge(method: &str) -> String {
    format!("<b class=\"docs-method is-{}\">{method}</b>", method.to_ascii_lowercase())
}

fn anchor(name: &str) -> String {
    name.to_ascii_lowercase()
}
