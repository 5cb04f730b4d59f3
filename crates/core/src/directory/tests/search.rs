use std::collections::HashSet;
use std::time::Instant;

use super::super::text::fold;
use super::{Directory, Listed, Utility, directory};

/// The slugs found for a query.
fn slugs<'a>(directory: &'a Directory, query: &str, limit: usize) -> Vec<&'a str> {
    let found = directory.search(query, limit);
    found.iter().map(|utility| utility.slug.as_str()).collect()
}

/// The slug found first for a query.
fn first<'a>(directory: &'a Directory, query: &str) -> &'a str {
    slugs(directory, query, 1).first().copied().unwrap_or("-")
}

/// Whatever is listed can be found by the name and the aliases it is listed under.
#[test]
fn all_names_are_found() {
    let directory = directory();
    let sample = |utility: &&Utility| utility.listed == Listed::Connector || utility.id.is_multiple_of(20);
    for utility in directory.all().iter().filter(sample) {
        for name in [&utility.name, &utility.slug].into_iter().chain(&utility.aliases) {
            assert!(directory.search(name, 15).contains(&utility), "{name}");
        }
    }
}

#[test]
fn acronyms_and_brands_are_found() {
    let directory = directory();
    assert_eq!(slugs(&directory, "pge", 2), ["pge", "portland-general"]);
    for (query, slug) in [
        ("PG&E", "pge"),
        ("pg and e", "pge"),
        ("P.G.&E.", "pge"),
        ("pacific gas & electric", "pge"),
        ("con ed", "coned"),
        ("ConEdison", "coned"),
        ("con-edison", "coned"),
        ("consolidated edison", "coned"),
        ("com ed", "comed"),
        ("alabama power", "alabama-power"),
        ("Alabama Power Company", "alabama-power"),
        ("IPL", "aes-indiana"),
        ("kcpl", "evergy-metro"),
        ("KCP&L", "evergy-metro"),
        ("gulf power", "fpl"),
        ("narragansett", "rhode-island-energy"),
        ("BG&E", "bge"),
        ("pseg", "pseg"),
        ("la dwp", "ladwp"),
        ("So Cal Gas", "socalgas"),
        ("lipa", "pseg-long-island"),
        ("dayton power and light", "aes-ohio"),
        ("rocky mountain power", "pacificorp"),
        ("emera maine", "versant-power"),
        ("energir", "energir"),
        ("ÉNERGIR", "energir"),
        ("hydro quebec", "hydro-quebec"),
        ("Hydro-Que\u{301}bec", "hydro-quebec"),
        ("peoples gas", "peoples-gas-il"),
        ("cobb emc", "cobb-electric-membership-corporation"),
        ("benton pud", "pud-no-1-of-benton-county"),
        ("illuminating", "illuminating-company"),
        ("denton", "denton-county-electric-cooperative"),
        ("cherokee elec", "cherokee-electric-cooperative"),
    ] {
        assert_eq!(first(&directory, query), slug, "{query}");
    }
}

#[test]
fn states_are_found() {
    let directory = directory();
    for query in ["texas", "TX"] {
        let found = directory.search(query, 20);
        assert_eq!(found.len(), 20);
        for utility in found {
            assert!(utility.states.iter().any(|code| code == "TX"), "{}", utility.slug);
        }
    }
    // Linkable ones before all others.
    let found = directory.search("texas", usize::MAX);
    assert!(found.len() > 130);
    let (linkable, others) = found.split_at(20);
    assert!(linkable.iter().any(|utility| utility.slug == "austin-energy"));
    assert!(others.iter().any(|utility| utility.slug == "city-of-denton-tx"));
    assert_eq!(first(&directory, "denton texas city"), "city-of-denton-tx");
    assert_eq!(first(&directory, "farmers greenfield"), "farmers-electric-cooperative-greenfield-ia");
    assert_eq!(first(&directory, "national grid mass"), "national-grid-ma");
    assert_eq!(first(&directory, "xcel tex"), "xcel-energy-sps");
}

#[test]
fn better_matches_come_first() {
    let directory = directory();
    // The name begins with it, before others that only have the word.
    let edison = slugs(&directory, "edison", 10);
    assert!(edison.contains(&"sce") && edison.contains(&"coned"));
    // Linkable ones first, though larger utilities match as well.
    let clark = directory.search("clark", 10);
    assert_eq!(clark[0].slug, "clark-public-utilities");
    let seattle = slugs(&directory, "seattle", 3);
    assert_eq!(seattle[0], "seattle-city-light");
    // Any part of a word, three letters or longer.
    assert!(
        slugs(&directory, "hoochee", 5).iter().all(|slug| slug.contains("hoochee") || slug.contains("hatchee"))
    );
    assert!(slugs(&directory, "coochee", 5).contains(&"withlacoochee-river-electric-cooperative"));
    // Equal matches: connectors, then by size.
    let duke = directory.search("duke energy", 10);
    assert_eq!(duke[0].slug, "duke-energy-carolinas");
    assert_eq!(duke.last().unwrap().slug, "duke-energy-kentucky");
}

