//! The web site: its routes, and what holds for every answer.

mod account;
mod action;
mod bills;
mod chart;
mod code;
mod confirm;
mod failure;
mod form;
mod green_button;
mod guide;
mod home;
mod layout;
mod login;
mod logout;
mod rates;
mod sso;
mod text;
mod usage;
mod verify;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::config::App;
pub(crate) use failure::Failure;
pub(crate) use form::Fields;
pub(crate) use layout::{notice_box, token};
pub(crate) use text::{long_date, service, thousandths, unit};
pub(crate) use visit::{Customer, CustomerForm, Visit, VisitForm, see_other};

const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                   frame-ancestors 'none'; base-uri 'none'";

/// The pages, and the custodian's side of Connect My Data.
pub(crate) fn router(app: App) -> Router {
    dressed(routes()).with_state(Arc::new(app))
}

fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home::show))
        .route("/sandbox", get(guide::show))
        .route("/rates", get(rates::show))
        .route("/style.css", get(style))
        .route("/favicon.svg", get(favicon))
        .route("/login", get(login::show).post(login::submit))
        .route("/login/locked", get(login::show_locked))
        .route("/login/check", get(login::show_check))
        .route("/login/verify", get(verify::show).post(verify::submit))
        .route("/login/code", get(code::show_sent).post(code::submit_sent))
        .route("/login/code/resend", post(code::resend))
        .route("/login/authenticator", get(code::show_app).post(code::submit_app))
        .route("/login/question", get(code::show_question).post(code::submit_question))
        .route("/login/terms", get(action::show_terms).post(action::accept_terms))
        .route("/login/new-password", get(action::show_new_password).post(action::send_link))
        .route("/login/enroll", get(action::show_enroll))
        .route("/welcome", get(login::show_welcome))
        .route("/sso/continue", get(sso::follow))
        .route("/account", get(account::show))
        .route("/account/{number}", get(account::show_one))
        .route("/account/{number}/usage", get(usage::show))
        .route("/account/{number}/bills", get(bills::show))
        .route("/account/{number}/bills/{file}", get(bills::pdf))
        .route("/account/{number}/greenbutton", get(green_button::show).post(green_button::submit))
        .route("/account/{number}/greenbutton/download", get(green_button::download))
        .route("/logout", get(logout::ask).post(logout::submit))
        .merge(crate::custodian::routes())
        .fallback(async || Failure::NotFound)
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed)
}

/// With the headers of every answer, and an answer where a page has none.
fn dressed<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(CatchPanicLayer::custom(|_| Failure::Internal.into_response())).layer(from_fn(headers))
}

/// Headers of every answer. An answer that has set one of them keeps its own.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(CONTENT_SECURITY_POLICY, CSP);
    default(X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(REFERRER_POLICY, "same-origin");
    default(CACHE_CONTROL, "no-store");
    response
}

async fn style() -> Response {
    let sheet = concat!(
        include_str!("web/style/tokens.css"),
        include_str!("web/style/base.css"),
        include_str!("web/style/controls.css"),
        include_str!("web/style/pages.css"),
        include_str!("web/style/figures.css"),
    );
    asset("text/css; charset=utf-8", sheet)
}

async fn favicon() -> Response {
    asset("image/svg+xml", include_str!("web/favicon.svg"))
}

fn asset(kind: &'static str, body: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=300")], body).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn broken() -> Response {
        panic!("on purpose")
    }

    #[tokio::test]
    async fn a_page_that_breaks_has_an_answer_without_the_reason() {
        let router: Router = dressed(Router::new().route("/", get(broken)));
        let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 500);
        assert!(response.headers().contains_key(CONTENT_SECURITY_POLICY));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let text = std::str::from_utf8(&body).unwrap();
        assert!(text.contains("data-page=\"internal-error\"") && !text.contains("on purpose"));
    }
}
