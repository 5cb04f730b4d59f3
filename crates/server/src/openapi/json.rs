//! The document as JSON. It is put together as text: members stay in the order in which a person
//! reads them, and examples as they were written.

use serde_json::{Value, json};

use super::common::{CHAPTERS, GROUPS, NO_CONTROL, errors_of, headers, value};
use super::model::{Access, Answer, Field, Header, Operation, Parameter, Place, Shape, Trouble};
use super::{message, objects};
use crate::api::ErrorCode;

/// OpenAPI 3.1.
pub(super) fn document(operations: &[Operation]) -> String {
    let tags = GROUPS.iter().map(|group| object([("name", text(group.name)), ("description", text(group.about))]));
    object([
        ("openapi", text("3.1.0")),
        (
            "info",
            object([
                ("title", text("Connect")),
                ("version", text(env!("CARGO_PKG_VERSION"))),
                ("description", text(&introduction())),
                ("license", object([("name", text("Apache-2.0")), ("identifier", text("Apache-2.0"))])),
            ]),
        ),
        ("servers", list([object([("url", text("/")), ("description", text("where this document is"))])])),
        ("security", list([object([("ClientId", list([])), ("ClientSecret", list([]))])])),
        ("tags", list(tags)),
        ("paths", paths(operations)),
        ("components", components()),
    ])
}

fn introduction() -> String {
    let chapters = CHAPTERS.iter().map(|chapter| format!("## {}\n\n{}", chapter.name, chapter.about));
    chapters.collect::<Vec<_>>().join("\n\n")
}

fn paths(operations: &[Operation]) -> String {
    let mut paths: Vec<&str> = Vec::new();
    for operation in operations {
        if !paths.contains(&operation.path) {
            paths.push(operation.path);
        }
    }
    object(paths.into_iter().map(|path| {
        let methods = operations.iter().filter(|o| o.path == path);
        (path, object(methods.map(|o| (o.method.to_ascii_lowercase(), operation(o)))))
    }))
}

fn operation(operation: &Operation) -> String {
    let Operation { id, title, about, access, parameters, body, answer, sample, .. } = operation;
    let mut members = vec![
        ("operationId", text(id)),
        ("summary", text(title)),
        ("description", text(about)),
        ("tags", list([text(operation.group)])),
    ];
    if operation.deprecated {
        members.push(("deprecated", "true".into()));
    }
    match access {
        Access::Public => members.push(("security", list([]))),
        // What the document says for all.
        Access::Client => {}
        Access::User => {
            let all = ["ClientId", "ClientSecret", "AccessToken"].map(|name| (name, list([])));
            members.push(("security", list([object(all)])));
        }
    }
    if !parameters.is_empty() {
        members.push(("parameters", list(parameters.iter().map(|p| parameter(p, sample)))));
    }
    if !body.is_empty() {
        let example = object(sample.iter().map(|(name, value)| (*name, text(value))));
        let content = object(ENCODINGS.map(|encoding| {
            let schema = body_schema(body, encoding);
            (encoding, object([("schema", schema), ("example", example.clone())]))
        }));
        members.push(("requestBody", object([("required", "true".into()), ("content", content)])));
    }
    members.push(("responses", responses(operation, answer)));
    object(members)
}

fn parameter(parameter: &Parameter, sample: &[(&str, &str)]) -> String {
    let Parameter { place, field } = parameter;
    let place_name = match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
    };
    let mut members = vec![
        ("name", text(field.name)),
        ("in", text(place_name)),
        ("description", text(field.about)),
        ("required", field.required.to_string()),
    ];
    if field.deprecated {
        members.push(("deprecated", "true".into()));
    }
    if *place == Place::Query {
        // It counts as absent.
        members.push(("allowEmptyValue", "true".into()));
    }
    members.push(("schema", shape(&field.shape)));
    if let Some((_, value)) = sample.iter().find(|(name, _)| *name == field.name) {
        members.push(("example", value.parse().map_or_else(|_| text(value), |number: i64| number.to_string())));
    }
    object(members)
}

const MULTIPART: &str = "multipart/form-data";
const JSON: &str = "application/json";
/// How a body may be sent.
const ENCODINGS: [&str; 3] = ["application/x-www-form-urlencoded", MULTIPART, JSON];

/// In JSON, what is `null` counts as absent. Other fields are ignored, and held to the same limits.
fn body_schema(fields: &[Field], encoding: &str) -> String {
    let names = if encoding == MULTIPART { NO_CONTROL.replace(']', r"\\]") } else { NO_CONTROL.to_owned() };
    let nullable = |mut schema: Value, may: bool| {
        if encoding == JSON && may {
            schema["type"] = json!(["string", "null"]);
        }
        schema
    };
    let properties = fields.iter().map(|field| {
        let Shape::Leaf(schema) = &field.shape else { return (field.name, shape(&field.shape)) };
        let mut schema = nullable(schema.clone(), !field.required);
        schema["description"] = field.about.into();
        if field.deprecated {
            schema["deprecated"] = true.into();
        }
        (field.name, schema.to_string())
    });
    let required = fields.iter().filter(|f| f.required).map(|f| text(f.name));
    object([
        ("type", text("object")),
        ("required", list(required)),
        ("properties", object(properties)),
        ("propertyNames", json!({"pattern": names}).to_string()),
        ("additionalProperties", nullable(value(), true).to_string()),
    ])
}

