//! Dates and times as exports print them.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};

/// `2024-01-31`, `2024/01/31`, `1/31/24` or `1/31/2024` (North American order), with anything after a blank left
/// out.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.trim().split([' ', 'T']).next()?;
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let [a, b, c] = parts[..] else { return None };
    if [a, b, c].iter().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, a, b) };
    let century = match year.len() {
        4 => 0,
        2 => 2000,
        _ => return None,
    };
    Date::new(year.parse::<i16>().ok()? + century, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `13:45`, `13:45:00`, `1:45 PM`.
pub(super) fn time(text: &str) -> Option<Time> {
    let text = text.trim().to_ascii_uppercase();
    let (digits, half) = match (text.strip_suffix("AM"), text.strip_suffix("PM")) {
        (Some(digits), _) => (digits, Some(0)),
        (_, Some(digits)) => (digits, Some(12)),
        _ => (text.as_str(), None),
    };
    let mut parts = digits.trim().split(':').map(|part| part.parse::<i8>().ok().filter(|part| *part >= 0));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() {
        return None;
    }
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

/// A time with its offset: `2026-02-01 00:00:00-05:00`.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() < 16 {
        return None;
    }
    text.parse().ok()
}

/// Whether a note says that a value was estimated.
pub(super) fn says_estimated(note: &str) -> bool {
    let note = note.to_lowercase();
    note.contains("estimate") || note == "est" || note == "e"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_of_exports() {
        let expected = Date::constant(2024, 1, 31);
        for text in ["2024-01-31", "1/31/24", "01/31/2024", " 2024/01/31 ", "2024-01-31 00:00"] {
            assert_eq!(date(text), Some(expected), "{text}");
        }
        for text in ["", "31/1/24", "2024-13-01", "1/31/124", "Total", "1-2", "2024-1-é"] {
            assert_eq!(date(text), None, "{text}");
        }
        for (text, hour) in [("00:15", 0), ("12:15 AM", 0), ("12:15 pm", 12), ("1:15PM", 13), ("13:15:00", 13)] {
            assert_eq!(time(text), Some(Time::constant(hour, 15, 0, 0)), "{text}");
        }
        for text in ["", "24:00", "13:00 PM", "-1:00", "1", "1:2:3:4"] {
            assert_eq!(time(text), None, "{text}");
        }
        assert_eq!(instant("2026-02-01 00:00:00-05:00").unwrap().to_string(), "2026-02-01T05:00:00Z");
        assert_eq!(instant("2026-02-01 00:00:00"), None);
    }
}
