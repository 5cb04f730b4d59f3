//! From a company's colour to those that are drawn.

use palette::color_difference::Wcag21RelativeContrast;
use palette::convert::FromColorUnclamped;
use palette::{FromColor, IsWithinBounds, Oklch, Srgb};

use super::Rgb;

/// Least contrast of text (WCAG 2.2, 1.4.3).
const TEXT: f32 = 4.5;
/// Step of lightness in which a readable colour is looked for.
const STEP: f32 = 0.004;

/// The colours that follow from a brand's, on light and on dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// On white.
    pub light: Colours,
    /// On the dark paper.
    pub dark: Colours,
}

/// One side of a [`Palette`], named as the tokens of `style/tokens.css` are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    /// Buttons, links, progress.
    pub brand: Rgb,
    /// The same under the pointer.
    pub hover: Rgb,
    /// Text on it.
    pub ink: Rgb,
    /// A hint of it, behind text.
    pub wash: Rgb,
}

/// What a colour is seen against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// Ground of the sheet (`--paper`).
    pub paper: Rgb,
    /// Ground of quiet parts (`--wash`).
    pub quiet: Rgb,
}

impl Grounds {
    /// The grounds of `style/tokens.css` on light.
    pub const LIGHT: Self = Self { paper: Rgb([0xff, 0xff, 0xff]), quiet: Rgb([0xf4, 0xf6, 0xf8]) };
    /// And on dark.
    pub const DARK: Self = Self { paper: Rgb([0x13, 0x1d, 0x26]), quiet: Rgb([0x1b, 0x28, 0x33]) };
}

/// Contrast of two colours, 1 to 21.
pub fn contrast(one: Rgb, other: Rgb) -> f32 {
    srgb(one).relative_contrast(srgb(other))
}

impl Palette {
    /// Of a brand's colour: itself where it can be read, else the nearest of its hue that can.
    pub fn of(brand: Rgb) -> Self {
        Self { light: colours(brand, false), dark: colours(brand, true) }
    }
}

fn colours(brand: Rgb, dark: bool) -> Colours {
    let grounds = if dark { Grounds::DARK } else { Grounds::LIGHT };
    let own = Oklch::from_color(srgb(brand));
    let at = |lightness, most_chroma: f32| rgb(Oklch { l: lightness, chroma: own.chroma.min(most_chroma), ..own });
    let wash = if dark { at(0.29, 0.04) } else { at(0.965, 0.018) };
    // Text on the brand: white, or nearly black where the brand is light.
    let inks = [Rgb([0xff; 3]), at(0.2, 0.03), Rgb([0; 3])];
    let ink_on = |brand| inks.into_iter().find(|ink| contrast(*ink, brand) >= TEXT);
    let readable = |colour| {
        [grounds.paper, grounds.quiet, wash].into_iter().all(|ground| contrast(colour, ground) >= TEXT)
            && ink_on(colour).is_some()
    };
    let towards = if dark { STEP } else { -STEP };
    let (mut brand, mut lightness) = (brand, own.l);
    while !readable(brand) && (0.0..=1.0).contains(&lightness) {
        lightness += towards;
        brand = at(lightness, f32::MAX);
    }
    // White and black are readable, so the search ends at them at the latest.
    let ink = ink_on(brand).unwrap_or(if dark { Rgb([0; 3]) } else { Rgb([0xff; 3]) });
    // Further from the paper, so that it stays readable; not so far that its ink is lost.
    let further = at(Oklch::from_color(srgb(brand)).l + towards * 15.0, f32::MAX);
    let hover = if readable(further) && contrast(ink, further) >= TEXT { further } else { brand };
    Colours { brand, hover, ink, wash }
}

fn srgb(colour: Rgb) -> Srgb<f32> {
    let [r, g, b] = colour.0;
    Srgb::new(r, g, b).into_format()
}

/// In the range of screens, by less chroma where there is too much of it.
fn rgb(mut colour: Oklch) -> Rgb {
    colour.l = colour.l.clamp(0.0, 1.0);
    let mut out = Srgb::from_color_unclamped(colour);
    while !out.is_within_bounds() && colour.chroma > 0.001 {
        colour.chroma *= 0.96;
        out = Srgb::from_color_unclamped(colour);
    }
    let Srgb { red, green, blue, .. } = out.into_format::<u8>();
    Rgb([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(brand: Rgb) {
        let Palette { light, dark } = Palette::of(brand);
        for (side, grounds) in [(light, Grounds::LIGHT), (dark, Grounds::DARK)] {
            for ground in [grounds.paper, grounds.quiet, side.wash] {
                let measured = contrast(side.brand, ground);
                assert!(measured >= TEXT, "{brand}: {} on {ground}: {measured}", side.brand);
            }
            for own in [side.brand, side.hover] {
                let measured = contrast(side.ink, own);
                assert!(measured >= TEXT, "{brand}: {} on {own}: {measured}", side.ink);
            }
        }
    }

    /// Every tenth of each channel, and the corners: 1,331 brands.
    #[test]
    fn whatever_the_brand_everything_can_be_read() {
        let steps = || (0..=10u16).map(|step| (step * 255 / 10) as u8);
        for r in steps() {
            for g in steps() {
                for b in steps() {
                    hold(Rgb([r, g, b]));
                }
            }
        }
    }

    #[test]
    fn a_brand_that_can_be_read_is_left_alone_and_another_keeps_its_hue() {
        let own: Rgb = "#0b6e4f".parse().unwrap();
        assert_eq!(Palette::of(own).light.brand, own);
        let yellow: Rgb = "#ffd400".parse().unwrap();
        let Palette { light, dark } = Palette::of(yellow);
        assert_eq!(dark.brand, yellow, "it is readable on dark");
        let hue = |colour| Oklch::from_color(srgb(colour)).hue.into_positive_degrees();
        assert!((hue(light.brand) - hue(yellow)).abs() < 3.0, "{}", light.brand);
        assert!(contrast(light.brand, Grounds::LIGHT.paper) < 6.0, "no darker than needed: {}", light.brand);
    }

    /// The grounds here are those of the stylesheet.
    #[test]
    fn the_grounds_are_those_that_are_drawn() {
        let css = include_str!("../../../../style/tokens.css");
        let (light, dark) = css.split_once("prefers-color-scheme: dark").unwrap();
        for (part, grounds) in [(light, Grounds::LIGHT), (dark, Grounds::DARK)] {
            let token = |name: &str| {
                let value =
                    part.split_once(&format!("--{name}: ")).unwrap().1.split_once(';').unwrap().0.to_owned();
                // `#fff` is written short.
                if value.len() == 4 {
                    value.chars().flat_map(|c| if c == '#' { vec![c] } else { vec![c, c] }).collect()
                } else {
                    value
                }
            };
            assert_eq!((token("paper"), token("wash")), (grounds.paper.to_string(), grounds.quiet.to_string()));
        }
    }
}
