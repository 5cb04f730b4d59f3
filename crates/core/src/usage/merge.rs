//! What a later fetch makes of readings that are there already.

use super::Reading;

/// Stored readings with new ones merged in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// All readings, by start.
    pub readings: Vec<Reading>,
    /// Values that the source has corrected.
    pub restated: Vec<Restatement>,
    /// Whether there is anything to write.
    pub changed: bool,
}

/// A value that a later fetch has replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restatement {
    /// As it was.
    pub before: Reading,
    /// As it is now.
    pub after: Reading,
}

/// Merges what was fetched into what is stored, both of one series.
///
/// A reading is known by its start. The same again changes nothing. Another value or length (a day
/// of 23 hours that was sent as one of 24, a day that was not over yet) is a restatement and wins,
/// unless it is less sure than the stored one: an estimate does not replace a measurement. Nothing is
/// ever taken away: what a source no longer lists stays, and so do readings that overlap.
pub fn merge(mut stored: Vec<Reading>, fetched: &[Reading]) -> Merged {
    let key = |reading: &Reading| reading.start;
    let mut merged = Merged::default();
    let sorted = stored.is_sorted_by_key(key);
    debug_assert!(sorted, "a stored series is sorted");
    let mut added = Vec::new();
    for reading in fetched {
        // The same key twice in one fetch is the same question.
        let places = [stored.as_mut_slice(), added.as_mut_slice()];
        let known = places.into_iter().find_map(|list: &mut [Reading]| {
            let at = list.binary_search_by_key(&key(reading), key).ok()?;
            list.get_mut(at)
        });
        match known {
            None => {
                let at = added.partition_point(|other| key(other) < key(reading));
                added.insert(at, *reading);
            }
            Some(before) if before == reading || reading.quality > before.quality => {}
            Some(before) => {
                if (before.raw, before.duration) != (reading.raw, reading.duration) {
                    merged.restated.push(Restatement { before: *before, after: *reading });
                }
                *before = *reading;
                merged.changed = true;
            }
        }
    }
    merged.changed |= !added.is_empty();
    stored.append(&mut added);
    // Two sorted runs: the stable sort merges them in one pass.
    stored.sort_by_key(key);
    merged.readings = stored;
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Quality::{self, Estimated, Measured, Validated};

    fn reading(start: i64, raw: i64, quality: Quality) -> Reading {
        Reading { start, duration: 3600, raw, quality }
    }

    #[test]
    fn the_same_again_changes_nothing() {
        let stored = vec![reading(0, 1, Measured), reading(3600, 2, Measured)];
        let merged = merge(stored.clone(), &stored);
        assert_eq!(merged, Merged { readings: stored, ..Merged::default() });
    }

    #[test]
    fn new_readings_find_their_place_and_nothing_goes() {
        let stored = vec![reading(3600, 2, Measured)];
        let merged = merge(stored, &[reading(7200, 3, Measured), reading(0, 1, Measured)]);
        assert_eq!(merged.readings.iter().map(|r| r.raw).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(merged.changed && merged.restated.is_empty());
    }

    #[test]
    fn another_value_is_a_restatement_with_what_was_there() {
        let (before, after) = (reading(0, 1, Measured), reading(0, 5, Validated));
        let merged = merge(vec![before], &[after]);
        assert_eq!(merged.readings, [after]);
        assert_eq!(merged.restated, [Restatement { before, after }]);
    }

    #[test]
    fn an_estimate_does_not_replace_a_measurement() {
        let stored = vec![reading(0, 1, Measured)];
        let merged = merge(stored.clone(), &[reading(0, 5, Estimated)]);
        assert_eq!(merged, Merged { readings: stored, ..Merged::default() });
    }

    #[test]
    fn a_better_quality_of_the_same_value_is_kept_and_is_no_restatement() {
        let merged = merge(vec![reading(0, 1, Estimated)], &[reading(0, 1, Validated)]);
        assert_eq!(merged.readings, [reading(0, 1, Validated)]);
        assert!(merged.changed && merged.restated.is_empty());
    }

    #[test]
    fn the_same_key_twice_in_one_fetch_is_one_reading() {
        let merged = merge(vec![], &[reading(0, 1, Measured), reading(0, 2, Measured)]);
        assert_eq!(merged.readings, [reading(0, 2, Measured)]);
        assert_eq!(merged.restated.len(), 1);
    }

    #[test]
    fn another_length_is_a_correction_and_an_overlap_is_none() {
        let day = |start, duration| Reading { duration, ..reading(start, 1, Measured) };
        let merged = merge(vec![day(0, 86_400)], &[day(0, 82_800)]);
        assert_eq!((merged.readings, merged.restated.len()), (vec![day(0, 82_800)], 1));
        assert_eq!(merge(vec![day(0, 86_400)], &[day(82_800, 86_400)]).readings.len(), 2);
    }
}
