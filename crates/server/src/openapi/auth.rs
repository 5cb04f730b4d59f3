//! From a user id to an access token.

use serde_json::{Value, json};

use super::common::{string, value};
use super::model::{Access, Answer, Field, Object, Operation, Place, Shape, Trouble};
use crate::api::ErrorCode::{ParameterInvalid, ParameterMissing};

pub(super) fn operations() -> Vec<Operation> {
    let base = Operation {
        id: "",
        method: "POST",
        path: "",
        group: "Linking",
        title: "",
        about: "",
        access: Access::Client,
        parameters: Vec::new(),
        body: Vec::new(),
        answer: Answer::json("", string(), ""),
        errors: Vec::new(),
        sample: &[],
        deprecated: false,
    };
    let connect_token = connect_token(base.clone());
    let older = Operation {
        id: "createConnectTokenOlder",
        path: "/auth/connect_token",
        title: "Create a connect token (older path)",
        about: "The same as `POST /auth/connect-token`.",
        deprecated: true,
        ..connect_token.clone()
    };
    let token = token(base.clone());
    let revoke = Operation {
        id: "revokeToken",
        path: "/auth/revoke",
        title: "Revoke a token",
        about: "The token stops working at once (RFC 7009): of an access token the link and its data stay (to delete \
                them, use `DELETE /users/{user_id}`), a connect token ends its run, an unused authorization code is used \
                up. A token that is unknown, revoked already or another client's gets the same answer.",
        body: vec![
            Field::new("token", given(), "An access token, a connect token or an authorization code."),
            Field::new("token_type_hint", value(), "Of what kind the token is; a hint only.").optional(),
        ],
        answer: Answer::json("The token does not work any more.", Shape::Named("Revoked"), "{}"),
        errors: vec![Trouble::new(400, ParameterMissing, "`token` is absent or empty.")],
        sample: &[("token", "cnt_test_at_0123456789")],
        ..base.clone()
    };
    let introspect = Operation {
        id: "introspectToken",
        path: "/auth/introspect",
        title: "Look at a token",
        about: "Whether an access token or a connect token works, what it is for, and when it was used last (RFC 7662). \
                Of a token that does not work, or is another client's, `active` alone is said.",
        body: vec![Field::new("token", given(), "An access token or a connect token.")],
        answer: Answer::json("What is known of the token.", Shape::Named("Introspection"), INTROSPECTION),
        errors: vec![Trouble::new(400, ParameterMissing, "`token` is absent or empty.")],
        sample: &[("token", "cnt_test_at_0123456789")],
        ..base
    };
    vec![connect_token, token, revoke, introspect, older]
}

fn connect_token(base: Operation) -> Operation {
    Operation {
        id: "createConnectToken",
        path: "/auth/connect-token",
        title: "Create a connect token",
        about: "Opens one run of Connect for one of your customers. Give the token to your page; it works for 30 \
                minutes, unless the server is set otherwise, and opens the modal, nothing else.\n\n\
                A `user_id` that is linked already opens Connect in update mode, where the link was made: at the login, \
                at the utility's own site, or at the file.",
        parameters: vec![idempotency_key()],
        body: vec![
            Field::new("user_id", given(), "Your own id of the customer."),
            Field::new(
                "utility_slug",
                value(),
                "A utility's `slug` from `GET /utilities`: the customer then skips the selection.",
            )
            .optional(),
            Field::new(
                "utility_id",
                json_with(value(), "pattern", json!("^[0-9]*$")),
                "The same by number. Not together with `utility_slug`.",
            )
            .optional()
            .deprecated(),
            Field::new(
                "code_challenge",
                json!({"type": "string", "pattern": "^([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])?$"}),
                "Binds the run to a secret of yours (PKCE, RFC 7636): BASE64URL of the SHA-256 of `code_verifier`.",
            )
            .optional(),
            Field::new(
                "code_challenge_method",
                json!({"type": "string", "enum": ["S256", ""]}),
                "`S256`; required with `code_challenge`.",
            )
            .optional(),
            Field::new(
                "language",
                json!({"type": "string", "pattern": LANGUAGES}),
                "The language to show Connect in: `en`, `es`, `fr-CA`, `zh-Hans`, `vi` or `ar`; a country may follow \
                 (`es-MX`). Without it: the page's setting, then the browser's.",
            )
            .optional(),
        ],
        answer: Answer::json("The token.", Shape::Named("ConnectToken"), CONNECT_TOKEN).header("Idempotent-Replayed"),
        errors: vec![
            Trouble::new(400, ParameterMissing, "`user_id` is absent or empty."),
            Trouble::new(400, ParameterInvalid, "No utility has this slug or number, or both are given."),
            Trouble::new(400, ParameterInvalid, "This `user_id` is linked with another utility."),
        ],
        sample: &[("user_id", "customer-1"), ("utility_slug", "pge")],
        ..base
    }
}

