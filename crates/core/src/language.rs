//! Languages that the modal speaks.

use serde::{Deserialize, Serialize};

/// A language. Which one a customer gets: the connect token's, else the company's page's, else the browser's,
/// else English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Spanish, as it is spoken in the United States.
    Spanish,
    /// French, as it is spoken in Canada.
    FrenchCanada,
    /// Chinese in simplified characters.
    ChineseSimplified,
    /// Vietnamese.
    Vietnamese,
    /// Arabic, from right to left.
    Arabic,
}

/// Languages of a header that are looked at.
const MOST_WISHES: usize = 32;

impl Language {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::English,
        Self::Spanish,
        Self::FrenchCanada,
        Self::ChineseSimplified,
        Self::Vietnamese,
        Self::Arabic,
    ];

    /// Its tag (BCP 47), for `lang`, the API and the database.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::FrenchCanada => "fr-CA",
            Self::ChineseSimplified => "zh-Hans",
            Self::Vietnamese => "vi",
            Self::Arabic => "ar",
        }
    }

    /// Its direction, for `dir`.
    pub fn direction(self) -> &'static str {
        if self == Self::Arabic { "rtl" } else { "ltr" }
    }

    /// The language that a reader of the tag understands best; `None` for one that is not spoken here. French of
    /// any country is ours of Canada; Chinese in traditional characters (also `zh-TW`, `zh-HK`, `zh-MO`) is none of
    /// ours.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let mut parts = tag.split(['-', '_']);
        let first = parts.next()?.to_ascii_lowercase();
        let traditional = |part: &str| ["hant", "tw", "hk", "mo"].contains(&part.to_ascii_lowercase().as_str());
        match first.as_str() {
            "en" => Some(Self::English),
            "es" => Some(Self::Spanish),
            "fr" => Some(Self::FrenchCanada),
            "vi" => Some(Self::Vietnamese),
            "ar" => Some(Self::Arabic),
            "zh" => {
                let rest: Vec<_> = parts.collect();
                let simplified = rest.iter().any(|part| part.eq_ignore_ascii_case("hans"));
                (simplified || !rest.into_iter().any(traditional)).then_some(Self::ChineseSimplified)
            }
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header, by its weights, that is spoken here (RFC 9110, 12.5.4). Of a
    /// longer list than any browser sends the beginning counts.
    pub fn preferred(accept_language: &str) -> Option<Self> {
        let wish = |part: &'_ str| -> Option<(f32, Self)> {
            let mut fields = part.split(';').map(str::trim);
            let language = Self::of_tag(fields.next()?);
            let weight = match fields.find_map(|field| field.strip_prefix("q=").or(field.strip_prefix("Q="))) {
                Some(weight) => weight.trim().parse().ok()?,
                None => 1.0,
            };
            // Not 0, which refuses a language, and nothing that has no order.
            (weight > 0.0 && weight <= 1.0).then_some((weight, language?))
        };
        let mut wishes: Vec<_> = accept_language.split(',').take(MOST_WISHES).filter_map(wish).collect();
        wishes.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        wishes.first().map(|(_, language)| *language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_written_and_as_people_have_them() {
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
        for (tag, language) in [
            ("en-GB", Some(Language::English)),
            ("ES-mx", Some(Language::Spanish)),
            ("es_419", Some(Language::Spanish)),
            ("fr", Some(Language::FrenchCanada)),
            ("fr-FR", Some(Language::FrenchCanada)),
            ("zh", Some(Language::ChineseSimplified)),
            ("zh-CN", Some(Language::ChineseSimplified)),
            ("zh-Hans-HK", Some(Language::ChineseSimplified)),
            ("zh-TW", None),
            ("zh-Hant", None),
            ("de", None),
            ("", None),
            ("*", None),
            ("english", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }

    #[test]
    fn the_browsers_first_choice_that_is_spoken_here_wins() {
        for (header, language) in [
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some(Language::FrenchCanada)),
            ("de-DE,de;q=0.9,vi;q=0.6,en;q=0.7", Some(Language::English)),
            ("zh-TW,zh;q=0.9,en-US;q=0.8", Some(Language::ChineseSimplified)),
            ("zh-TW,en-US;q=0.8", Some(Language::English)),
            ("ar", Some(Language::Arabic)),
            ("de", None),
            ("", None),
            (";;;q=x,,=", None),
            ("de, es;q=0", None),
            ("es;q=x, vi;q=0.1", Some(Language::Vietnamese)),
            ("es;q=nan, en;q=2, ar;q=-1, vi;Q=0.2", Some(Language::Vietnamese)),
        ] {
            assert_eq!(Language::preferred(header), language, "{header}");
        }
    }

    /// A sort whose order is none may panic.
    #[test]
    fn weights_that_are_no_numbers_do_no_harm() {
        let header = ["es;q=nan", "vi;q=0.3", "ar;q=0.8", "en;q=inf", "fr;q=1e9"].repeat(20).join(",");
        assert_eq!(Language::preferred(&header), Some(Language::Arabic));
    }
}
