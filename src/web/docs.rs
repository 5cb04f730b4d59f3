//! `GET /docs`: the documentation of the REST API.

use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use connect_server::openapi::{self, Page};

use super::Web;

/// The page, made once.
pub(super) fn page(web: &Web) -> impl Fn() -> std::future::Ready<Response> + Clone + use<> {
    let styles = format!("/{}/{}.css", web.options.site_pkg_dir, web.options.output_name);
    let page = Page { base: &web.address, styles: &styles, quickstart: web.company.is_some() };
    let page = Bytes::from(openapi::page(page));
    move || {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        ];
        std::future::ready((headers, page.clone()).into_response())
    }
}

/// A stylesheet and a picture of ours; no script, no form, no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; \
                      frame-ancestors 'none'";
