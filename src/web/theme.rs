//! How a company's Connect looks: `GET /connect/theme.css` writes its tokens anew, `GET /connect/logo/{name}` is its
//! logo. The stylesheet is made of its address alone, so that it can be kept, and a theme be tried before it is set.

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_core::theme::{Colours, MAX_RADIUS, Palette, Rgb, Scheme, Theme};
use connect_server::api::ApiError;
use serde::Deserialize;

use super::Web;

/// The theme, in an address.
#[derive(Deserialize)]
pub(super) struct Params {
    /// Six digits, as `0b6e4f`.
    brand: Option<String>,
    radius: Option<u8>,
    scheme: Option<Scheme>,
}

/// The address of a theme's stylesheet; `None` where nothing differs from Connect's own.
pub(super) fn href(theme: &Theme) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(brand) = theme.brand {
        parts.push(format!("brand={}", brand.to_string().trim_start_matches('#')));
    }
    if let Some(radius) = theme.radius {
        parts.push(format!("radius={radius}"));
    }
    if theme.scheme != Scheme::System {
        parts.push(format!("scheme={}", theme.scheme.name()));
    }
    (!parts.is_empty()).then(|| format!("/connect/theme.css?{}", parts.join("&")))
}

pub(super) async fn stylesheet(
    params: Result<Query<Params>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let theme = params.ok().and_then(|Query(Params { brand, radius, scheme })| {
        let brand = match brand {
            Some(digits) => Some(format!("#{digits}").parse::<Rgb>().ok()?),
            None => None,
        };
        let radius_is_good = radius.is_none_or(|radius| radius <= MAX_RADIUS);
        radius_is_good.then_some(Theme { brand, radius, scheme: scheme.unwrap_or_default(), logo: None })
    });
    let Some(theme) = theme else {
        return (StatusCode::BAD_REQUEST, "brand is six digits, radius 0 to 24, scheme system, light or dark\n")
            .into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, css(&theme)).into_response()
}

/// A logo. Another picture has another name, so browsers may keep it.
pub(super) async fn logo(State(web): State<Web>, Path(name): Path<String>) -> Response {
    // Nothing else is a name.
    if name.len() != 32 || !name.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match web.service.logo(&name).await {
        Ok(Some(logo)) => {
            let headers = [
                (header::CONTENT_TYPE, logo.kind.media_type()),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, logo.bytes).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(fault) => ApiError::from(fault).into_response(),
    }
}

/// For a document that is always dark: as strong as what `style/tokens.css` says for devices that are.
const DARK: &str = ":root[data-scheme=\"dark\"]";

/// The tokens that differ. On dark the selector is as strong as that of `style/tokens.css`, which it has to outdo.
fn css(theme: &Theme) -> String {
    let mut css = String::new();
    let mut rule = |selector: &str, body: &str| css.push_str(&format!("{selector}{{{body}}}"));
    if let Some(radius) = theme.radius {
        rule(":root", &format!("--radius-s:{radius}px"));
    }
    if theme.scheme == Scheme::Dark {
        rule(DARK, dark_tokens());
    }
    if let Some(brand) = theme.brand {
        let Palette { light, dark } = Palette::of(brand);
        if theme.scheme == Scheme::Dark {
            rule(DARK, &tokens(&dark));
        } else {
            rule(":root", &tokens(&light));
        }
        if theme.scheme == Scheme::System {
            rule(
                "@media (prefers-color-scheme: dark)",
                &format!(":root:not([data-scheme=\"light\"]){{{}}}", tokens(&dark)),
            );
        }
    }
    css
}

fn tokens(colours: &Colours) -> String {
    let Colours { brand, hover, ink, wash } = colours;
    format!("--brand:{brand};--brand-hover:{hover};--brand-ink:{ink};--brand-wash:{wash}")
}

/// What the stylesheet says for dark, to be said always.
fn dark_tokens() -> &'static str {
    let all = include_str!("../../style/tokens.css");
    let dark = all.split_once("@media (prefers-color-scheme: dark)").map_or("", |(_, dark)| dark);
    let inner = dark.split_once(":root").and_then(|(_, rule)| rule.split_once('{'));
    inner.and_then(|(_, body)| body.split_once('}')).map_or("", |(body, _)| body.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(brand: Option<&str>, scheme: Scheme) -> Theme {
        Theme { brand: brand.map(|text| text.parse().unwrap()), radius: Some(4), scheme, logo: None }
    }

    #[test]
    fn a_theme_says_only_what_differs() {
        assert_eq!(href(&Theme::default()), None);
        assert_eq!(css(&Theme::default()), "");
        let blue = theme(Some("#0044cc"), Scheme::Light);
        assert_eq!(href(&blue).unwrap(), "/connect/theme.css?brand=0044cc&radius=4&scheme=light");
        assert!(css(&blue).starts_with(":root{--radius-s:4px}:root{--brand:#0044cc;"), "{}", css(&blue));
    }

    #[test]
    fn always_dark_is_what_the_stylesheet_says_for_dark() {
        let css = css(&theme(None, Scheme::Dark));
        for token in ["--paper: #131d26", "--ink: #eef3f6", "--scrim:", "--focus:"] {
            assert!(css.contains(token), "{token} in {css}");
        }
        assert_eq!((css.matches('{').count(), css.matches('}').count()), (2, 2));
    }
}
