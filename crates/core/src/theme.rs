//! How a company's Connect looks: its colour, its corners, light or dark, its logo.
//!
//! The brand colour is a wish. What is drawn is the nearest colour of its hue that can be read (WCAG 2.2, 1.4.3 and
//! 1.4.11): a company cannot make Connect illegible.

mod palette;

pub use palette::{Colours, Grounds, Palette, contrast};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Largest radius of corners, in CSS pixels.
pub const MAX_RADIUS: u8 = 24;
/// Largest logo, in bytes.
pub const MAX_LOGO_BYTES: usize = 64 * 1024;

/// What a company has set. What it has not is Connect's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Theme {
    /// Colour of buttons, links and progress.
    pub brand: Option<Rgb>,
    /// Radius of the corners of buttons and fields, in CSS pixels, at most [`MAX_RADIUS`]. Larger parts follow.
    pub radius: Option<u8>,
    /// Light or dark.
    pub scheme: Scheme,
    /// Name of the logo ([`Logo::name`]).
    pub logo: Option<String>,
}

/// A company's logo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// What its address ends in: 32 digits of its SHA-256, so that another picture has another address.
    pub name: String,
    /// What it is.
    pub kind: LogoKind,
    /// The picture.
    pub bytes: Vec<u8>,
}

impl Logo {
    /// Looks at a picture.
    pub fn new(bytes: Vec<u8>) -> Result<Self, BadLogo> {
        let kind = LogoKind::of(&bytes)?;
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        let name = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { name, kind, bytes })
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// As the customer's device has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As it is written in HTML and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Not a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is one of: system, light, dark")]
pub struct NoScheme;

impl FromStr for Scheme {
    type Err = NoScheme;

    fn from_str(text: &str) -> Result<Self, NoScheme> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == text).ok_or(NoScheme)
    }
}

/// A colour (sRGB), written `#0b6e4f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Rgb(pub [u8; 3]);

/// Not a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written as #0b6e4f: six digits, 0 to 9 and a to f")]
pub struct NoColour;

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl From<Rgb> for String {
    fn from(colour: Rgb) -> Self {
        colour.to_string()
    }
}

impl TryFrom<String> for Rgb {
    type Error = NoColour;

    fn try_from(text: String) -> Result<Self, NoColour> {
        text.parse()
    }
}

impl FromStr for Rgb {
    type Err = NoColour;

    fn from_str(text: &str) -> Result<Self, NoColour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(NoColour)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NoColour);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| NoColour)?;
        let [_, r, g, b] = number.to_be_bytes();
        Ok(Self([r, g, b]))
    }
}

/// What kind of picture a logo is: by its first bytes, never by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoKind {
    /// PNG.
    Png,
    /// WebP.
    Webp,
    /// SVG, which browsers draw as a picture without running anything in it.
    Svg,
}

/// Why a logo cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLogo {
    /// It is too large.
    #[error("the logo is larger than 64 KiB")]
    TooLarge,
    /// It is of another kind.
    #[error("the logo is not a PNG, WebP or SVG picture")]
    OtherKind,
}

impl LogoKind {
    /// The kind of a picture.
    pub fn of(bytes: &[u8]) -> Result<Self, BadLogo> {
        if bytes.len() > MAX_LOGO_BYTES {
            return Err(BadLogo::TooLarge);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Ok(Self::Webp);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadLogo::OtherKind)?;
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let is_svg = text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"));
        if is_svg { Ok(Self::Svg) } else { Err(BadLogo::OtherKind) }
    }

    /// All of them.
    pub const ALL: [Self; 3] = [Self::Png, Self::Webp, Self::Svg];

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The kind with this media type.
    pub fn of_media_type(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_they_are_written_and_nothing_else_is_one() {
        for text in ["#000000", "#0b6e4f", "#ffffff"] {
            assert_eq!(text.parse::<Rgb>().unwrap().to_string(), text);
        }
        assert_eq!("#0B6E4F".parse(), Ok(Rgb([0x0b, 0x6e, 0x4f])));
        for text in ["", "#", "0b6e4f", "#0b6e4", "#0b6e4ff", "#+b6e4f", "green", "#0b6e4g", "#0b6e4f;}", "#é6e4f"]
        {
            assert_eq!(text.parse::<Rgb>(), Err(NoColour), "{text}");
        }
    }

    #[test]
    fn a_logo_is_known_by_its_first_bytes() {
        assert_eq!(LogoKind::of(b"\x89PNG\r\n\x1a\nrest"), Ok(LogoKind::Png));
        assert_eq!(LogoKind::of(b"RIFF\x01\x02\x03\x04WEBPVP8 "), Ok(LogoKind::Webp));
        for svg in ["<svg xmlns='http://www.w3.org/2000/svg'/>", "\u{feff}<?xml version='1.0'?>\n<svg/>"] {
            assert_eq!(LogoKind::of(svg.as_bytes()), Ok(LogoKind::Svg));
        }
        for bytes in [&b""[..], b"GIF89a", b"<html><svg>", b"RIFF\x01\x02\x03\x04WAVE", b"\xff\xd8\xff"] {
            assert_eq!(LogoKind::of(bytes), Err(BadLogo::OtherKind));
        }
        assert_eq!(LogoKind::of(&[b' '; MAX_LOGO_BYTES + 1]), Err(BadLogo::TooLarge));
    }
}
