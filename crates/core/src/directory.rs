//! The utility directory: every utility a user may look for, and the search over them.
//!
//! The directory is a CSV file built into the program (`data/utilities.csv`, see the
//! `README.md` beside it). It holds the utilities that can be linked and some thousands of
//! others, so that a user whose utility is not supported yet still finds it by name and is
//! told so.
//!
//! ```
//! # use connect_core::directory::Directory;
//! # fn main() -> Result<(), connect_core::directory::DirectoryError> {
//! let directory = Directory::embedded()?;
//! let found = directory.search("pge", 2);
//! assert_eq!(found[0].name, "Pacific Gas and Electric");
//! assert_eq!(found[1].name, "Portland General Electric");
//! # Ok(())
//! # }
//! ```

mod index;
mod load;
mod postal;
mod regions;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod text;

use std::collections::HashMap;

use index::Index;
pub use load::DirectoryError;

use crate::language::Language;

/// One utility: a company, co-operative or city that sells or delivers energy or water.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utility {
    /// Number of the utility in the API. Never changes and is never given to another one.
    pub id: u32,
    /// Key of the utility in the API and in addresses: `a-z`, `0-9` and `-`. Never changes.
    pub slug: String,
    /// Name shown to people, for example `Pacific Gas and Electric`.
    pub name: String,
    /// Name given in the users API; for nearly all utilities the same as `name`.
    pub full_name: String,
    /// Acronym or brand that people use, for example `PG&E`. May be empty.
    pub short_name: String,
    /// Former names, legal names and other spellings under which the utility is found.
    pub aliases: Vec<String>,
    /// Two-letter country code: `US` or `CA`.
    pub country: String,
    /// Two-letter codes of the states, territories or provinces served, the main one first.
    pub states: Vec<String>,
    /// Whether the utility sells or delivers electricity.
    pub electricity: bool,
    /// Whether the utility sells or delivers gas.
    pub gas: bool,
    /// Whether the utility sells or delivers water.
    pub water: bool,
    /// IANA name of the utility's (main) time zone, for example `America/Los_Angeles`.
    pub timezone: String,
    /// Rough number of electricity customers, to put larger utilities first. 0 if unknown.
    pub customers: u32,
    /// Whether a login at this utility can be linked.
    pub listed: Listed,
    /// Host name of the utility's own site, where users reset a forgotten password.
    /// Present only where it is certain.
    pub reset_site: Option<String>,
}

/// What the directory offers for a utility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listed {
    /// There is, or is to be, a connector: the utility is offered for linking.
    Connector,
    /// The utility is known by name only. It can be found, but not linked.
    Unsupported,
}

impl Utility {
    /// One or two upper-case letters to show in place of a logo.
    ///
    /// They come from the short name if there is one (`PG&E` → `PG`, `ConEd` → `CE`), else
    /// from the first two words of the name that say something (`City of New Braunfels (TX)`
    /// → `NB`).
    #[must_use]
    pub fn monogram(&self) -> String {
        let short = text::initials(&self.short_name);
        if short.is_empty() { text::initials(&self.name) } else { short }
    }

    /// A steady number from 0 to 7 that picks the background colour of the monogram.
    ///
    /// It depends on the slug only, so a utility has the same colour everywhere and always.
    #[must_use]
    pub fn tone(&self) -> u8 {
        // FNV-1a: short, and unlike the hashers of `std` fixed for ever.
        let hash = self
            .slug
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        // The low bits of FNV mix worst; fold the high ones in. The mask keeps it below 8.
        ((hash ^ (hash >> 15)) & 7) as u8
    }

    /// Full names of the states or provinces served, in the order of [`Utility::states`].
    #[must_use]
    pub fn region_names(&self, language: Language) -> Vec<&'static str> {
        self.states.iter().filter_map(|code| regions::name(code, language)).collect()
    }
}

/// All utilities, and the index to search them by what a user types.
#[derive(Debug)]
pub struct Directory {
    /// In the order of their ids.
    utilities: Vec<Utility>,
    /// From slugs to places in `utilities`.
    slugs: HashMap<String, usize>,
    index: Index,
}

impl Directory {
    /// Reads the directory that is built into the program.
    ///
    /// This takes some milliseconds: do it once, when the program starts.
    ///
    /// # Errors
    ///
    /// If the file is damaged; the error names the line and the column.
    pub fn embedded() -> Result<Self, DirectoryError> {
        let mut utilities = load::utilities(include_str!("../data/utilities.csv"))?;
        // A utility that does not exist, for the sandbox.
        utilities.extend(load::utilities(include_str!("../data/sandbox.csv"))?);
        Ok(Self::of(utilities))
    }

    /// Reads a directory from CSV text with the columns of `data/utilities.csv`.
    ///
    /// # Errors
    ///
    /// If a column is missing, a field does not hold what it should, or two utilities have
    /// the same id or slug; the error names the line and the column.
    pub fn parse(csv: &str) -> Result<Self, DirectoryError> {
        Ok(Self::of(load::utilities(csv)?))
    }

    fn of(mut utilities: Vec<Utility>) -> Self {
        utilities.sort_by_key(|utility| utility.id);
        let slugs = utilities.iter().enumerate().map(|(at, utility)| (utility.slug.clone(), at)).collect();
        let index = Index::new(&utilities);
        Self { utilities, slugs, index }
    }

    /// All utilities in the order of their ids.
    #[must_use]
    pub fn all(&self) -> &[Utility] {
        &self.utilities
    }

    /// The utility with this id, if there is one.
    #[must_use]
    pub fn by_id(&self, id: u32) -> Option<&Utility> {
        let at = self.utilities.binary_search_by_key(&id, |utility| utility.id).ok()?;
        self.utilities.get(at)
    }

    /// The utility with exactly this slug, if there is one.
    #[must_use]
    pub fn by_slug(&self, slug: &str) -> Option<&Utility> {
        self.utilities.get(*self.slugs.get(slug)?)
    }

    /// The `n` largest utilities that can be linked, to show before the user types.
    #[must_use]
    pub fn popular(&self, n: usize) -> Vec<&Utility> {
        self.index
            .ordered()
            .map(|at| &self.utilities[at])
            .filter(|utility| utility.listed == Listed::Connector)
            .take(n)
            .collect()
    }

    /// At most `limit` utilities that match what a user typed, the best first.
    ///
    /// A postal code (`94103`, `H2X 1Y4`) gives the utilities of its state or province, the largest first: which of them
    /// serves the street, no data of ours tells.
    ///
    /// Else names, short names, aliases and states, these as each [`Language`] calls them, are
    /// searched; case, accents, punctuation and spaces do not matter, `&` is the same as `and`,
    /// and only the first 100 characters count. The best matches are those of a whole name, short name or alias, then of their
    /// beginnings, of words in them, of words in any order together with the state, of any
    /// part, and, only if nothing else is found, of words with one typing error. Equal
    /// matches come with the utilities that can be linked first, larger ones before smaller.
    ///
    /// A blank query finds nothing to prefer and gives all utilities in that order.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> Vec<&Utility> {
        if let Some(region) = postal::region(query) {
            let there = self.index.ordered().map(|at| &self.utilities[at]);
            return there
                .filter(|utility| utility.states.iter().any(|state| state == region))
                .take(limit)
                .collect();
        }
        self.index.search(query, limit).into_iter().map(|at| &self.utilities[at]).collect()
    }
}
