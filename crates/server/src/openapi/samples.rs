//! The calls of the examples, and colours for JSON.

use std::fmt::Write;

use super::model::{Access, Operation, Place};
use super::text::escaped;

/// The call of an operation for a shell.
pub(super) fn curl(base: &str, operation: &Operation) -> String {
    let place = |name: &str| operation.parameters.iter().find(|p| p.field.name == name).map(|p| p.place);
    let mut path = operation.path.to_owned();
    let mut values = Vec::new();
    for (name, value) in operation.sample {
        match place(name) {
            Some(Place::Path) => path = path.replace(&format!("{{{name}}}"), value),
            Some(Place::Header) => {}
            Some(Place::Query) | None => values.push(format!("-d {name}={value}")),
        }
    }
    let mut options = Vec::new();
    let mut first = String::from("curl");
    match operation.method {
        // Without it curl would send the values in a body.
        "GET" if !values.is_empty() => first.push_str(" -G"),
        "GET" | "POST" => {}
        other => drop(write!(first, " -X {other}")),
    }
    let _ = write!(first, " {base}{path}");
    if operation.access != Access::Public {
        options.push("-H \"Pelm-Client-Id: $PELM_CLIENT_ID\"".to_owned());
        options.push("-H \"Pelm-Secret: $PELM_SECRET\"".to_owned());
    }
    if operation.access == Access::User {
        options.push("-H \"Authorization: Bearer $ACCESS_TOKEN\"".to_owned());
    }
    options.extend(values);
    if operation.answer.shape.is_none() {
        options.push("-o bill.pdf".to_owned());
    }
    [vec![first], options].concat().join(" \\\n  ")
}

/// A call with its quotations marked.
pub(super) fn shell_html(text: &str) -> String {
    let mut out = String::new();
    for (i, part) in text.split('"').enumerate() {
        let part = escaped(part);
        if i % 2 == 0 {
            out.push_str(&part);
        } else {
            // Writing to a string cannot fail, here and below.
            let _ = write!(out, "<span class=\"is-text\">&quot;{part}&quot;</span>");
        }
    }
    out
}

/// JSON with its names, texts and numbers marked.
pub(super) fn json_html(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (part, class) = if first == '"' {
            // No example has a quotation mark inside a text.
            let end = rest[1..].find('"').map_or(rest.len(), |at| at + 2);
            let name = rest[end..].trim_start().starts_with(':');
            (&rest[..end], if name { "is-name" } else { "is-text" })
        } else if first.is_ascii_alphanumeric() || first == '-' {
            let end = rest.find([',', ' ', '\n', ']', '}']).unwrap_or(rest.len());
            (&rest[..end], "is-value")
        } else {
            let end = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            (&rest[..end], "")
        };
        if class.is_empty() {
            out.push_str(&escaped(part));
        } else {
            let _ = write!(out, "<span class=\"{class}\">{}</span>", escaped(part));
        }
        rest = &rest[part.len()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_marked_and_stays_what_it_is() {
        assert_eq!(
            json_html("{ \"a\": [1.5, true], \"b\": \"<c>\" }"),
            "{ <span class=\"is-name\">&quot;a&quot;</span>: [<span class=\"is-value\">1.5</span>, \
             <span class=\"is-value\">true</span>], <span class=\"is-name\">&quot;b&quot;</span>: \
             <span class=\"is-text\">&quot;&lt;c&gt;&quot;</span> }"
        );
    }
}