fn token(base: Operation) -> Operation {
    Operation {
        id: "createAccessToken",
        path: "/auth/token",
        title: "Exchange an authorization code",
        about: "Gives the access token of the customer who has just linked. The code is the one that `onSuccess` \
                brought to your page. It works once, for 60 seconds (unless the client is set otherwise), for the client \
                that made the connect token. Exchanged a second time it also revokes what the first exchange gave: to \
                try again after a lost answer, send an `Idempotency-Key` with the first request already.",
        parameters: vec![idempotency_key()],
        body: vec![
            Field::new("code", given(), "The authorization code."),
            Field::new("grant_type", value(), "Ignored; older applications send `code`.").optional().deprecated(),
            Field::new(
                "code_verifier",
                json!({"type": "string", "pattern": "^([A-Za-z0-9._~-]{43,128})?$"}),
                "The secret to the `code_challenge` of the connect token: 43 to 128 characters.",
            )
            .optional(),
        ],
        answer: Answer::json("The access token. Only `access_token` counts.", Shape::Named("AccessToken"), TOKEN)
            .header("Idempotent-Replayed"),
        errors: vec![
            Trouble::new(400, ParameterMissing, "`code` is absent or empty."),
            Trouble::new(
                400,
                ParameterInvalid,
                "The code is malformed, unknown, expired, used, or another client's.",
            ),
            Trouble::new(
                400,
                ParameterInvalid,
                "`code_verifier` is not that of the connect token's `code_challenge`, or only one of the two was sent.",
            ),
        ],
        sample: &[("code", "cnt_test_ac_0123456789")],
        ..base
    }
}

fn idempotency_key() -> super::model::Parameter {
    let schema = json!({"type": "string", "pattern": r"^[\x21-\x7E]+$", "minLength": 1, "maxLength": 255});
    let about = "A text of your own that makes a repetition safe: the same request with the same key gets the same \
                 answer again. Visible ASCII.";
    Field::new("Idempotency-Key", schema, about).optional().at(Place::Header)
}

/// A value that is not empty.
fn given() -> Value {
    json_with(value(), "minLength", json!(1))
}

/// A schema with one member changed.
fn json_with(mut schema: Value, name: &str, value: Value) -> Value {
    schema[name] = value;
    schema
}

pub(super) fn objects() -> Vec<Object> {
    let life = |seconds: u32| json!({"type": "integer", "const": seconds});
    vec![
        Object {
            name: "ConnectToken",
            fields: vec![
                Field::new("connect_token", string(), "For `connectToken` of the page."),
                Field::new("expires_in", json!({"type": "integer", "minimum": 1}), "Its life in seconds."),
            ],
        },
        Object {
            name: "AccessToken",
            fields: vec![
                Field::new("access_token", string(), "Reads the data of one customer. It does not expire."),
                Field::new("access_token_expires_in", life(3600), "For legacy applications. Ignore it."),
                Field::new("refresh_token", string(), "For legacy applications. Ignore it."),
                Field::new("refresh_token_expires_in", life(31_536_000), "For legacy applications. Ignore it."),
            ],
        },
        Object { name: "Revoked", fields: Vec::new() },
        Object {
            name: "Introspection",
            fields: vec![
                Field::new(
                    "active",
                    json!({"type": "boolean"}),
                    "Whether it works. If not, nothing else is said.",
                ),
                Field::new("token_type", string(), "`access_token` or `connect_token`.").optional(),
                Field::new("client_id", string(), "The client.").optional(),
                Field::new("user_id", string(), "Your own id of the customer.").optional(),
                Field::new("utility_id", json!({"type": "integer"}), "The utility, by number.").optional(),
                Field::new(
                    "scope",
                    string(),
                    "What the customer shares by an access token: `accounts`, `usage` and `bills`, as far as they are shared.",
                )
                .optional(),
                Field::new(
                    "shared_from",
                    super::common::seconds(),
                    "Since when data is shared, where the customer keeps the past back.",
                )
                .optional(),
                Field::new("iat", super::common::seconds(), "When it was given.").optional(),
                Field::new(
                    "exp",
                    super::common::seconds(),
                    "When it expires, if it does. An access token does where the customer shares for a time.",
                )
                .optional(),
                Field::new("last_used_at", super::common::seconds(), "When it was used last.").optional(),
            ],
        },
    ]
}

/// What `connect_core::language::Language::of_tag` reads.
const LANGUAGES: &str = "^((en|es|fr|vi|ar|zh-Hans)([-_][A-Za-z0-9]+)*|zh|zh-CN|zh-SG)?$";

const CONNECT_TOKEN: &str = r#"{
  "connect_token": "cnt_test_ct_4ByVp0…",
  "expires_in": 1800
}"#;

const TOKEN: &str = r#"{
  "access_token": "cnt_test_at_9fKq2L…",
  "access_token_expires_in": 3600,
  "refresh_token": "cnt_test_rt_Zc81xT…",
  "refresh_token_expires_in": 31536000
}"#;

const INTROSPECTION: &str = r#"{
  "active": true,
  "token_type": "access_token",
  "client_id": "01998f60-5c1e-7a50-8d3b-6f3f0a4f7d21",
  "user_id": "customer-1",
  "utility_id": 1,
  "scope": "accounts usage bills",
  "iat": 1772366400,
  "last_used_at": 1772452800
}"#;
