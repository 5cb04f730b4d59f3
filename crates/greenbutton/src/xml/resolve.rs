//! Follows the links between resources and puts the document together.
//!
//! Links are Atom hrefs, relative in some files and absolute in others, and some lead nowhere. So a child looks
//! for its parent by, in this order: a parent that names it or its collection as related; its `up` link; the
//! path of its own href; and the order of the file, with a warning.

use std::collections::HashMap;

use super::{
    feed::{Content, Entry, Found, Resource},
    resources::Fields,
};
use crate::{
    bill::Bill,
    error::Error,
    finish,
    local_time::LocalTime,
    model::{Document, Format, ReadingType, Series},
    warning::{Place, WHOLE_FILE, WarningKind, Warnings},
};

/// An href as compared: the path without scheme, host, query and outer slashes.
fn path(href: &str) -> &str {
    let href = href.trim();
    let href = match href.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => href,
    };
    let href = href.split(['?', '#']).next().unwrap_or(href);
    href.trim_matches('/')
}

/// The last two parts of a path: a kind and a number.
fn ending(path: &str) -> &str {
    let start = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    path.get(start..).unwrap_or(path)
}

/// Where the resources of one kind can be found by links.
#[derive(Default)]
struct Index {
    own: HashMap<String, usize>,
    /// `None` if several claim the same href, so that it decides nothing.
    related: HashMap<String, Option<usize>>,
    /// (entry, position in the result), in the file's order.
    order: Vec<(usize, usize)>,
}

/// How a parent was found.
#[derive(PartialEq)]
enum By {
    Link,
    Order,
}

impl Index {
    /// Adds a resource, unless its own href is known already: then the position of the known one.
    fn add(&mut self, entry: &Entry, number: usize, position: usize) -> Result<(), usize> {
        if let Some(own) = entry.own.as_deref().map(path).filter(|own| !own.is_empty()) {
            if let Some(known) = self.own.get(own) {
                return Err(*known);
            }
            self.own.insert(own.to_owned(), position);
        }
        for related in entry.related.iter().map(|href| path(href)).filter(|href| !href.is_empty()) {
            let slot = self.related.entry(related.to_owned()).or_insert(Some(position));
            if *slot != Some(position) {
                *slot = None;
            }
        }
        self.order.push((number, position));
        Ok(())
    }

    /// The parent of a resource with these links.
    fn parent_of(&self, child: &Entry, number: usize) -> Option<(usize, By)> {
        let own = child.own.as_deref().map(path);
        let ups = || child.up.iter().map(|href| path(href));
        let claimed = |href: &str| self.related.get(href).copied().flatten();
        let by_link = own
            .and_then(claimed)
            .or_else(|| ups().find_map(|up| self.own.get(up).copied()))
            .or_else(|| ups().find_map(claimed))
            .or_else(|| child.related.iter().find_map(|href| self.own.get(path(href)).copied()))
            .or_else(|| own.into_iter().chain(ups()).find_map(|href| self.ancestor(href)));
        if let Some(position) = by_link {
            return Some((position, By::Link));
        }
        // In the same entry the order is the link: several resources in one content.
        let before = self.order.partition_point(|(entry, _)| *entry <= number);
        let nearest = before.checked_sub(1).and_then(|at| self.order.get(at)).or(match &self.order[..] {
            [only] => Some(only),
            _ => None,
        })?;
        Some((nearest.1, if nearest.0 == number { By::Link } else { By::Order }))
    }

    /// The resource whose own href is the longest beginning of this one.
    fn ancestor(&self, mut href: &str) -> Option<usize> {
        while let Some((parent, _)) = href.rsplit_once('/') {
            if let Some(found) = self.own.get(parent) {
                return Some(*found);
            }
            href = parent;
        }
        None
    }

    /// Resources by the last two parts of their href; `None` where several share them.
    fn endings(&self) -> HashMap<&str, Option<(&str, usize)>> {
        let mut endings = HashMap::new();
        for (own, position) in &self.own {
            let found = Some((own.as_str(), *position));
            endings.entry(ending(own)).and_modify(|slot| *slot = None).or_insert(found);
        }
        endings
    }

    /// The first resource of that entry.
    fn of_entry(&self, number: usize) -> Option<usize> {
        let at = self.order.partition_point(|(entry, _)| *entry < number);
        self.order.get(at).filter(|(entry, _)| *entry == number).map(|(_, position)| *position)
    }

