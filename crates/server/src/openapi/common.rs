//! What all endpoints have in common.

use serde_json::{Value, json};

use super::model::{Access, Header, Operation, Trouble};
use crate::api::ErrorCode::{
    CredentialsInvalid, DataUnavailable, FeatureUnavailable, InternalError, ParameterInvalid, ParameterMissing,
    PermissionDenied, QuotaReached, TokenInvalid,
};
use crate::api::{BODY_LIMIT, MAX_VALUE_CHARS};

/// A part of the documentation: title, and text as in [`Operation::about`].
pub(super) struct Chapter {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
}

/// What comes before the endpoints.
pub(super) const CHAPTERS: [Chapter; 4] = [
    Chapter {
        name: "Introduction",
        about: "With Connect, customers of your company link their electricity or gas utility login, in a modal on your \
                own page. Your server then reads their accounts, usage and bills over this REST API.\n\n\
                - Your server creates a connect token: `POST /auth/connect-token`.\n\
                - Your page opens Connect with it. When the customer has linked, `onSuccess` brings an authorization \
                code.\n\
                - Your server exchanges the code, once and within 60 seconds: `POST /auth/token`. The access token \
                stands for this one customer and does not expire.\n\
                - With it your server reads `GET /accounts`, `GET /intervals`, `GET /bills` and the rest.\n\n\
                Answers are JSON. Times are seconds since 1970 (UTC). Decimals are exact: the utility's own digits. \
                Fields of which nothing is known are absent, and new fields may come: ignore those you do not know.",
    },
    Chapter {
        name: "Authentication",
        about: "Every call but those marked “public” carries the two headers of your client, `Pelm-Client-Id` and \
                `Pelm-Secret`. Calls that read a customer's data carry the access token of this customer as well, as \
                `Authorization: Bearer <access_token>`.\n\n\
                The secret and the access tokens belong on your server, never in a page. They are taken from headers \
                (and bodies where an endpoint asks for one) alone: a token in an address is refused with 400. Whether a \
                client is one of the sandbox or of production is said by each answer, in `Connect-Environment`.",
    },
    Chapter {
        name: "Requests",
        about: "A body is `application/x-www-form-urlencoded`, `multipart/form-data` or `application/json` (an object of \
                strings), as you like.\n\n\
                - An empty value counts as absent, in JSON `null` as well. Unknown parameters are ignored.\n\
                - A parameter may be given once. A value has at most 1,024 characters and no control characters; a body \
                at most 64 KiB.\n\
                - Any origin may call (CORS); there are no cookies.",
    },
    Chapter {
        name: "Errors",
        about: "An error is an object of two strings, `error_code` for programs and `message` for people; the message \
                says what happened and what to do.",
    },
];

/// The endpoints, in groups.
pub(super) const GROUPS: [Chapter; 5] = [
    Chapter { name: "Linking", about: "From your user id to an access token, and what becomes of it." },
    Chapter { name: "Customers", about: "Who has linked what: users, their accounts and meters." },
    Chapter {
        name: "Usage",
        about: "What was used, in the finest granularity that the utility gives, and what it corrected.",
    },
    Chapter { name: "Bills", about: "Bills with their amounts and documents." },
    Chapter { name: "Reference", about: "What is the same for all customers." },
];

/// A text without control characters, as `char::is_control` has them.
pub(super) const NO_CONTROL: &str = r"^[^\x00-\x1F\x7F-\x9F]*$";

/// A value of a request: what no parameter goes beyond.
pub(super) fn value() -> Value {
    json!({"type": "string", "maxLength": MAX_VALUE_CHARS, "pattern": NO_CONTROL})
}

/// An opaque text of an answer.
pub(super) fn string() -> Value {
    json!({"type": "string"})
}

/// An id.
pub(super) fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

/// Seconds since 1970.
pub(super) fn seconds() -> Value {
    json!({"type": "integer", "format": "int64"})
}

/// An exact decimal.
pub(super) fn number() -> Value {
    json!({"type": "number"})
}