fn responses(operation: &Operation, answer: &Answer) -> String {
    let mut all = vec![("200".to_owned(), success(answer))];
    if answer.tagged {
        let about = "Not changed since the answer with the `ETag` that `If-None-Match` names.";
        let headers = header_refs(&["Connect-Environment", "ETag", "X-Request-Id"]);
        all.push(("304".to_owned(), object([("description", text(about)), ("headers", headers)])));
    }
    let errors = errors_of(operation);
    let mut statuses: Vec<u16> = errors.iter().map(|e| e.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let of: Vec<_> = errors.iter().copied().filter(|e| e.status == status).collect();
        all.push((status.to_string(), error(status, &of)));
    }
    object(all)
}

fn success(answer: &Answer) -> String {
    let mut media = Vec::new();
    if let Some(of) = &answer.shape {
        let body = object([("schema", shape(of)), ("example", answer.example.to_owned())]);
        media.push(("application/json", body));
    }
    for (name, example) in &answer.other {
        let mut members = vec![("schema", object([("type", text("string"))]))];
        if *name == "application/pdf" {
            members = vec![("schema", "{}".into())];
        } else if !example.is_empty() {
            members.push(("example", text(example)));
        }
        media.push((name, object(members)));
    }
    let mut members = vec![
        ("description", text(answer.about)),
        ("headers", header_refs(&answer.headers)),
        ("content", object(media)),
    ];
    if !answer.links.is_empty() {
        let links = answer.links.iter().map(|link| {
            let parameters = object(link.parameters.iter().map(|(name, value)| (*name, text(value))));
            (link.name, object([("operationId", text(link.operation)), ("parameters", parameters)]))
        });
        members.push(("links", object(links)));
    }
    object(members)
}

fn error(status: u16, of: &[Trouble]) -> String {
    let about: Vec<_> = of.iter().map(|e| format!("`{}`: {}", e.code.name(), e.when)).collect();
    let mut names = vec!["X-Request-Id"];
    match status {
        401 => names.push("WWW-Authenticate"),
        429 => names.push("Retry-After"),
        _ => {}
    }
    let mut codes: Vec<_> = of.iter().map(|e| e.code).collect();
    codes.dedup();
    let examples = codes.into_iter().map(|code| {
        let value = object([("error_code", text(code.name())), ("message", text(&message(code, status)))]);
        (code.name(), object([("value", value)]))
    });
    let content =
        object([("application/json", object([("schema", reference("Error")), ("examples", object(examples))]))]);
    object([("description", text(&about.join("\n\n"))), ("headers", header_refs(&names)), ("content", content)])
}

fn header_refs(names: &[&str]) -> String {
    let known = headers();
    let of = names.iter().filter(|name| known.iter().any(|h| h.name == **name));
    object(of.map(|name| (*name, object([("$ref", text(&format!("#/components/headers/{name}")))]))))
}

fn components() -> String {
    let mut schemas: Vec<_> = objects()
        .into_iter()
        .map(|of| {
            let properties = of.fields.iter().map(|field| (field.name, described(field)));
            let required = of.fields.iter().filter(|f| f.required).map(|f| text(f.name));
            let schema = object([
                ("type", text("object")),
                ("required", list(required)),
                ("properties", object(properties)),
            ]);
            (of.name, schema)
        })
        .collect();
    let codes = ErrorCode::ALL.map(|code| text(code.name()));
    let fields = [
        ("error_code", object([("type", text("string")), ("enum", list(codes))])),
        (
            "message",
            object([("type", text("string")), ("description", text("What happened and what to do, for people."))]),
        ),
    ];
    schemas.push((
        "Error",
        object([
            ("type", text("object")),
            ("required", list(["error_code", "message"].map(text))),
            ("properties", object(fields)),
            ("additionalProperties", "false".into()),
        ]),
    ));
    let headers = headers().into_iter().map(|Header { name, schema, about, always, .. }| {
        let members =
            [("description", text(about)), ("required", always.to_string()), ("schema", schema.to_string())];
        (name, object(members))
    });
    let key = |name: &str, about: &str| {
        object([
            ("type", text("apiKey")),
            ("in", text("header")),
            ("name", text(name)),
            ("description", text(about)),
        ])
    };
    let schemes = object([
        ("ClientId", key("Pelm-Client-Id", "Id of the client.")),
        ("ClientSecret", key("Pelm-Secret", "Secret of the client. It belongs on a server, never in a page.")),
        (
            "AccessToken",
            object([
                ("type", text("http")),
                ("scheme", text("bearer")),
                ("description", text("Access token of one user, from `POST /auth/token`.")),
            ]),
        ),
    ]);
    object([("schemas", object(schemas)), ("headers", object(headers)), ("securitySchemes", schemes)])
}

fn described(field: &Field) -> String {
    match &field.shape {
        Shape::Leaf(schema) => {
            let mut schema = schema.clone();
            if !field.about.is_empty() {
                schema["description"] = field.about.into();
            }
            schema.to_string()
        }
        other => shape(other),
    }
}

fn shape(of: &Shape) -> String {
    match of {
        Shape::Leaf(schema) => schema.to_string(),
        Shape::Named(name) => reference(name),
        Shape::Rows(row) => object([("type", text("array")), ("items", shape(row))]),
    }
}

fn reference(name: &str) -> String {
    object([("$ref", text(&format!("#/components/schemas/{name}")))])
}

fn text(value: &str) -> String {
    Value::from(value).to_string()
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

fn object<K: AsRef<str>>(members: impl IntoIterator<Item = (K, String)>) -> String {
    let members = members.into_iter().map(|(name, value)| format!("{}:{value}", text(name.as_ref())));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}