    fn only(&self) -> Option<usize> {
        match self.order[..] {
            [(_, only)] => Some(only),
            _ => None,
        }
    }
}

/// A reading type, and whether its multiplier could be read.
type Type = (ReadingType, bool);

pub(crate) fn resolve(found: Found, warnings: &mut Warnings) -> Result<Document, Error> {
    let Found { title, updated, entries, resources, readings, unreadable } = found;
    let mut document = Document::new(Format::Espi);
    (document.title, document.updated) = (title, updated);
    (document.tally.found, document.tally.unreadable) = (readings, unreadable);

    let (mut points, mut meters, mut types, mut times) =
        (Index::default(), Index::default(), Index::default(), Index::default());
    let mut reading_types: Vec<Type> = Vec::new();
    let mut local_times: Vec<LocalTime> = Vec::new();
    let mut series_entries: Vec<(usize, Place)> = Vec::new();
    let mut bills: Vec<(Bill, usize, Place)> = Vec::new();
    let mut blocks: Vec<(usize, Place, Vec<crate::model::Reading>)> = Vec::new();

    for Resource { entry: number, place, content } in resources {
        let entry = &entries[number];
        let node = match content {
            Content::Block(block) => {
                blocks.push((number, place, block.readings));
                continue;
            }
            Content::Tree(node) => node,
        };
        let mut fields = Fields { entry, group: number, place: &place, warnings };
        let added = match node.name.as_str() {
            "UsagePoint" => {
                let added = points.add(entry, number, document.usage_points.len());
                if added.is_ok() {
                    document.usage_points.push(fields.usage_point(&node));
                }
                added
            }
            "MeterReading" => {
                let added = meters.add(entry, number, document.series.len());
                if added.is_ok() {
                    document.series.push(new_series(entry));
                    series_entries.push((number, place.clone()));
                }
                added
            }
            "ReadingType" => {
                let added = types.add(entry, number, reading_types.len());
                if added.is_ok() {
                    reading_types.push(fields.reading_type(&node));
                }
                added
            }
            "LocalTimeParameters" | "TimeConfiguration" => {
                let added = times.add(entry, number, local_times.len());
                if added.is_ok() {
                    local_times.push(fields.local_time(&node));
                }
                added
            }
            "UsageSummary" | "ElectricPowerUsageSummary" => {
                bills.push((fields.bill(&node), number, place.clone()));
                Ok(())
            }
            _ => {
                fields.customer(&node, &mut document.customers);
                Ok(())
            }
        };
        if added.is_err() {
            warnings.add(WarningKind::RepeatedResource, number, || {
                (place, format!("<{}> has the link of an earlier one, which is kept", node.name))
            });
        }
    }

    attach_blocks(blocks, &entries, &meters, &mut document, &mut series_entries, warnings);

    let type_endings = types.endings();
    let mut scalable = Vec::with_capacity(document.series.len());
    for (series, (number, place)) in document.series.iter_mut().zip(&series_entries) {
        let entry = &entries[*number];
        series.usage_point = match points.parent_of(entry, *number) {
            Some((point, By::Link)) => Some(point),
            found => {
                let guess = found.map(|(point, _)| point);
                warn_link(warnings, *number, place, "meter reading", "usage point", guess.is_some());
                guess
            }
        };
        let mut linked = entry.related.iter().filter_map(|href| types.own.get(path(href)).copied());
        let first = linked.next();
        // Of several that differ, none is said to be that of the readings.
        let differs = |at: usize| first.is_some_and(|first| !alike(&reading_types[first], &reading_types[at]));
        let is_open = linked.any(differs);
        let typed = first.or_else(|| types.of_entry(*number));
        let typed = typed.or_else(|| entry.related.iter().find_map(|href| relative(&type_endings, path(href))));
        let reading_type = match typed {
            Some(_) if is_open => {
                warnings.add(WarningKind::BrokenLink, *number, || {
                    (place.clone(), "the meter reading has several reading types that differ; none is used")
                });
                None
            }
            Some(position) => Some(position),
            // A unit is never guessed from the order; only if there is no other one.
            None => {
                let only = types.only();
                if !types.order.is_empty() {
                    warn_link(warnings, *number, place, "meter reading", "reading type", only.is_some());
                }
                only
            }
        };
        let (reading_type, can_scale) = reading_type.map_or_else(Default::default, |at| reading_types[at].clone());
        series.reading_type = reading_type;
        scalable.push(can_scale);
    }

    for (bill, number, place) in bills {
        let usage_point = match points.parent_of(&entries[number], number) {
            Some((point, By::Link)) => Some(point),
            Some((point, By::Order)) => {
                warn_link(warnings, number, &place, "bill", "usage point", true);
                Some(point)
            }
            None => None,
        };
        document.bills.push(Bill { usage_point, ..bill });
    }

    for (number, position) in &points.order {
        let linked = entries[*number].related.iter().find_map(|href| times.own.get(path(href)).copied());
        let local = linked.or_else(|| times.only()).map(|at| local_times[at]);
        document.usage_points[*position].local_time = local;
    }

    let places: Vec<Place> = series_entries.into_iter().map(|(_, place)| place).collect();
    finish::finish(&mut document, &places, &scalable, warnings);
    Ok(document)
}

