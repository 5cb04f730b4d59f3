//! `connect client theme`: how Connect looks for a client.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use connect_core::theme::{Grounds, Logo, MAX_RADIUS, Palette, Rgb, Scheme, Theme, contrast};

/// What is to be changed; what is not given stays.
#[derive(Args)]
pub(crate) struct Changes {
    /// Colour of buttons and links, as "#0b6e4f", or `default`. Where it could not be read, the nearest colour of its
    /// hue is drawn that can.
    #[arg(long, value_name = "COLOUR", value_parser = own::<Rgb>)]
    brand: Option<Own<Rgb>>,
    /// Radius of corners, 0 to 24 pixels, or `default`.
    #[arg(long, value_name = "PIXELS", value_parser = radius)]
    radius: Option<Own<u8>>,
    /// Light or dark: as the customer's device has it, or always one of them.
    #[arg(long, value_name = "system|light|dark")]
    scheme: Option<Scheme>,
    /// A PNG, WebP or SVG picture of at most 64 KiB, 40 pixels high on the first screen.
    #[arg(long, value_name = "FILE", conflicts_with = "no_logo")]
    logo: Option<PathBuf>,
    /// Removes the logo.
    #[arg(long)]
    no_logo: bool,
}

/// A value, or Connect's own.
#[derive(Clone, Copy)]
pub(crate) struct Own<T>(Option<T>);

fn own<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<Own<T>, String> {
    if text == "default" {
        return Ok(Own(None));
    }
    text.parse().map(|value| Own(Some(value))).map_err(|error| format!("{error}, or default"))
}

fn radius(text: &str) -> Result<Own<u8>, String> {
    let radius = own::<u8>(text).ok().filter(|Own(radius)| radius.is_none_or(|radius| radius <= MAX_RADIUS));
    radius.ok_or_else(|| format!("must be from 0 to {MAX_RADIUS}, or default"))
}

impl Changes {
    /// Whether anything is to be changed.
    pub(crate) fn is_none(&self) -> bool {
        let Self { brand, radius, scheme, logo, no_logo } = self;
        brand.is_none() && radius.is_none() && scheme.is_none() && logo.is_none() && !no_logo
    }

    /// The theme with the changes, and a new logo.
    pub(crate) fn carried_out(self, mut theme: Theme) -> Result<(Theme, Option<Logo>), String> {
        if let Some(Own(brand)) = self.brand {
            theme.brand = brand;
        }
        if let Some(Own(radius)) = self.radius {
            theme.radius = radius;
        }
        if let Some(scheme) = self.scheme {
            theme.scheme = scheme;
        }
        if self.no_logo {
            theme.logo = None;
        }
        let Some(path) = self.logo else { return Ok((theme, None)) };
        let bytes = fs::read(&path).map_err(|error| format!("{} cannot be read: {error}.", path.display()))?;
        let logo = Logo::new(bytes).map_err(|error| format!("{}: {error}.", path.display()))?;
        Ok((theme, Some(logo)))
    }
}

/// Where every state of the modal is shown like this, on a server with the quickstart.
fn preview(theme: &Theme) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("scheme", theme.scheme.name());
    if let Some(brand) = theme.brand {
        query.append_pair("brand", &brand.to_string());
    }
    if let Some(radius) = theme.radius {
        query.append_pair("radius", &radius.to_string());
    }
    format!("/design?{}", query.finish())
}

/// Prints a theme, with what is drawn of its colour.
pub(crate) fn show(theme: &Theme) {
    let Theme { brand, radius, scheme, logo } = theme;
    let or_default = |value: Option<String>| value.unwrap_or_else(|| "default".to_owned());
    println!("brand\t{}", or_default(brand.map(|brand| brand.to_string())));
    if let Some(brand) = brand {
        let Palette { light, dark } = Palette::of(*brand);
        for (on, colours, ground) in [("light", light, Grounds::LIGHT.paper), ("dark", dark, Grounds::DARK.paper)]
        {
            let measured = contrast(colours.brand, ground);
            println!("  on {on}\t{}\tcontrast {measured:.1}:1", colours.brand);
        }
    }
    println!("radius\t{}", or_default(radius.map(|radius| format!("{radius} px"))));
    println!("scheme\t{}", scheme.name());
    println!("logo\t{}", or_default(logo.as_ref().map(|name| format!("/connect/logo/{name}"))));
    println!("preview\t{}", preview(theme));
}
