//! The languages with everything that is said in them, on the server.

use std::sync::LazyLock;

use connect_core::language::Language;

use super::languages::{ar, en, es, fr_ca, vi, zh_hans};
use super::{Catalogue, PageWords, Strings};

/// Everything that is said in a language.
#[derive(Debug)]
pub struct Words {
    /// Which one it is.
    pub language: Language,
    /// The words of the modal's screens.
    pub modal: &'static Catalogue,
    /// The words of the screens that the server draws.
    pub pages: &'static PageWords,
    /// The modal's words as the browser has them.
    pub strings: &'static Strings,
}

impl Words {
    /// Of a language.
    pub fn of(language: Language) -> &'static Self {
        static ALL: LazyLock<[Words; 6]> = LazyLock::new(|| Language::ALL.map(Words::new));
        let place = Language::ALL.iter().position(|one| *one == language).unwrap_or_default();
        &ALL[place]
    }

    fn new(language: Language) -> Self {
        let (modal, pages) = match language {
            Language::English => (&en::ENGLISH, &en::ENGLISH_PAGES),
            Language::Spanish => (&es::SPANISH, &es::SPANISH_PAGES),
            Language::FrenchCanada => (&fr_ca::FRENCH_CANADA, &fr_ca::FRENCH_CANADA_PAGES),
            Language::ChineseSimplified => (&zh_hans::CHINESE, &zh_hans::CHINESE_PAGES),
            Language::Vietnamese => (&vi::VIETNAMESE, &vi::VIETNAMESE_PAGES),
            Language::Arabic => (&ar::ARABIC, &ar::ARABIC_PAGES),
        };
        // Kept for as long as the server runs.
        let lines: &'static str = Box::leak(modal.to_lines().into_boxed_str());
        let strings = Strings::from_lines(lines).unwrap_or(Strings(Vec::new()));
        Self { language, modal, pages, strings: Box::leak(Box::new(strings)) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::text::{Catalogue, PageWords, form};

    /// Every text of a language with its name.
    fn texts(language: Language) -> Vec<(&'static str, &'static str)> {
        let Words { modal, pages, .. } = Words::of(language);
        let names = Catalogue::NAMES.iter().chain(PageWords::NAMES).copied();
        names.zip(modal.all().into_iter().chain(pages.all())).collect()
    }

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).map(|rest| rest.split_once('}').expect(text).0).collect()
    }

    #[test]
    fn each_text_says_in_every_language_what_the_english_says() {
        for language in Language::ALL {
            for ((name, english), (_, text)) in texts(Language::English).into_iter().zip(texts(language)) {
                assert!(!text.trim().is_empty() && text.trim() == text, "{language:?} {name}: {text:?}");
                assert!(!text.contains(['\n', '"', '\'']), "{language:?} {name}: {text}");
                let all: BTreeSet<_> = text.split('|').flat_map(places).collect();
                assert_eq!(all, places(english), "{language:?} {name}: {text}");
                // The last form is the one for most numbers.
                assert_eq!(places(text.rsplit('|').next().unwrap()), places(english), "{language:?} {name}");
                let forms = if english.contains('|') { forms(language) } else { 1 };
                assert_eq!(text.split('|').count(), forms, "{language:?} {name}: {text}");
            }
            let Words { modal, .. } = Words::of(language);
            assert_eq!(modal.lang, language.tag());
        }
    }

    fn forms(language: Language) -> usize {
        match language {
            Language::ChineseSimplified | Language::Vietnamese => 1,
            Language::Arabic => 6,
            _ => 2,
        }
    }

    /// Nothing was left in English.
    #[test]
    fn what_is_no_name_differs_from_the_english() {
        let same_word = ["electricity", "gas", "app_title"];
        for language in Language::ALL.into_iter().skip(1) {
            for ((name, english), (_, text)) in texts(Language::English).into_iter().zip(texts(language)) {
                let words = english.split_whitespace().filter(|word| !word.starts_with('{')).count();
                if words > 1 && !same_word.contains(&name) {
                    assert_ne!(text, english, "{language:?} {name}");
                }
            }
        }
    }

    /// Latin names within Arabic keep their order.
    #[test]
    fn names_stand_apart_from_text_that_runs_the_other_way() {
        for (name, text) in texts(Language::Arabic) {
            for place in ["company", "utility", "to", "site", "query", "ending", "place", "reason", "date", "kind"]
            {
                let bare = format!("{{{place}}}");
                let apart = format!("\u{2068}{bare}\u{2069}");
                assert_eq!(text.matches(&bare).count(), text.matches(&apart).count(), "{name}: {text}");
            }
        }
    }

    /// The browser's rules, without CLDR's tables, against those tables.
    #[test]
    fn forms_are_those_of_cldr() {
        use icu_plurals::{PluralCategory as Category, PluralRules, PluralRulesOptions};
        for language in Language::ALL {
            let locale: icu_locale_core::Locale = language.tag().parse().unwrap();
            let rules = PluralRules::try_new(locale.into(), PluralRulesOptions::default()).unwrap();
            let order: &[Category] = match language {
                // One form for all, whatever CLDR tells apart: these languages say it by the number alone.
                Language::ChineseSimplified | Language::Vietnamese => continue,
                Language::Arabic => {
                    &[Category::Zero, Category::One, Category::Two, Category::Few, Category::Many, Category::Other]
                }
                _ => &[Category::One, Category::Other],
            };
            let text = (0..order.len()).map(|n| n.to_string()).collect::<Vec<_>>().join("|");
            for n in (0..1_200u32).chain([10_000, 35_040, 123_456, 999_999]) {
                let place = order.iter().position(|category| *category == rules.category_for(n));
                let place = place.unwrap_or_else(|| panic!("{language:?} {n}: {:?}", rules.category_for(n)));
                assert_eq!(
                    form(Words::of(language).modal.plural, &text, n),
                    place.to_string(),
                    "{language:?} {n}"
                );
            }
        }
    }
}