/// Whether values mean the same under both.
fn alike(a: &Type, b: &Type) -> bool {
    let meaning = |(kind, scalable): &Type| (kind.uom, kind.power_of_ten, kind.flow, kind.accumulation, *scalable);
    meaning(a) == meaning(b)
}

/// The resource of a link where one of the two is relative and the other absolute.
fn relative(endings: &HashMap<&str, Option<(&str, usize)>>, href: &str) -> Option<usize> {
    let (own, position) = endings.get(ending(href)).copied().flatten()?;
    let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|before| before.ends_with('/'));
    (ends(own, href) || ends(href, own)).then_some(position)
}

fn new_series(entry: &Entry) -> Series {
    Series { href: entry.own.clone(), title: entry.title.clone(), ..Series::default() }
}

fn attach_blocks(
    blocks: Vec<(usize, Place, Vec<crate::model::Reading>)>,
    entries: &[Entry],
    meters: &Index,
    document: &mut Document,
    series_entries: &mut Vec<(usize, Place)>,
    warnings: &mut Warnings,
) {
    // Without their meter reading, blocks of different parents are of different meters all the same.
    let mut loose: HashMap<String, usize> = HashMap::new();
    for (number, place, mut readings) in blocks {
        let parent = meters.parent_of(&entries[number], number);
        if !matches!(parent, Some((_, By::Link))) {
            let guess = parent.is_some();
            // One warning for a file in which no block has a link, not one for each.
            warn_link(warnings, WHOLE_FILE, &place, "interval block", "meter reading", guess);
        }
        let at = match parent {
            Some((at, _)) => at,
            None => *loose.entry(parent_path(&entries[number])).or_insert_with(|| {
                document.series.push(new_series(&entries[number]));
                series_entries.push((number, place));
                document.series.len() - 1
            }),
        };
        let series = &mut document.series[at];
        series.blocks += 1;
        if series.readings.is_empty() {
            // The first block is often the only one: its list is taken over, not copied.
            series.readings = readings;
        } else {
            series.readings.append(&mut readings);
        }
    }
}

/// Where a block's meter reading would be: its `up` link, else its own path without the collection and number.
fn parent_path(entry: &Entry) -> String {
    let own = || Some(path(entry.own.as_deref()?).rsplitn(3, '/').nth(2)?.to_owned());
    entry.up.first().map(|up| path(up).to_owned()).or_else(own).unwrap_or_default()
}

fn warn_link(warnings: &mut Warnings, group: usize, place: &Place, child: &str, parent: &str, guessed: bool) {
    warnings.add(WarningKind::BrokenLink, group, || {
        let done = if guessed { "it was put to the nearest one" } else { "it stands alone" };
        (place.clone(), format!("no link leads from the {child} to its {parent}; {done}"))
    });
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn hrefs_are_compared_by_their_path() {
        assert_eq!(
            path("https://api.example.com/espi/1_1/resource/UsagePoint/1/"),
            "espi/1_1/resource/UsagePoint/1"
        );
        assert_eq!(path("/espi/UsagePoint/1?depth=2"), "espi/UsagePoint/1");
        assert_eq!(path(" RetailCustomer/9b/UsagePoint/01 "), "RetailCustomer/9b/UsagePoint/01");
        assert_eq!(path("https://example.com"), "");
    }
}
