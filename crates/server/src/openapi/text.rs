//! Text as HTML.

use std::fmt::Write;

use super::model::Operation;

/// With nothing in it that means something in HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A line, with `code`. A method with a path leads to its place on the page.
pub(super) fn line(text: &str, operations: &[Operation]) -> String {
    let mut out = String::new();
    for (i, part) in text.split('`').enumerate() {
        if i % 2 == 0 {
            out.push_str(&escaped(part));
            continue;
        }
        let code = format!("<code>{}</code>", escaped(part));
        match operations.iter().find(|o| part.split_once(' ') == Some((o.method, o.path))) {
            // Writing to a string cannot fail, here and below.
            Some(of) => drop(write!(out, "<a href=\"#{}\">{code}</a>", of.id)),
            None => out.push_str(&code),
        }
    }
    out
}

/// Paragraphs, and lists of lines that begin with `- `.
pub(super) fn block(text: &str, operations: &[Operation]) -> String {
    let mut out = String::new();
    for paragraph in text.split("\n\n") {
        if paragraph.starts_with("- ") {
            let items = paragraph.lines().map(|item| line(item.trim_start_matches("- "), operations));
            let items: String = items.map(|item| format!("<li>{item}</li>")).collect();
            let _ = write!(out, "<ul class=\"docs-list\">{items}</ul>");
        } else {
            let _ = write!(out, "<p>{}</p>", line(paragraph, operations));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(block("a <b> `<c>`", &[]), "<p>a &lt;b&gt; <code>&lt;c&gt;</code></p>");
        assert_eq!(block("p\n\n- a\n- b", &[]), "<p>p</p><ul class=\"docs-list\"><li>a</li><li>b</li></ul>");
    }
}
