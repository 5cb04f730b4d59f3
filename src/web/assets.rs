//! Files of the site: the loader, the frame's bridge, and what the build made.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use leptos::config::LeptosOptions;
use tower::ServiceBuilder;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// Names are the same after every build, so a browser asks each time whether its copy is good
/// (304 by date). The loader may be a few minutes old on a host page.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");
const LOADER_AGE: HeaderValue = HeaderValue::from_static("public, max-age=300");

pub(super) fn router(options: &LeptosOptions) -> Router {
    let root = options.site_root.as_ref();
    let file = |name: &str| ServeFile::new(format!("{root}/{name}")).precompressed_br().precompressed_gzip();
    let pkg = ServeDir::new(format!("{root}/{}", options.site_pkg_dir)).precompressed_br().precompressed_gzip();
    let caching = |value: HeaderValue| SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, value);
    let own = Router::new()
        .nest_service(&format!("/{}", options.site_pkg_dir), pkg)
        .route_service("/frame.js", file("frame.js"))
        .route_service("/plain.js", file("plain.js"))
        .route_service("/plain.css", file("plain.css"))
        .route_service("/start.js", file("start.js"))
        .route_service("/favicon.svg", file("favicon.svg"))
        .route_service("/back.css", file("back.css"))
        .route_service("/receipt.css", file("receipt.css"))
        .route_service("/close.js", file("close.js"))
        .route_service("/quickstart.css", file("quickstart.css"))
        .route_service("/design.css", file("design.css"))
        .route_service("/docs.css", file("docs.css"))
        .route_service("/docs-parts.css", file("docs-parts.css"))
        .layer(caching(ASK));
    let loader = Router::new()
        .route_service("/initialize.js", file("initialize.js"))
        // The address of the first generation of the npm package.
        .route_service("/connect/pelm-connect.js", file("initialize.js"))
        .layer(ServiceBuilder::new().layer(caching(LOADER_AGE)).layer(SetResponseHeaderLayer::overriding(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("cross-origin"),
        )));
    own.merge(loader)
}
