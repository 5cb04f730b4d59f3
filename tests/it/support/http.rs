//! Requests to the router and their answers.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use bytes::Bytes;
use connect::calls::CallError;
use connect_server::bootstrap::SandboxClient;
use leptos::server_fn::ServerFn;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

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

/// The call of a server function as the browser makes it.
pub fn call<F: ServerFn + Serialize>(arguments: &F) -> Call {
    post(F::PATH).body("application/x-postcard", postcard::to_allocvec(arguments).unwrap())
}

impl Call {
    pub fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: HeaderMap::new(), body: Body::empty() }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// The two headers of a client.
    pub fn by(self, company: &SandboxClient) -> Self {
        self.header("pelm-client-id", &company.id).header("pelm-secret", company.secret.expose())
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn body(mut self, content_type: &str, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// For values without characters that need an escape.
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.body("application/x-www-form-urlencoded", pairs.join("&"))
    }
}

pub(super) async fn send(router: Router, call: Call) -> Answer {
    let mut request = Request::builder().method(call.method).uri(&call.path).body(call.body).unwrap();
    *request.headers_mut() = call.headers;
    let (head, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
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

    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// The JSON of a success.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Asserts that this is an error of the API.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.header("content-type")), (status, "application/json"), "{self:?}");
        let value: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(value["error_code"], code, "{self:?}");
        assert!(value["message"].is_string() && value.as_object().unwrap().len() == 2, "{self:?}");
    }

    /// What a server function has answered.
    #[track_caller]
    pub fn returned<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{self:?}");
        postcard::from_bytes(&self.body).unwrap()
    }

    /// The error of a server function.
    #[track_caller]
    pub fn failed(&self) -> CallError {
        assert!(self.status >= 400, "{self:?}");
        postcard::from_bytes(&self.body).unwrap()
    }
}
