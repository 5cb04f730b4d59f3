//! Requests to the API and their answers.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::Company;

/// A request that is being made.
pub struct Call {
    method: &'static str,
    path: String,
    headers: HeaderMap,
    body: Body,
}

pub fn get(path: &str) -> Call {
    Call::new("GET", path)
}

pub fn post(path: &str) -> Call {
    Call::new("POST", path)
}

pub fn delete(path: &str) -> Call {
    Call::new("DELETE", path)
}

impl Call {
    pub fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: HeaderMap::new(), body: Body::empty() }
    }

    /// Adds a header; a repeated one is sent twice.
    pub fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    /// The two headers of a client.
    pub fn by(self, company: &Company) -> Self {
        self.header("pelm-client-id", &company.id).header("pelm-secret", company.secret.expose())
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub fn body(mut self, content_type: &str, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// A body without a content type.
    pub fn bare(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.body("application/x-www-form-urlencoded", body)
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn multipart(self, pairs: &[(&str, &str)]) -> Self {
        let mut body = String::new();
        for (name, value) in pairs {
            body += &format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        self.body("multipart/form-data; boundary=edge", body + "--edge--\r\n")
    }
}

impl Call {
    /// Sends it to a router of the test's own.
    pub async fn send(self, router: Router) -> Answer {
        send(router, self).await
    }
}

pub(super) async fn send(router: Router, call: Call) -> Answer {
    let mut request = Request::builder().method(call.method).uri(&call.path).body(call.body).unwrap();
    *request.headers_mut() = call.headers;
    let (head, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The value of a header, `""` without one.
    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    fn value(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The JSON of a success.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.value()
    }

    /// Status and code of an error, whose body must have the shape of the contract: these two
    /// texts and nothing else, uncached.
    pub fn error(&self) -> (u16, String) {
        assert!(self.status >= 400, "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        let value = self.value();
        let object = value.as_object().unwrap();
        assert_eq!(object.keys().collect::<Vec<_>>(), ["error_code", "message"], "{self:?}");
        let message = object["message"].as_str().unwrap();
        assert!(message.ends_with('.') && message.contains(' '), "not a sentence: {message}");
        (self.status, object["error_code"].as_str().unwrap().to_owned())
    }

    /// The sentence of an error.
    pub fn message(&self) -> String {
        self.value()["message"].as_str().unwrap().to_owned()
    }

    /// Asserts status and code of an error.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.error(), (status, code.to_owned()), "{self:?}");
    }
}
