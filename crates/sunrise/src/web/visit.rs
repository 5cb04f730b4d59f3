//! Who asks: a visitor, a customer who has signed in, and their forms.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use maud::Markup;

use super::layout::{Frame, frame};
use super::{Failure, Fields};
use crate::config::App;
use crate::data::{Account, accounts};
use crate::logins::{Play, PortalLogin};
use crate::session::{Notice, Session, SessionId, Stage};

const SESSION_COOKIE: &str = "sunrise_session";

/// A browser with a session; it gets one with the first page that needs it.
pub(crate) struct Visit {
    pub(crate) app: Arc<App>,
    pub(crate) id: SessionId,
    /// Whether the browser has yet to be told the session.
    fresh: bool,
    /// Whether the browser named a session that is over.
    lost: bool,
}

impl Visit {
    fn of(app: &Arc<App>, headers: &HeaderMap) -> Result<Self, Failure> {
        let named = cookie(headers, SESSION_COOKIE).map(SessionId::new);
        let lost = match named {
            Some(id) if app.sessions.touch(&id, app.now()) => {
                return Ok(Self { app: app.clone(), id, fresh: false, lost: false });
            }
            named => named.is_some(),
        };
        let id = app.sessions.begin(Stage::Anonymous, app.now())?;
        Ok(Self { app: app.clone(), id, fresh: true, lost })
    }

    /// Looks at or changes the session.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Session) -> T) -> Result<T, Failure> {
        // It can only be gone when another request of the same browser ended it just now.
        self.app.sessions.with(&self.id, change).ok_or(Failure::Forbidden)
    }

    pub(crate) fn csrf(&self) -> Result<String, Failure> {
        self.with(|session| session.csrf().to_owned())
    }

    pub(crate) fn take_notice(&self) -> Result<Option<Notice>, Failure> {
        self.with(|session| session.notice.take())
    }

    /// Goes on to another page, which tells something.
    pub(crate) fn tell(&self, notice: Notice, path: &str) -> Result<Response, Failure> {
        self.with(|session| session.notice = Some(notice))?;
        Ok(self.see(path))
    }

    /// Goes on to another page.
    pub(crate) fn see(&self, path: &str) -> Response {
        self.known(see_other(path))
    }

    /// A page of a visitor.
    pub(crate) fn page(&self, title: &str, id: &str, body: &Markup) -> Response {
        let page = frame(&Frame { title, id, customer: None }, body);
        self.known(Html(page.into_string()).into_response())
    }

    /// The same session under a new name, so that one that was known before the sign-in is worth
    /// nothing after it.
    pub(crate) fn renew(&self, login: &'static PortalLogin) -> Result<Self, Failure> {
        Self::reset(&self.app, &self.id, Stage::SignedIn(login))
    }

    /// Ends a session and begins another.
    pub(crate) fn reset(app: &Arc<App>, old: &SessionId, stage: Stage) -> Result<Self, Failure> {
        app.sessions.end(old);
        let id = app.sessions.begin(stage, app.now())?;
        Ok(Self { app: app.clone(), id, fresh: true, lost: false })
    }

    fn known(&self, mut response: Response) -> Response {
        if self.fresh {
            let value = set_cookie(&self.app, SESSION_COOKIE, self.id.expose(), "/", None);
            response.headers_mut().extend(value.map(|value| (SET_COOKIE, value)));
        }
        response
    }
}

/// A customer who has signed in.
pub(crate) struct Customer {
    pub(crate) visit: Visit,
    pub(crate) login: &'static PortalLogin,
    pub(crate) csrf: String,
}

impl Customer {
    fn of(app: &Arc<App>, parts: &Parts) -> Result<Self, Failure> {
        let visit = Visit::of(app, &parts.headers)?;
        let state = visit.with(|session| {
            let Stage::SignedIn(login) = session.stage else { return State::Visitor };
            match &mut session.pages_left {
                Some(0) => return State::Over,
                Some(left) => *left -= 1,
                None => {}
            }
            State::Customer(login, session.csrf().to_owned())
        })?;
        match state {
            State::Customer(login, _) if login.play == Play::DownAfter && parts.uri.path() != "/account" => {
                Err(Failure::Maintenance)
            }
            State::Customer(login, csrf) => Ok(Self { visit, login, csrf }),
            State::Over => {
                let reset = Visit::reset(app, &visit.id, Stage::Anonymous)?;
                Err(to_login(&Visit { lost: true, ..reset }, parts)?.into())
            }
            State::Visitor => Err(to_login(&visit, parts)?.into()),
        }
    }

    /// The customer's account of this number.
    pub(crate) fn account(&self, number: &str) -> Result<Account, Failure> {
        accounts(self.login.username).into_iter().find(|account| account.number == number).ok_or(Failure::NotFound)
    }

    pub(crate) fn page(&self, title: &str, id: &str, body: &Markup) -> Response {
        let page = frame(&Frame { title, id, customer: Some(&self.csrf) }, body);
        self.visit.known(Html(page.into_string()).into_response())
    }
}

/// What a session is to the portal.
enum State {
    Visitor,
    Customer(&'static PortalLogin, String),
    /// Its last page was shown, as the scenario has it.
    Over,
}

/// Asks to sign in, and comes back to the page afterwards.
fn to_login(visit: &Visit, parts: &Parts) -> Result<Response, Failure> {
    let path = parts.uri.path_and_query().map(|path| path.as_str().to_owned());
    let back = path.filter(|_| parts.method == Method::GET);
    visit.with(|session| {
        session.return_to = back;
        session.notice = visit.lost.then_some(Notice::Expired);
    })?;
    Ok(visit.see("/login"))
}

/// A form of a visitor, with the session's token.
pub(crate) struct VisitForm(pub(crate) Visit, pub(crate) Fields);

/// A form of a customer, with the session's token.
pub(crate) struct CustomerForm(pub(crate) Customer, pub(crate) Fields);

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        Self::of(app, &parts.headers)
    }
}

impl FromRequestParts<Arc<App>> for Customer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        Self::of(app, parts)
    }
}

impl FromRequest<Arc<App>> for VisitForm {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let visit = Visit::of(app, request.headers())?;
        if visit.lost {
            return Err(visit.tell(Notice::Expired, "/login")?.into());
        }
        let fields = own(&visit, request).await?;
        Ok(Self(visit, fields))
    }
}

impl FromRequest<Arc<App>> for CustomerForm {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let customer = Customer::of(app, &parts)?;
        let request = Request::from_parts(parts, body);
        let fields = own(&customer.visit, request).await?;
        Ok(Self(customer, fields))
    }
}

/// The fields of a form that this session's page has sent.
async fn own(visit: &Visit, request: Request) -> Result<Fields, Failure> {
    let fields = Fields::read(request).await?;
    let own = visit.with(|session| session.is_own_form(fields.get("csrf")))?;
    if own { Ok(fields) } else { Err(Failure::Forbidden) }
}

/// The answer that makes a browser ask for another page with GET.
pub(crate) fn see_other(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(path) => (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response(),
        Err(_) => Failure::Internal.into_response(),
    }
}

/// The value of a cookie that the browser sent.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A cookie for the browser, out of reach of scripts.
pub(crate) fn set_cookie(
    app: &App,
    name: &str,
    value: &str,
    path: &str,
    max_age: Option<i64>,
) -> Option<HeaderValue> {
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if app.config.secure_cookies { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{age}{secure}");
    HeaderValue::from_str(&text).ok()
}
