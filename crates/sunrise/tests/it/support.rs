//! A browser with a cookie jar, in the process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use connect_core::clock::ManualClock;
use connect_core::secret::Secret;
use connect_sunrise::{SunriseConfig, ThirdParty, router};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// A Tuesday, three weeks after the clocks went back.
pub(crate) const NOW: &str = "2026-11-24T20:00:00Z";
pub(crate) const REDIRECT: &str = "https://app.example/callback";

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Path at which the redirects ended.
    pub(crate) path: String,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Which page it is.
    pub(crate) fn page(&self) -> &str {
        between(self.text(), "data-page=\"", "\"").unwrap_or("")
    }

    pub(crate) fn tells(&self, notice: &str) -> bool {
        self.text().contains(&format!("id=\"{notice}\" role="))
    }
}

pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

pub(crate) struct Browser {
    router: Router,
    pub(crate) clock: ManualClock,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Every address that was asked for.
    pub(crate) trail: Vec<String>,
    csrf: String,
}

pub(crate) fn config(clock: &ManualClock) -> SunriseConfig {
    let mut config = SunriseConfig::new("https://sunrise.example");
    config.clock = Arc::new(clock.clone());
    config.slow = Duration::from_secs(6);
    config.third_parties.push(ThirdParty {
        client_id: "app".to_owned(),
        client_secret: Secret::new("app-secret"),
        name: "An App".to_owned(),
        redirect_uri: REDIRECT.to_owned(),
        notify_uri: Some("https://app.example/notify".to_owned()),
    });
    config
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut SunriseConfig)) -> Self {
        let clock = ManualClock::at(NOW.parse().unwrap());
        let mut config = config(&clock);
        change(&mut config);
        Self { router: router(config), clock, cookies: BTreeMap::new(), trail: vec![], csrf: String::new() }
    }

    /// Another browser at the same portal.
    pub(crate) fn other(&self) -> Self {
        Self {
            router: self.router.clone(),
            clock: self.clock.clone(),
            cookies: BTreeMap::new(),
            trail: vec![],
            csrf: String::new(),
        }
    }

    /// One request, without following redirects.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let path = request.uri().path_and_query().unwrap().to_string();
        let (mut parts, body) = request.into_parts();
        if !self.cookies.is_empty() {
            let jar: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            parts.headers.insert(COOKIE, jar.join("; ").parse().unwrap());
        }
        let response = self.router.clone().oneshot(Request::from_parts(parts, body)).await.unwrap();
        let (parts, body) = response.into_parts();
        for value in parts.headers.get_all(SET_COOKIE) {
            let value = value.to_str().unwrap();
            assert!(value.contains("; HttpOnly; SameSite=Lax"), "{value}");
            let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        self.trail.push(path.clone());
        let answer = Answer { status: parts.status, headers: parts.headers, body, path };
        if let Some(csrf) =
            std::str::from_utf8(&answer.body).ok().and_then(|text| between(text, "name=\"csrf\" value=\"", "\""))
        {
            csrf.clone_into(&mut self.csrf);
        }
        answer
    }

    async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            if answer.status != StatusCode::SEE_OTHER || !answer.header("location").starts_with('/') {
                return answer;
            }
            let next = answer.headers[LOCATION].to_str().unwrap().to_owned();
            answer = self.send(Request::get(next).body(Body::empty()).unwrap()).await;
        }
        panic!("too many redirects: {:?}", self.trail);
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let answer = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        self.follow(answer).await
    }

    /// A form, with the token of the last page.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_raw(path, &all).await
    }

    /// Only these fields.
    pub(crate) async fn post_raw(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.send(form(path, fields)).await;
        self.follow(answer).await
    }

    pub(crate) async fn sign_in(&mut self, username: &str) -> Answer {
        self.sign_in_with(username, "password").await
    }

    pub(crate) async fn sign_in_with(&mut self, username: &str, password: &str) -> Answer {
        self.get("/login").await;
        self.post("/login", &[("username", username), ("password", password)]).await
    }
}

pub(crate) fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    Request::post(path)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.finish()))
        .unwrap()
}
