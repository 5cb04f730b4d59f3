//! Reading the directory's CSV file, with every field checked.

use std::collections::HashSet;

use super::{Listed, Utility, regions};

/// Why a directory file was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// The text is no CSV file, or a line has too few or too many fields.
    #[error("utility directory: {0}")]
    Csv(#[from] csv::Error),
    /// The first line does not name a column that is needed.
    #[error("utility directory, line 1: no column `{0}`")]
    Column(&'static str),
    /// A field does not hold what it should.
    #[error("utility directory, line {line}, column `{column}`: {problem}")]
    Field {
        /// Line of the file, counted from 1.
        line: u64,
        /// Name of the column.
        column: &'static str,
        /// What is wrong, with the value found.
        problem: String,
    },
}

/// The columns that are read, and their places in a line.
struct Columns([(&'static str, usize); 13]);

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, DirectoryError> {
        let mut columns = [
            "id",
            "slug",
            "name",
            "full_name",
            "short_name",
            "aliases",
            "country",
            "states",
            "commodities",
            "timezone",
            "customers",
            "listed",
            "reset_site",
        ]
        .map(|column| (column, 0));
        for (column, at) in &mut columns {
            *at = header.iter().position(|found| found == *column).ok_or(DirectoryError::Column(column))?;
        }
        Ok(Self(columns))
    }
}

/// One line of the file.
struct Line<'a> {
    columns: &'a Columns,
    record: &'a csv::StringRecord,
}

impl<'a> Line<'a> {
    fn field(&self, column: &'static str) -> &'a str {
        self.columns
            .0
            .iter()
            .find(|(name, _)| *name == column)
            .and_then(|(_, at)| self.record.get(*at))
            .unwrap_or_default()
            .trim()
    }

    fn wrong(&self, column: &'static str, problem: impl Into<String>) -> DirectoryError {
        DirectoryError::Field {
            line: self.record.position().map_or(0, csv::Position::line),
            column,
            problem: problem.into(),
        }
    }

    fn required(&self, column: &'static str) -> Result<String, DirectoryError> {
        match self.field(column) {
            "" => Err(self.wrong(column, "empty")),
            text => Ok(text.to_owned()),
        }
    }

    fn number(&self, column: &'static str) -> Result<u32, DirectoryError> {
        let text = self.field(column);
        text.parse().map_err(|_| self.wrong(column, format!("`{text}` is no whole number")))
    }

    fn list(&self, column: &'static str) -> impl Iterator<Item = &'a str> {
        self.field(column).split('|').map(str::trim).filter(|part| !part.is_empty())
    }

    fn slug(&self) -> Result<String, DirectoryError> {
        let slug = self.required("slug")?;
        if slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
            Ok(slug)
        } else {
            Err(self.wrong("slug", format!("`{slug}` has more than a-z, 0-9 and -")))
        }
    }

    fn states(&self) -> Result<Vec<String>, DirectoryError> {
        let states: Vec<String> = self.list("states").map(str::to_owned).collect();
        if states.is_empty() {
            return Err(self.wrong("states", "empty"));
        }
        match states.iter().find(|code| !regions::exists(code)) {
            Some(code) => Err(self.wrong("states", format!("`{code}` is no state or province"))),
            None => Ok(states),
        }
    }

    fn reset_site(&self) -> Result<Option<String>, DirectoryError> {
        let host = self.field("reset_site");
        if host.is_empty() {
            return Ok(None);
        }
        // It becomes the host of a link that users follow: nothing but a host name will do.
        let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
        if host.contains('.') && host.bytes().all(plain) {
            Ok(Some(host.to_owned()))
        } else {
            Err(self.wrong("reset_site", format!("`{host}` is no bare host name")))
        }
    }

    fn utility(&self) -> Result<Utility, DirectoryError> {
        let (mut electricity, mut gas, mut water) = (false, false, false);
        for commodity in self.list("commodities") {
            match commodity {
                "electric" => electricity = true,
                "gas" => gas = true,
                "water" => water = true,
                other => {
                    return Err(self.wrong("commodities", format!("`{other}` is not known")));
                }
            }
        }
        if !(electricity || gas || water) {
            return Err(self.wrong("commodities", "empty"));
        }
        let country = self.required("country")?;
        if !matches!(country.as_str(), "US" | "CA") {
            return Err(self.wrong("country", format!("`{country}` is neither US nor CA")));
        }
        let listed = match self.field("listed") {
            "connector" => Listed::Connector,
            "unsupported" => Listed::Unsupported,
            other => return Err(self.wrong("listed", format!("`{other}` is not known"))),
        };
        Ok(Utility {
            id: self.number("id")?,
            slug: self.slug()?,
            name: self.required("name")?,
            full_name: self.required("full_name")?,
            short_name: self.field("short_name").to_owned(),
            aliases: self.list("aliases").map(str::to_owned).collect(),
            country,
            states: self.states()?,
            electricity,
            gas,
            water,
            timezone: self.required("timezone")?,
            customers: self.number("customers")?,
            listed,
            reset_site: self.reset_site()?,
        })
    }
}

/// All utilities of a CSV text, in its order.
pub(super) fn utilities(text: &str) -> Result<Vec<Utility>, DirectoryError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = Columns::find(reader.headers()?)?;
    let mut utilities: Vec<Utility> = Vec::new();
    let mut ids = HashSet::new();
    let mut slugs = HashSet::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = Line { columns: &columns, record: &record };
        let utility = line.utility()?;
        if !ids.insert(utility.id) {
            return Err(line.wrong("id", format!("`{}` is taken already", utility.id)));
        }
        if !slugs.insert(utility.slug.clone()) {
            return Err(line.wrong("slug", format!("`{}` is taken already", utility.slug)));
        }
        utilities.push(utility);
    }
    Ok(utilities)
}
