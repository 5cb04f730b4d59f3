//! The search over the directory.
//!
//! Everything that depends on the utilities only is worked out once, so that a search
//! compares prepared texts and allocates nothing per utility.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::text::{fold, near, squash, telling};
use super::{Listed, Utility, regions};
use crate::language::Language;

/// Characters of a query that count. The longest name has about 80.
const QUERY_CHARS: usize = 100;
/// Letters below which any part of a name would match by chance.
const SUBSTRING_CHARS: usize = 3;
/// Letters below which one typing error makes another word.
const TYPO_CHARS: usize = 4;
/// Letters up to which a word of a state's name in another language tells nothing by itself (`de`, `del`, `nam`), and may
/// be the code of another state.
const JOINING_CHARS: usize = 3;

/// How well a utility matches, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The name, the short name or an alias is what was typed.
    Exact,
    /// The name begins with it.
    NameStart,
    /// The short name or an alias begins with it.
    AliasStart,
    /// It begins at a word inside the name, the short name or an alias.
    WordStart,
    /// Each word typed begins some word of the names, or of the states.
    EveryWord,
    /// It is in the middle of a word.
    Inside,
}

const RANKS: usize = 6;

/// The prepared texts of one utility.
#[derive(Debug)]
struct Row {
    /// Place of the utility in the directory.
    utility: usize,
    /// The folded name.
    name: String,
    /// Where the part of `name` begins that tells it from others.
    telling: usize,
    /// The folded names: a space and the name, and for each other one a line feed, a space
    /// and the name, so that `"\n x"` is the start of an alias and `" x"` of a word.
    names: String,
}

/// A text to look up, and where it occurs.
#[derive(Debug)]
struct Entry {
    text: String,
    /// Places in `Index::rows`, ascending.
    rows: Vec<usize>,
}

/// The prepared directory.
#[derive(Debug)]
pub(super) struct Index {
    /// In the order of equal matches.
    rows: Vec<Row>,
    /// The words of all names and states, sorted.
    words: Vec<Entry>,
    /// The short words of states in other languages, sorted. They count only beside others.
    joining: Vec<Entry>,
    /// All names, short names and aliases without spaces, sorted.
    squashed: Vec<Entry>,
}

impl Row {
    fn new(at: usize, utility: &Utility) -> Self {
        let name = fold(&utility.name);
        let mut names = format!(" {name}");
        let others = [&utility.short_name, &utility.full_name];
        for other in others.into_iter().chain(&utility.aliases) {
            let other = fold(other);
            if !other.is_empty() && other != name {
                names.push_str("\n ");
                names.push_str(&other);
            }
        }
        Self { utility: at, telling: telling(&name), name, names }
    }

    /// The rank of a row in which each word typed begins some word.
    fn rank(&self, query: &Query) -> Rank {
        if !self.names.contains(&query.word_start) {
            Rank::EveryWord
        } else if self.name.starts_with(&query.folded) || self.name[self.telling..].starts_with(&query.folded) {
            Rank::NameStart
        } else if self.names.contains(&query.line_start) {
            Rank::AliasStart
        } else {
            Rank::WordStart
        }
    }
}

/// The prepared texts of a query.
struct Query {
    folded: String,
    /// At the start of a word of `Row::names`.
    word_start: String,
    /// At the start of an alias in `Row::names`.
    line_start: String,
    squashed: String,
}

impl Query {
    fn new(folded: String) -> Self {
        Self {
            word_start: format!(" {folded}"),
            line_start: format!("\n {folded}"),
            squashed: squash(&folded),
            folded,
        }
    }
}

/// Texts and their rows, while they are collected.
#[derive(Default)]
struct Entries(BTreeMap<String, Vec<usize>>);

impl Entries {
    fn add(&mut self, text: &str, row: usize) {
        match self.0.get_mut(text) {
            Some(rows) if rows.last() == Some(&row) => {}
            Some(rows) => rows.push(row),
            None if text.is_empty() => {}
            None => {
                self.0.insert(text.to_owned(), vec![row]);
            }
        }
    }

    fn sorted(self) -> Vec<Entry> {
        let entries = self.0.into_iter();
        entries.map(|(text, rows)| Entry { text, rows }).collect()
    }
}

/// What a state or province is found by.
#[derive(Default)]
struct Region {
    words: Vec<String>,
    joining: Vec<String>,
}

impl Region {
    fn new(code: &str) -> Self {
        let mut region = Self::default();
        region.add(code, false);
        for language in Language::ALL {
            for name in regions::names(code, language) {
                region.add(name, language != Language::English);
            }
        }
        region
    }

    fn add(&mut self, name: &str, foreign: bool) {
        for word in fold(name).split(' ') {
            let joins = foreign && word.len() <= JOINING_CHARS && word.is_ascii();
            let words = if joins { &mut self.joining } else { &mut self.words };
            words.push(word.to_owned());
        }
    }
}

