//! Dates and numbers as each language writes them (CLDR, by ICU4X). Figures are 0 to 9 in all of them: so are those of
//! bills and codes.

use connect_core::language::Language;
use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::YMD;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use jiff::civil;

fn locale(language: Language) -> Locale {
    let tag = match language {
        Language::English => "en-US",
        Language::Spanish => "es-US",
        Language::Arabic => "ar-u-nu-latn",
        other => other.tag(),
    };
    tag.parse().unwrap_or(Locale::UNKNOWN)
}

/// A day, as `Oct 1, 2026`. As ISO 8601 has it, if the tables fail.
pub fn date(language: Language, day: civil::Date) -> String {
    let formatted = || {
        // The shorter one has no name of the month in Arabic, and its order is not everybody's.
        let fields = if language == Language::Arabic { YMD::long() } else { YMD::medium() };
        let locale = locale(language).into();
        let formatter = FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(locale, fields).ok()?;
        let (month, number) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
        let day = Date::try_new_gregorian(day.year().into(), month, number).ok()?;
        Some(formatter.format(&day).to_string())
    };
    // A date does not break at the end of a line.
    formatted().unwrap_or_else(|| day.to_string()).replace(' ', "\u{a0}")
}

/// A number, given in figures with a point: `35040`, `1234.5`. What is no number stays as it is.
pub fn number(language: Language, figures: &str) -> String {
    let formatted = || {
        let value: Decimal = figures.parse().ok()?;
        let formatter = DecimalFormatter::try_new(locale(language).into(), Default::default()).ok()?;
        Some(formatter.format(&value).to_string())
    };
    formatted().unwrap_or_else(|| figures.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_numbers_are_written_as_people_there_write_them() {
        let day = civil::date(2026, 10, 1);
        let all = Language::ALL
            .map(|language| (date(language, day), number(language, "35040"), number(language, "1234.5")));
        let written: Vec<String> =
            all.iter().map(|(day, count, used)| format!("{day} / {count} / {used}")).collect();
        let expected = [
            "Oct_1,_2026 / 35,040 / 1,234.5",
            "1_oct_2026 / 35,040 / 1,234.5",
            "1_oct._2026 / 35_040 / 1_234,5",
            "2026年10月1日 / 35,040 / 1,234.5",
            "1_thg_10,_2026 / 35.040 / 1.234,5",
            "1_أكتوبر_2026 / 35,040 / 1,234.5",
        ];
        for (written, expected) in written.iter().zip(expected) {
            assert_eq!(written.replace(['\u{a0}', '\u{202f}'], "_"), expected);
        }
        assert_eq!(number(Language::Spanish, "no number"), "no number");
    }
}