#[test]
fn one_typing_error_is_forgiven() {
    let directory = directory();
    for (query, slug) in [
        ("pacfic gas", "pge"),
        ("pacifc gas", "pge"),
        ("pcaific gas", "pge"),
        ("paciffic gas", "pge"),
        ("evresource", "eversource-ma"),
        ("dominoin", "dominion-energy-virginia"),
        ("alabma pow", "alabama-power"),
        ("seatle", "seattle-city-light"),
    ] {
        assert_eq!(first(&directory, query), slug, "{query}");
    }
    // Two errors in one word, or one in a short word, are not.
    assert!(directory.search("pcaifcc", 5).is_empty());
    assert!(directory.search("qge", 5).is_empty());
    // Nothing is guessed where something matches as it is.
    assert!(slugs(&directory, "duke", 50).iter().all(|slug| slug.contains("duke")));
}

#[test]
fn odd_queries_do_no_harm() {
    let directory = directory();
    assert_eq!(first(&directory, "  \t pge \u{a0}\r\n"), "pge");
    assert_eq!(first(&directory, "pacific    gas"), "pge");
    assert_eq!(first(&directory, "pge\0"), "pge");
    assert_eq!(first(&directory, "\u{200b}p\u{200b}ge\u{feff}"), "pge");
    assert_eq!(first(&directory, "pge 🔥"), "pge");
    for nothing in ["🔥", "\0\u{1}\u{7f}", "---", "'", "\u{301}", "東京電力", "zzzzzz", "x1 y2 z3"] {
        assert!(directory.search(nothing, 5).is_empty(), "{nothing:?}");
    }
    // "and" alone is a word like any other.
    assert!(directory.search("&", 5).iter().all(|utility| fold(&utility.name).contains("and")));
    for long in
        ["a".repeat(10_240), "é ".repeat(5_000), "🔥".repeat(2_560), "a b ".repeat(2_560), "& ".repeat(5_120)]
    {
        assert!(directory.search(&long, 5).len() <= 5);
    }
    let padded = format!("{}pge", " ".repeat(10_240));
    assert_eq!(first(&directory, &padded), "pge");
    // Only the first 100 characters count.
    let tail = format!("pge{}{}", " ".repeat(97), "x".repeat(10_000));
    assert_eq!(first(&directory, &tail), "pge");
}

#[test]
fn blank_queries_and_limits() {
    let directory = directory();
    for blank in ["", " ", "\n\t\u{3000}"] {
        assert_eq!(directory.search(blank, 8), directory.popular(8), "{blank:?}");
    }
    assert_eq!(directory.search("", usize::MAX).len(), directory.all().len());
    assert!(directory.search("", 0).is_empty());
    assert!(directory.search("pge", 0).is_empty());
    assert_eq!(directory.search("e", 3).len(), 3);
    let every = directory.search("electric", usize::MAX);
    let different: HashSet<u32> = every.iter().map(|utility| utility.id).collect();
    assert_eq!(different.len(), every.len());
    assert!(every.len() > 500);
}

/// Generous, for slow machines that do other things at the same time.
#[test]
fn a_key_press_is_answered_at_once() {
    let directory = directory();
    for query in
        ["p", "e", "pge", "texas", "electric cooperative", "pacfic gas", "xqzv wxqz vvqx", &"ab ".repeat(34)]
    {
        let rounds: u32 = 20;
        let start = Instant::now();
        for _ in 0..rounds {
            std::hint::black_box(directory.search(query, 20));
        }
        let each = start.elapsed() / rounds;
        assert!(each.as_millis() < 50, "{query:.24?}: {each:?}");
    }
}

#[test]
fn a_postal_code_finds_who_serves_its_state() {
    let directory = directory();
    let found = |typed| -> Vec<&str> { directory.search(typed, 3).into_iter().map(|u| u.slug.as_str()).collect() };
    assert_eq!(found("94103"), found("94103-0001"));
    assert!(found("94103").contains(&"pge") && found("94103").contains(&"sce"), "{:?}", found("94103"));
    assert!(directory.search("60601", 50).iter().all(|utility| utility.states.iter().any(|state| state == "IL")));
    assert!(!directory.search("h2x 1y4", 5).is_empty(), "Canada as well");
}