/// The entries that begin with a text.
fn beginning<'a>(entries: &'a [Entry], text: &str) -> impl Iterator<Item = &'a Entry> {
    let start = entries.partition_point(|entry| entry.text.as_str() < text);
    entries[start..].iter().take_while(move |entry| entry.text.starts_with(text))
}

impl Index {
    pub(super) fn new(utilities: &[Utility]) -> Self {
        let mut order: Vec<(usize, &Utility)> = utilities.iter().enumerate().collect();
        order.sort_by_key(|(_, utility)| {
            let linkable = utility.listed == Listed::Connector;
            (Reverse(linkable), Reverse(utility.customers), utility.id)
        });
        let rows: Vec<Row> = order.iter().map(|(at, utility)| Row::new(*at, utility)).collect();

        let regions: HashMap<&str, Region> = regions::codes().map(|code| (code, Region::new(code))).collect();
        let mut words = Entries::default();
        let mut joining = Entries::default();
        let mut squashed = Entries::default();
        for (at, (row, (_, utility))) in rows.iter().zip(&order).enumerate() {
            for name in row.names.split('\n') {
                squashed.add(&squash(name), at);
                for word in name.split(' ') {
                    words.add(word, at);
                }
            }
            for region in utility.states.iter().filter_map(|code| regions.get(code.as_str())) {
                region.words.iter().for_each(|word| words.add(word, at));
                region.joining.iter().for_each(|word| joining.add(word, at));
            }
        }
        Self { rows, words: words.sorted(), joining: joining.sorted(), squashed: squashed.sorted() }
    }

    /// Places of all utilities in the order of equal matches.
    pub(super) fn ordered(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|row| row.utility)
    }

    /// Places of the utilities that match, the best first.
    pub(super) fn search(&self, query: &str, limit: usize) -> Vec<usize> {
        let query = query.trim_start();
        if query.is_empty() {
            return self.ordered().take(limit).collect();
        }
        let end = query.char_indices().nth(QUERY_CHARS).map_or(query.len(), |(at, _)| at);
        let folded = fold(&query[..end]);
        if folded.is_empty() || limit == 0 {
            return Vec::new();
        }
        let query = Query::new(folded);
        let words: Vec<&str> = regions::without_lead(&query.folded).split(' ').collect();

        let mut ranks: Vec<Option<Rank>> = vec![None; self.rows.len()];
        for at in self.every_word(&words, |_, _| false) {
            ranks[at] = Some(self.rows[at].rank(&query));
        }
        if !query.squashed.is_empty() {
            for entry in beginning(&self.squashed, &query.squashed) {
                let rank = if entry.text == query.squashed { Rank::Exact } else { Rank::AliasStart };
                for at in &entry.rows {
                    ranks[*at] = Some(ranks[*at].map_or(rank, |known| known.min(rank)));
                }
            }
        }
        let enough = ranks.iter().flatten().count() >= limit;
        if !enough && query.folded.len() >= SUBSTRING_CHARS {
            for (row, rank) in self.rows.iter().zip(&mut ranks) {
                if rank.is_none() && row.names.contains(&query.folded) {
                    *rank = Some(Rank::Inside);
                }
            }
        }

        let mut found: [Vec<usize>; RANKS] = Default::default();
        for (row, rank) in self.rows.iter().zip(ranks) {
            if let Some(rank) = rank {
                found[rank as usize].push(row.utility);
            }
        }
        let mut found: Vec<usize> = found.into_iter().flatten().take(limit).collect();
        // A whole word with an error is the better guess than the beginning of one.
        for open in [false, true] {
            if found.is_empty() {
                let matched = self.every_word(&words, |typed, word| {
                    typed.chars().count() >= TYPO_CHARS && near(typed, word, open)
                });
                found = matched.map(|at| self.rows[at].utility).take(limit).collect();
            }
        }
        found
    }

    /// The rows in which every word typed begins some word, or is `like` one.
    fn every_word(&self, typed: &[&str], like: impl Fn(&str, &str) -> bool) -> impl Iterator<Item = usize> {
        let all = typed.len();
        // How many of the words typed so far were found, one after the other.
        let mut matched = vec![0; self.rows.len()];
        for (before, typed) in typed.iter().enumerate() {
            let mut any = false;
            let alike = self.words.iter().filter(|word| like(typed, &word.text));
            let joining = if all > 1 { self.joining.as_slice() } else { &[] };
            let found = beginning(&self.words, typed).chain(beginning(joining, typed)).chain(alike);
            for row in found.flat_map(|word| &word.rows) {
                if matched[*row] == before {
                    matched[*row] = before + 1;
                    any = true;
                }
            }
            if !any {
                break;
            }
        }
        let rows = matched.into_iter().enumerate();
        rows.filter(move |(_, count)| *count == all).map(|(at, _)| at)
    }
}
