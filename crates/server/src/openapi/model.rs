//! What the document is made of. It is Rust and no text, so that limits, codes and states are those of
//! the code, what all endpoints have in common is written once, and the page of the documentation is
//! made of the same.

use serde_json::Value;

use crate::api::ErrorCode;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody.
    Public,
    /// A client, by its id and secret.
    Client,
    /// A client with the access token of one of its users.
    User,
}

/// A method of a path.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// Name for programs.
    pub(crate) id: &'static str,
    /// `GET`, `POST` or `DELETE`.
    pub(crate) method: &'static str,
    /// With `{name}` where a parameter stands.
    pub(crate) path: &'static str,
    /// Name of its [`super::Chapter`].
    pub(crate) group: &'static str,
    /// Title, without a full stop.
    pub(crate) title: &'static str,
    /// Paragraphs and lists (lines that begin with `- `), with `code`.
    pub(crate) about: &'static str,
    pub(crate) access: Access,
    pub(crate) parameters: Vec<Parameter>,
    /// Fields of the body; empty if there is none.
    pub(crate) body: Vec<Field>,
    pub(crate) answer: Answer,
    /// Beside those that [`super::errors_of`] adds.
    pub(crate) errors: Vec<Trouble>,
    /// Parameters and fields of the example, in order.
    pub(crate) sample: &'static [(&'static str, &'static str)],
    pub(crate) deprecated: bool,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// A parameter outside the body.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) field: Field,
}

/// A named value: of a body, of an answer, of a parameter.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    pub(crate) about: &'static str,
    pub(crate) deprecated: bool,
}

/// What a value looks like.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A JSON Schema without parts.
    Leaf(Value),
    /// An object of [`super::objects`].
    Named(&'static str),
    /// A list.
    Rows(Box<Shape>),
}

/// An object that has a name.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<Field>,
}

/// The answer when all is well.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) about: &'static str,
    /// `None` for a body that is not JSON alone.
    pub(crate) shape: Option<Shape>,
    /// JSON, as it is shown.
    pub(crate) example: &'static str,
    /// Types of the body beside or instead of JSON, each with an example.
    pub(crate) other: Vec<(&'static str, &'static str)>,
    /// Names of [`super::headers`].
    pub(crate) headers: Vec<&'static str>,
    /// 304 for who has it already.
    pub(crate) tagged: bool,
    /// Where its values lead: name, operation, and parameters with the place of their values.
    pub(crate) links: Vec<Link>,
}

/// An operation that takes values of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) name: &'static str,
    pub(crate) operation: &'static str,
    /// Parameters, each with a runtime expression or a constant.
    pub(crate) parameters: &'static [(&'static str, &'static str)],
}

/// An error answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trouble {
    pub(crate) status: u16,
    pub(crate) code: ErrorCode,
    pub(crate) when: &'static str,
}

/// A header of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) name: &'static str,
    pub(crate) schema: Value,
    pub(crate) about: &'static str,
    /// Whether every answer that lists it has it.
    pub(crate) always: bool,
}

impl Field {
    pub(crate) fn new(name: &'static str, shape: impl Into<Shape>, about: &'static str) -> Self {
        Self { name, shape: shape.into(), required: true, about, deprecated: false }
    }

    /// It may be absent.
    pub(crate) fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    pub(crate) fn deprecated(self) -> Self {
        Self { deprecated: true, ..self }
    }

    pub(crate) fn at(self, place: Place) -> Parameter {
        Parameter { place, field: self }
    }
}

impl From<Value> for Shape {
    fn from(schema: Value) -> Self {
        Self::Leaf(schema)
    }
}

impl Shape {
    pub(crate) fn rows(of: impl Into<Self>) -> Self {
        Self::Rows(Box::new(of.into()))
    }
}

impl Answer {
    /// JSON of a client's call.
    pub(crate) fn json(about: &'static str, shape: impl Into<Shape>, example: &'static str) -> Self {
        Self {
            about,
            shape: Some(shape.into()),
            example,
            other: Vec::new(),
            headers: vec!["Connect-Environment", "X-Request-Id"],
            tagged: false,
            links: Vec::new(),
        }
    }

    /// With a tag, by which a caller saves what has not changed.
    pub(crate) fn tagged(mut self) -> Self {
        self.headers.push("ETag");
        Self { tagged: true, ..self }
    }

    pub(crate) fn header(mut self, name: &'static str) -> Self {
        self.headers.push(name);
        self
    }

    pub(crate) fn link(
        mut self,
        name: &'static str,
        operation: &'static str,
        parameters: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.links.push(Link { name, operation, parameters });
        self
    }
}

impl Trouble {
    pub(crate) fn new(status: u16, code: ErrorCode, when: &'static str) -> Self {
        Self { status, code, when }
    }
}
