//! Tables of parameters, fields and errors.

use std::fmt::Write;

use serde_json::Value;

use super::model::{Field, Header, Object, Operation, Shape, Trouble};
use super::text::{escaped, line};

/// A table of fields under a caption.
pub(super) fn fields(caption: &str, fields: &[Field], of_request: bool, all: &[Operation]) -> String {
    let mut rows = String::new();
    for Field { name, shape, required, about, deprecated, .. } in fields {
        let mut marks = String::new();
        if of_request && *required {
            marks.push_str("<span class=\"docs-mark is-required\">required</span>");
        }
        if !of_request && !*required {
            marks.push_str("<span class=\"docs-mark\">may be absent</span>");
        }
        if *deprecated {
            marks.push_str("<span class=\"docs-mark\">deprecated</span>");
        }
        // Writing to a string cannot fail, here and below.
        let _ = write!(
            rows,
            "<tr><th scope=\"row\"><code>{name}</code><span class=\"docs-type\">{}</span></th><td>{marks}{}</td></tr>",
            escaped(&type_of(shape)),
            line(about, all)
        );
    }
    table(caption, ["Name", "Meaning"], &rows)
}

/// A table of an answer's headers.
pub(super) fn headers(of: &[&Header], all: &[Operation]) -> String {
    let rows: String = of
        .iter()
        .map(|Header { name, about, .. }| {
            format!("<tr><th scope=\"row\"><code>{name}</code></th><td>{}</td></tr>", line(about, all))
        })
        .collect();
    table("Headers of the answer", ["Name", "Meaning"], &rows)
}

/// A table of errors.
pub(super) fn errors(caption: &str, of: &[Trouble], all: &[Operation]) -> String {
    let rows: String = of
        .iter()
        .map(|Trouble { status, code, when }| {
            format!(
                "<tr><th scope=\"row\"><span class=\"docs-status\">{status}</span> <code>{}</code></th><td>{}</td></tr>",
                code.name(),
                line(when, all)
            )
        })
        .collect();
    table(caption, ["Status and code", "When"], &rows)
}

fn table(caption: &str, columns: [&str; 2], rows: &str) -> String {
    let [first, second] = columns;
    format!(
        "<table class=\"docs-table\"><caption>{caption}</caption><thead><tr><th scope=\"col\">{first}</th>\
         <th scope=\"col\">{second}</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}

/// The objects that a shape holds, outermost first.
pub(super) fn inside<'a>(shape: &Shape, objects: &'a [Object]) -> Vec<&'a Object> {
    fn add<'a>(shape: &Shape, objects: &'a [Object], found: &mut Vec<&'a Object>) {
        match shape {
            Shape::Leaf(_) => {}
            Shape::Rows(row) => add(row, objects, found),
            Shape::Named(name) => {
                let Some(object) = objects.iter().find(|o| o.name == *name) else { return };
                if !found.iter().any(|f| f.name == object.name) {
                    found.push(object);
                    object.fields.iter().for_each(|field| add(&field.shape, objects, found));
                }
            }
        }
    }
    let mut found = Vec::new();
    add(shape, objects, &mut found);
    found
}

/// A shape in words: `integer, 1 to 100,000`.
pub(super) fn type_of(shape: &Shape) -> String {
    match shape {
        Shape::Named(name) => (*name).to_owned(),
        Shape::Rows(row) => format!("list of {}", type_of(row)),
        Shape::Leaf(schema) => leaf(schema),
    }
}

fn leaf(schema: &Value) -> String {
    let name = schema["type"].as_str().unwrap_or("any");
    if let Some(items) = schema.get("items") {
        return format!("list of {}", leaf(items));
    }
    if let Some(only) = schema.get("const") {
        return format!("always {only}");
    }
    if let Some(values) = schema["enum"].as_array() {
        // A long list says nothing; the text beside it does.
        let few = values.len() <= 4;
        let values: Vec<_> = values.iter().filter_map(Value::as_str).collect();
        return if few { values.join(" | ") } else { format!("{name}, one of {}", values.len()) };
    }
    let grouped = |key: &str| schema[key].as_i64().map(grouped);
    match (schema["format"].as_str(), grouped("minimum"), grouped("maximum"), grouped("maxLength")) {
        (Some("uuid"), ..) => "UUID".to_owned(),
        (Some("int64"), ..) => "integer, seconds".to_owned(),
        // The end of what a calendar holds is no limit that anybody meets.
        (_, Some(from), Some(to), _) if to.len() <= 9 => format!("{name}, {from} to {to}"),
        (_, Some(_), Some(_), _) => format!("{name}, seconds"),
        (.., Some(chars)) => format!("{name}, up to {chars} characters"),
        _ => name.to_owned(),
    }
}

/// With commas between thousands.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_shape_is_told_in_words() {
        let told = |schema: Value| type_of(&schema.into());
        assert_eq!(told(json!({"type": "integer", "minimum": 1, "maximum": 100_000})), "integer, 1 to 100,000");
        assert_eq!(told(json!({"type": "string", "maxLength": 1024})), "string, up to 1,024 characters");
        assert_eq!(told(json!({"type": "string", "enum": ["ELECTRIC", "GAS"]})), "ELECTRIC | GAS");
        assert_eq!(type_of(&Shape::rows(Shape::Named("Meter"))), "list of Meter");
    }
}
