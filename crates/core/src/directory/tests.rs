mod languages;
mod search;

use std::collections::HashSet;

use super::{Directory, DirectoryError, Listed, Utility, text};
use crate::language::Language;

const HEADER: &str = "id,slug,name,full_name,short_name,aliases,country,states,commodities,\
                      timezone,customers,eia_id,listed,reset_site\n";

fn directory() -> Directory {
    Directory::embedded().unwrap()
}

fn problem(lines: &str) -> String {
    match Directory::parse(&format!("{HEADER}{lines}")) {
        Ok(_) => "none".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn ids_that_clients_know() {
    let directory = directory();
    let pge = directory.by_id(1).unwrap();
    assert_eq!(pge.slug, "pge");
    assert_eq!(pge.name, "Pacific Gas and Electric");
    assert_eq!(pge.full_name, "Pacific Gas & Electricity");
    assert_eq!(pge.listed, Listed::Connector);
    assert!(pge.electricity && pge.gas && !pge.water);
    assert_eq!(pge.timezone, "America/Los_Angeles");
    assert_eq!(pge.reset_site.as_deref(), Some("pge.com"));
    assert_eq!(pge.region_names(Language::English), ["California"]);

    let cherokee = directory.by_id(8).unwrap();
    assert_eq!(cherokee.slug, "cherokee-electric-cooperative");
    assert_eq!(cherokee.name, "Cherokee Electric Cooperative");
    assert_eq!(cherokee.listed, Listed::Unsupported);
    assert_eq!(cherokee.states, ["AL"]);

    assert_eq!(directory.by_slug("coned").unwrap().id, 5);
    assert!(directory.by_id(0).is_none());
    assert!(directory.by_id(u32::MAX).is_none());
    assert!(directory.by_slug("PGE").is_none());
    assert!(directory.by_slug("").is_none());
}

#[test]
fn every_row_is_sound() {
    let directory = directory();
    assert!(directory.all().len() > 2_900);
    let mut ids = HashSet::new();
    let mut slugs = HashSet::new();
    let mut names = HashSet::new();
    for utility in directory.all() {
        let Utility { id, slug, name, .. } = utility;
        assert!(ids.insert(*id), "{id}");
        assert!(slugs.insert(slug), "{slug}");
        // People choose by name: no two may look the same.
        assert!(names.insert(text::fold(name)), "{name}");
        for language in Language::ALL {
            let regions = utility.region_names(language);
            assert_eq!(regions.len(), utility.states.len(), "{slug}");
            assert!(regions.iter().all(|name| !name.is_empty()), "{slug}");
        }
        assert!(utility.timezone.contains('/'), "{slug}");
        assert!(name.len() <= 80, "{slug}");
        assert!(utility.tone() < 8, "{slug}");
        let monogram = utility.monogram();
        assert!(matches!(monogram.chars().count(), 1 | 2), "{slug}");
        assert!(monogram.chars().all(char::is_uppercase), "{slug}: {monogram}");
        assert_eq!(directory.by_id(*id), Some(utility));
        assert_eq!(directory.by_slug(slug), Some(utility));
    }
    assert!(directory.all().is_sorted_by_key(|utility| utility.id));
}

#[test]
fn monograms_of_known_utilities() {
    let directory = directory();
    for (slug, monogram) in [
        ("pge", "PG"),
        ("coned", "CE"),
        ("comed", "CE"),
        ("sce", "SC"),
        ("ladwp", "LA"),
        ("alabama-power", "AP"),
        ("duke-energy-florida", "DF"),
        ("snopud", "SP"),
        ("met-ed", "ME"),
        ("indiana-michigan-power", "IM"),
        ("evergy-metro", "E"),
        ("energir", "E"),
        ("cherokee-electric-cooperative", "CE"),
        ("city-of-new-braunfels-tx", "NB"),
        ("pud-no-1-of-benton-county", "BC"),
        ("4-county-electric-power-association", "CE"),
    ] {
        let utility = directory.by_slug(slug).unwrap();
        assert_eq!(utility.monogram(), monogram, "{slug}");
    }
}

#[test]
fn tones_are_steady_and_spread() {
    let directory = directory();
    assert_eq!(directory.by_slug("pge").unwrap().tone(), PGE_TONE);
    let mut counts = [0_usize; 8];
    for utility in directory.all() {
        counts[usize::from(utility.tone())] += 1;
    }
    let fair = directory.all().len() / 8;
    assert!(counts.iter().all(|n| n.abs_diff(fair) < fair / 4), "{counts:?}");
}

/// Changing it changes every colour that users have seen.
const PGE_TONE: u8 = 1;

#[test]
fn popular_ones_can_be_linked_and_are_the_largest() {
    let directory = directory();
    let popular = directory.popular(6);
    let slugs: Vec<&str> = popular.iter().map(|utility| utility.slug.as_str()).collect();
    assert_eq!(slugs[..3], ["pge", "fpl", "sce"]);
    assert!(popular.is_sorted_by_key(|utility| std::cmp::Reverse(utility.customers)));
    let all = directory.popular(usize::MAX);
    // The curated list, and the sandbox's own.
    assert_eq!(all.len(), 191);
    assert!(all.iter().all(|utility| utility.listed == Listed::Connector));
    assert!(directory.popular(0).is_empty());
}
#[test]
fn damaged_files_are_refused_with_line_and_column() {
    let good = "1,a,A,A,,,US,TX,electric,America/Chicago,5,,connector,a.com\n";
    assert_eq!(problem(good), "none");
    let at = |column: &str, what: &str| format!("utility directory, line 3, column `{column}`: {what}");
    for (line, expected) in [
        ("x,b,B,B,,,US,TX,gas,America/Chicago,5,,connector,", at("id", "`x` is no whole number")),
        ("1,b,B,B,,,US,TX,gas,America/Chicago,5,,connector,", at("id", "`1` is taken already")),
        ("2,a,B,B,,,US,TX,gas,America/Chicago,5,,connector,", at("slug", "`a` is taken already")),
        ("2,B b,B,B,,,US,TX,gas,America/Chicago,5,,connector,", at("slug", "`B b` has more than a-z, 0-9 and -")),
        ("2,b,,B,,,US,TX,gas,America/Chicago,5,,connector,", at("name", "empty")),
        ("2,b,B,B,,,XX,TX,gas,America/Chicago,5,,connector,", at("country", "`XX` is neither US nor CA")),
        ("2,b,B,B,,,US,TX|ZZ,gas,America/Chicago,5,,connector,", at("states", "`ZZ` is no state or province")),
        ("2,b,B,B,,,US,,gas,America/Chicago,5,,connector,", at("states", "empty")),
        ("2,b,B,B,,,US,TX,steam,America/Chicago,5,,connector,", at("commodities", "`steam` is not known")),
        ("2,b,B,B,,,US,TX,,America/Chicago,5,,connector,", at("commodities", "empty")),
        ("2,b,B,B,,,US,TX,gas,,5,,connector,", at("timezone", "empty")),
        ("2,b,B,B,,,US,TX,gas,America/Chicago,-5,,connector,", at("customers", "`-5` is no whole number")),
        ("2,b,B,B,,,US,TX,gas,America/Chicago,5,,maybe,", at("listed", "`maybe` is not known")),
        (
            "2,b,B,B,,,US,TX,gas,America/Chicago,5,,connector,https://b.com/x",
            at("reset_site", "`https://b.com/x` is no bare host name"),
        ),
    ] {
        assert_eq!(problem(&format!("{good}{line}\n")), expected);
    }
    assert!(problem(&format!("{good}2,b\n")).contains("line: 3"));
    let error = Directory::parse("id,slug\n").unwrap_err();
    assert!(matches!(error, DirectoryError::Column("name")), "{error}");
    assert!(Directory::parse("").is_err());
}
