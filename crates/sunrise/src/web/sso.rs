//! From the sign-in to the portal, by way of a single sign-on address as real portals have it.

use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use connect_core::clock::after;
use connect_core::secret::same;

use super::visit::{cookie, set_cookie};
use super::{Failure, Fields, Visit};
use crate::config::App;
use crate::logins::{Play, PortalLogin};
use crate::session::Stage;
use crate::sign::{Purpose, random};

const DEVICE_COOKIE: &str = "sunrise_device";
const DEVICE_SECONDS: i64 = 90 * 24 * 3600;
/// Pages of a session of `expire_soon`.
const FEW_PAGES: u8 = 3;

/// Lets a customer in: a ticket, good once, to be handed in at the next address.
pub(crate) fn admit(visit: &Visit, login: &'static PortalLogin, remember: bool) -> Result<Response, Failure> {
    let ticket = random()?;
    let path = format!("/sso/continue?ticket={}", ticket.expose());
    visit.with(|session| session.stage = Stage::Ticket(login, ticket))?;
    let mut response = visit.see(&path);
    if remember {
        let expires = after(visit.app.now(), DEVICE_SECONDS);
        let device = visit.app.signer.seal(Purpose::Device, &login.username, expires)?;
        let value = set_cookie(&visit.app, DEVICE_COOKIE, device.expose(), "/login", Some(DEVICE_SECONDS));
        response.headers_mut().extend(value.map(|value| (SET_COOKIE, value)));
    }
    Ok(response)
}

/// Whether the browser was remembered for this login.
pub(crate) fn is_remembered(app: &App, headers: &HeaderMap, login: &PortalLogin) -> bool {
    cookie(headers, DEVICE_COOKIE)
        .and_then(|text| app.signer.open::<String>(Purpose::Device, text, app.now()))
        .is_some_and(|name| name == login.username)
}

pub(crate) async fn follow(visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let fields = Fields::of_query(&uri);
    let taken = visit.with(|session| match &session.stage {
        Stage::Ticket(login, ticket) if same(ticket.expose().as_bytes(), fields.get("ticket").as_bytes()) => {
            Some((*login, session.return_to.take()))
        }
        _ => None,
    });
    let Some((login, back)) = taken? else {
        return Err(visit.see("/login").into());
    };
    let renewed = visit.renew(login)?;
    if login.play == Play::ExpireSoon && renewed.app.count_session(login.username) % 2 == 1 {
        let limited = renewed.with(|session| session.pages_left = Some(FEW_PAGES));
        limited?;
    }
    Ok(renewed.see(back.as_deref().unwrap_or("/account")))
}
