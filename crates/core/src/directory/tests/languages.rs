//! States as each language calls them.

use super::super::regions;
use super::{Directory, Language, Utility, directory};

/// All utilities of a state in the order of equal matches.
fn there<'a>(directory: &'a Directory, state: &str) -> Vec<&'a Utility> {
    let serves = |utility: &&Utility| utility.states.iter().any(|code| code == state);
    directory.search("", usize::MAX).into_iter().filter(serves).collect()
}

/// Whether a query finds all utilities of the state.
fn finds(directory: &Directory, query: &str, state: &str) -> bool {
    let found = directory.search(query, usize::MAX);
    let there = there(directory, state);
    !there.is_empty() && there.iter().all(|utility| found.contains(utility))
}

#[test]
fn every_state_is_found_by_each_of_its_names() {
    let directory = directory();
    for state in regions::codes().filter(|state| !there(&directory, state).is_empty()) {
        for language in Language::ALL {
            for name in regions::names(state, language) {
                assert!(finds(&directory, name, state), "{language:?}: {name}");
            }
        }
    }
}

/// As by the English name, which no utility has in its own.
#[test]
fn a_name_in_another_language_finds_the_state_and_nothing_else() {
    let directory = directory();
    for (query, state) in [
        ("Nueva York", "NY"),
        ("carolina del norte", "NC"),
        ("Estado de Nuevo México", "NM"),
        ("Californie", "CA"),
        ("COLOMBIE-BRITANNIQUE", "BC"),
        ("Île du Prince Édouard", "PE"),
        ("état du nouveau-mexique", "NM"),
        ("Bắc Dakota", "ND"),
        ("Ba\u{306}\u{301}c Dakota", "ND"),
        ("bac dakota", "ND"),
        ("加利福尼亚州", "CA"),
        ("加利福尼亚", "CA"),
        ("加州", "CA"),
        ("纽约州", "NY"),
        ("纽约", "NY"),
        ("德州", "TX"),
        ("德克萨斯", "TX"),
        ("佛州", "FL"),
        ("不列颠哥伦比亚", "BC"),
        ("魁北克", "QC"),
        ("كاليفورنيا", "CA"),
        ("ولاية كاليفورنيا", "CA"),
        ("كَالِيفُورنيا", "CA"),
        ("كاليـفورنيا", "CA"),
        ("الاسكا", "AK"),
        ("أريزونا", "AZ"),
        ("نيو يورك", "NY"),
        ("كارولينا الشماليه", "NC"),
    ] {
        assert_eq!(directory.search(query, usize::MAX), there(&directory, state), "{query}");
    }
    for query in ["Quebec", "Québec", "QUE\u{301}BEC", "bang california", "Tiểu bang California"] {
        let state = if query.ends_with("California") || query.ends_with("california") { "CA" } else { "QC" };
        assert!(finds(&directory, query, state), "{query}");
    }
}

#[test]
fn a_state_in_another_language_narrows_a_name() {
    let directory = directory();
    for (query, slug) in [
        ("national grid 马萨诸塞", "national-grid-ma"),
        ("duke energy caroline du", "duke-energy-carolinas"),
        ("duke floride", "duke-energy-florida"),
        ("duke فلوريدا", "duke-energy-florida"),
        ("nam carolina dominion", "dominion-energy-sc"),
    ] {
        assert_eq!(directory.search(query, 1)[0].slug, slug, "{query}");
    }
}

/// The short words of names are codes of other states.
#[test]
fn short_words_of_names_are_not_taken_for_codes() {
    let directory = directory();
    for (query, other) in [("de", "NC"), ("la", "VI"), ("va", "NL"), ("ky", "VI"), ("entergy la", "VI")] {
        let found = directory.search(query, usize::MAX);
        let others = there(&directory, other);
        let stray =
            found.iter().find(|utility| others.contains(utility) && !utility.name.to_lowercase().contains(query));
        assert!(!found.is_empty() && stray.is_none(), "{query}: {stray:?}");
    }
}

#[test]
fn one_typing_error_is_forgiven_in_every_script() {
    let directory = directory();
    for (query, state) in [("加利福亚州", "CA"), ("كاليفرنيا", "CA"), ("californei", "CA"), ("宾夕法尼压州", "PA")]
    {
        assert!(finds(&directory, query, state), "{query}");
    }
    // A single sign is the half of a word: another one is another word.
    assert!(directory.search("加洲", 5).is_empty());
}