/// A meter's kind.
pub(super) fn kind() -> Value {
    json!({"type": "string", "enum": ["ELECTRIC", "GAS"]})
}

/// Headers of answers.
pub(super) fn headers() -> Vec<Header> {
    let header = |name, schema, about, always| Header { name, schema, about, always };
    vec![
        header(
            "Connect-Environment",
            json!({"type": "string", "enum": ["sandbox", "production"]}),
            "The environment of the client.",
            true,
        ),
        header("ETag", string(), "Tag of this answer, for `If-None-Match`.", true),
        header(
            "Link",
            string(),
            "Address of the next page, with `rel=\"next\"` (RFC 8288); absent on the last.",
            false,
        ),
        header(
            "Retry-After",
            json!({"type": "integer", "minimum": 0}),
            "Seconds after which a request is taken again.",
            true,
        ),
        header("WWW-Authenticate", string(), "What is missing (RFC 9110).", true),
        header(
            "Content-Disposition",
            string(),
            "`attachment`: a file of a foreign site, which is not shown in a page of ours.",
            true,
        ),
        header("X-Request-Id", string(), "Names this request in our logs.", false),
        header(
            "Idempotent-Replayed",
            json!({"type": "string", "enum": ["true"]}),
            "The answer is that of the first request with this `Idempotency-Key`.",
            false,
        ),
    ]
}

/// All errors of an operation: its own and those that every one of its kind has.
pub(super) fn errors_of(operation: &Operation) -> Vec<Trouble> {
    let mut all = operation.errors.clone();
    let mut add = |status, code, when| all.push(Trouble::new(status, code, when));
    add(400, ParameterInvalid, "A parameter is given twice, is too long or is malformed.");
    if operation.access != Access::Public {
        add(401, CredentialsInvalid, "The client's headers are absent or wrong.");
    }
    if operation.access == Access::User {
        add(401, TokenInvalid, "The access token is absent, malformed, unknown, revoked, or another client's.");
    }
    if operation.parameters.iter().any(|p| p.field.name == "Idempotency-Key") {
        add(409, ParameterInvalid, "The `Idempotency-Key` was sent with another request.");
    }
    if !operation.body.is_empty() {
        add(413, ParameterInvalid, "The body is larger than 64 KiB.");
        add(415, ParameterInvalid, "The body is of another type.");
    }
    add(429, QuotaReached, "Too many requests. `Retry-After` says when to go on.");
    add(500, InternalError, "Our fault. Try again.");
    all
}

/// The table of all errors.
pub(super) fn errors() -> Vec<Trouble> {
    let row = Trouble::new;
    vec![
        row(400, ParameterMissing, "A required parameter is absent or empty."),
        row(
            400,
            ParameterInvalid,
            "A parameter is given twice, too long, not a string or malformed; a utility is unknown; an authorization code \
             is malformed, unknown, expired, used or another client's (not told apart).",
        ),
        row(400, FeatureUnavailable, "The account has no such meter, or the utility no such data."),
        row(
            401,
            CredentialsInvalid,
            "The client's headers are absent or wrong. Unknown clients and wrong secrets get the same answer.",
        ),
        row(401, TokenInvalid, "The access token is absent, malformed, unknown, revoked, or another client's."),
        row(
            403,
            PermissionDenied,
            "The token is not for this user, account, meter or bill, nor for one that does not exist (not told apart).",
        ),
        row(404, ParameterInvalid, "There is no such path."),
        row(405, ParameterInvalid, "The path does not have this method; `Allow` says which it has."),
        row(409, ParameterInvalid, "An `Idempotency-Key` was sent with another request."),
        row(413, ParameterInvalid, "The body is larger than 64 KiB."),
        row(415, ParameterInvalid, "The body is of another type."),
        row(429, QuotaReached, "Too many requests. `Retry-After` says when to go on."),
        row(500, DataUnavailable, "The data is being read. Try again in a while."),
        row(500, InternalError, "Our fault. Try again."),
    ]
}

// The texts above say these figures in words.
const _: () = assert!(BODY_LIMIT == 64 * 1024 && MAX_VALUE_CHARS == 1024);
