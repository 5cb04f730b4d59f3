//! States, territories and provinces of the United States and Canada by their postal codes, and what they are called in
//! the languages that the modal speaks.

mod ar;
mod en;
mod es;
mod fr_ca;
mod vi;
mod zh_hans;

use crate::language::Language;

/// What the regions are called in one language. Each has a name, or it does not compile.
struct Names {
    /// Postal codes and names, sorted by code. No code is used by both countries.
    all: [(&'static str, &'static str); 69],
    /// What people type as well, with the codes.
    also: &'static [(&'static str, &'static str)],
}

impl Names {
    fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &en::NAMES,
            Language::Spanish => &es::NAMES,
            Language::FrenchCanada => &fr_ca::NAMES,
            Language::ChineseSimplified => &zh_hans::NAMES,
            Language::Vietnamese => &vi::NAMES,
            Language::Arabic => &ar::NAMES,
        }
    }
}

/// What may go before a name, folded: "State of", "Province of". What follows is enough.
const LEADS: [&str; 11] = [
    "estado de ",
    "provincia de ",
    "etat de ",
    "etat du ",
    "province de ",
    "province du ",
    "tieu bang ",
    "tinh bang ",
    "bang ",
    "ولايه ",
    "مقاطعه ",
];

/// Whether there is a state, territory or province of this code.
pub(super) fn exists(code: &str) -> bool {
    name(code, Language::English).is_some()
}

/// The full name of a state, territory or province; `None` if the code is not one.
pub(super) fn name(code: &str, language: Language) -> Option<&'static str> {
    let names = &Names::of(language).all;
    let at = names.binary_search_by_key(&code, |(code, _)| code).ok()?;
    names.get(at).map(|(_, name)| *name)
}

/// The codes of all states, territories and provinces.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    en::NAMES.all.iter().map(|(code, _)| *code)
}

/// All that a state, territory or province is called in a language.
pub(super) fn names(code: &str, language: Language) -> impl Iterator<Item = &'static str> {
    let Names { all, also } = Names::of(language);
    all.iter().chain(*also).filter(move |(of, _)| *of == code).map(|(_, name)| *name)
}

/// A folded query without the word for a state or a province before its name.
pub(super) fn without_lead(folded: &str) -> &str {
    LEADS.iter().find_map(|lead| folded.strip_prefix(lead)).unwrap_or(folded)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::text::fold;
    use super::*;

    #[test]
    fn every_region_has_one_name_in_each_language() {
        let codes: Vec<&str> = codes().collect();
        assert!(codes.is_sorted() && codes.iter().collect::<HashSet<_>>().len() == codes.len());
        for language in Language::ALL {
            let Names { all, also } = Names::of(language);
            assert!(all.iter().map(|(code, _)| *code).eq(codes.iter().copied()), "{language:?}");
            assert!(also.iter().all(|(code, _)| exists(code)), "{language:?}");
            let different: HashSet<String> = all.iter().map(|(_, name)| fold(name)).collect();
            assert_eq!(different.len(), codes.len(), "{language:?}");
            for (code, name) in all.iter().chain(*also) {
                assert!(!name.is_empty() && name.trim() == *name, "{language:?}, {code}");
            }
        }
    }

    #[test]
    fn names_are_in_the_script_of_their_language() {
        for (language, letters) in
            [(Language::ChineseSimplified, '\u{4e00}'..='\u{9fff}'), (Language::Arabic, '\u{621}'..='\u{64a}')]
        {
            for code in codes() {
                for name in names(code, language) {
                    assert!(name.chars().all(|c| c == ' ' || letters.contains(&c)), "{code}: {name}");
                }
            }
        }
    }

    #[test]
    fn leads_are_written_as_queries_are_compared() {
        for lead in LEADS {
            assert_eq!(format!("{} ", fold(lead)), lead);
            assert_eq!(without_lead(&format!("{lead}california")), "california");
        }
        assert_eq!(without_lead("bang"), "bang");
    }
}
