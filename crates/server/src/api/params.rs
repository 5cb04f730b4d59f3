//! Parameters of a request body, however it is encoded: form, multipart or JSON, all read into
//! one flat set of names and texts.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use multer::Multipart;
use serde_json::Value;

use super::ApiError;

/// Longest value of a parameter, in characters: what `maxLength` means in the API's description. Ids of
/// customers are the longest that we know.
pub(crate) const MAX_VALUE_CHARS: usize = 1024;

/// The parameters of a body. An empty value counts as absent, as for Pelm.
#[derive(Debug)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// The value of an optional parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The value of a required parameter.
    pub(super) fn require(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| ApiError::missing(name))
    }

    /// All parameters that are given, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn add(&mut self, name: String, value: String) -> Result<(), ApiError> {
        let shown: String = name.chars().take(60).collect();
        if self.0.iter().any(|(n, _)| *n == name) {
            return Err(ApiError::invalid(format!("The parameter '{shown}' is given twice.")));
        }
        if value.chars().count() > MAX_VALUE_CHARS {
            let message = format!("The parameter '{shown}' is longer than {MAX_VALUE_CHARS} characters.");
            return Err(ApiError::invalid(message));
        }
        if name.chars().chain(value.chars()).any(char::is_control) {
            return Err(ApiError::invalid(format!("The parameter '{shown}' contains control characters.")));
        }
        if !value.is_empty() {
            self.0.push((name, value));
        }
        Ok(())
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = match request.headers().get(CONTENT_TYPE) {
            Some(value) => value.to_str().map_err(|_| ApiError::media_type())?.to_owned(),
            None => String::new(),
        };
        let body = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
            _ => ApiError::invalid("The body could not be read to its end."),
        })?;
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/x-www-form-urlencoded" => from_form(&body),
            "multipart/form-data" => from_multipart(&content_type, body).await,
            "application/json" => from_json(&body),
            // No body and no type: the parameters are simply absent.
            "" if body.is_empty() => Ok(Self(Vec::new())),
            _ => Err(ApiError::media_type()),
        }
    }
}

/// The parameters of a form body or a query.
pub(super) fn from_form(body: &[u8]) -> Result<Params, ApiError> {
    let mut params = Params(Vec::new());
    // form_urlencoded replaces what is not UTF-8; such a value would be stored altered.
    if std::str::from_utf8(body).is_err() || has_bad_escape(body) {
        return Err(ApiError::invalid("The parameters are not valid UTF-8."));
    }
    for (name, value) in form_urlencoded::parse(body) {
        params.add(name.into_owned(), value.into_owned())?;
    }
    Ok(params)
}

/// Whether percent-decoding any pair gives bytes that are not UTF-8.
fn has_bad_escape(body: &[u8]) -> bool {
    body.split(|b| *b == b'&' || *b == b'=').any(|part| {
        let mut bytes = Vec::with_capacity(part.len());
        let mut rest = part;
        while let Some((first, tail)) = rest.split_first() {
            let escaped = (*first == b'%')
                .then(|| tail.get(..2).and_then(|h| std::str::from_utf8(h).ok()))
                .flatten()
                .and_then(|h| u8::from_str_radix(h, 16).ok());
            match escaped {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &tail[2..];
                }
                None => {
                    bytes.push(*first);
                    rest = tail;
                }
            }
        }
        std::str::from_utf8(&bytes).is_err()
    })
}

async fn from_multipart(content_type: &str, body: Bytes) -> Result<Params, ApiError> {
    let broken = |_| ApiError::invalid("The multipart body is malformed.");
    let boundary = multer::parse_boundary(content_type)
        .map_err(|_| ApiError::invalid("The Content-Type multipart/form-data has no boundary."))?;
    let stream = futures::stream::once(async move { Ok::<_, std::convert::Infallible>(body) });
    let mut multipart = Multipart::new(stream, boundary);
    let mut params = Params(Vec::new());
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        let Some(name) = field.name().map(str::to_owned) else {
            return Err(ApiError::invalid("A part of the multipart body has no name."));
        };
        // Some clients write it before a quotation mark, others mean the character itself.
        if name.contains('\\') {
            return Err(ApiError::invalid("The name of a part of the multipart body has a backslash."));
        }
        let bytes = field.bytes().await.map_err(broken)?;
        let value = String::from_utf8(bytes.to_vec())
            .map_err(|_| ApiError::invalid(format!("The parameter '{name}' is not valid UTF-8.")))?;
        params.add(name, value)?;
    }
    Ok(params)
}

fn from_json(body: &[u8]) -> Result<Params, ApiError> {
    // Keys are read one by one because serde_json's map would silently keep the last of two.
    let pairs: Pairs = serde_json::from_slice(body).map_err(|e| {
        ApiError::invalid(format!("The body is not a JSON object: line {}, column {}.", e.line(), e.column()))
    })?;
    let mut params = Params(Vec::new());
    for (name, value) in pairs.0 {
        match value {
            Value::String(text) => params.add(name, text)?,
            Value::Null => {}
            _ => {
                let name: String = name.chars().take(60).collect();
                return Err(ApiError::invalid(format!("The parameter '{name}' must be a string.")));
            }
        }
    }
    Ok(params)
}

/// A JSON object with every pair in order, repeated names included.
struct Pairs(Vec<(String, Value)>);

impl<'de> serde::Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(params: Result<Params, ApiError>, name: &str) -> Option<String> {
        params.unwrap().get(name).map(str::to_owned)
    }

    #[test]
    fn a_form_and_json_give_the_same() {
        assert_eq!(value(from_form(b"user_id=a%20b%C3%A9&x="), "user_id").as_deref(), Some("a bé"));
        assert_eq!(value(from_form(b"user_id="), "user_id"), None);
        assert_eq!(value(from_json(br#"{"user_id":"a b","x":null}"#), "user_id").as_deref(), Some("a b"));
    }

    #[test]
    fn what_is_wrong_is_refused_whole() {
        for bad in [&b"a=1&a=2"[..], b"a=%ff", b"a=\xff", b"%ff=1", b"a=%00", b"%0a=1"] {
            assert!(from_form(bad).is_err(), "{bad:?}");
        }
        for bad in
            [&br#"{"a":"1","a":"2"}"#[..], b"[]", b"{", b"\"a\"", br#"{"a":1}"#, br#"{"a":["b"]}"#, b"\xff", b""]
        {
            assert!(from_json(bad).is_err(), "{bad:?}");
        }
        assert!(from_form(format!("a={}", "x".repeat(MAX_VALUE_CHARS + 1)).as_bytes()).is_err());
        assert!(from_form(format!("a={}", "é".repeat(MAX_VALUE_CHARS)).as_bytes()).is_ok());
    }

    #[test]
    fn a_lone_percent_sign_stays() {
        assert_eq!(value(from_form(b"a=100%"), "a").as_deref(), Some("100%"));
        assert_eq!(value(from_form(b"a=%zz"), "a").as_deref(), Some("%zz"));
    }
}
