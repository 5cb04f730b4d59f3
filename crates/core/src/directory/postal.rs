//! From a postal code to the state or province it lies in.

/// First three digits of ZIP codes, from and to, with the state; those of the military are left out, and what belongs
/// to offices of the tax authority (055, 733). Source: USPS, Labeling List L002, "3-Digit ZIP Code Prefix Matrix".
const ZIP: [(u16, u16, &str); 63] = [
    (5, 5, "NY"),
    (6, 7, "PR"),
    (8, 8, "VI"),
    (9, 9, "PR"),
    (10, 27, "MA"),
    (28, 29, "RI"),
    (30, 38, "NH"),
    (39, 49, "ME"),
    (50, 54, "VT"),
    (56, 59, "VT"),
    (60, 69, "CT"),
    (70, 89, "NJ"),
    (100, 149, "NY"),
    (150, 196, "PA"),
    (197, 199, "DE"),
    (200, 200, "DC"),
    (201, 201, "VA"),
    (202, 205, "DC"),
    (206, 219, "MD"),
    (220, 246, "VA"),
    (247, 268, "WV"),
    (270, 289, "NC"),
    (290, 299, "SC"),
    (300, 319, "GA"),
    (320, 339, "FL"),
    (341, 349, "FL"),
    (350, 369, "AL"),
    (370, 385, "TN"),
    (386, 397, "MS"),
    (398, 399, "GA"),
    (400, 427, "KY"),
    (430, 459, "OH"),
    (460, 479, "IN"),
    (480, 499, "MI"),
    (500, 528, "IA"),
    (530, 549, "WI"),
    (550, 567, "MN"),
    (570, 577, "SD"),
    (580, 588, "ND"),
    (590, 599, "MT"),
    (600, 629, "IL"),
    (630, 658, "MO"),
    (660, 679, "KS"),
    (680, 693, "NE"),
    (700, 714, "LA"),
    (716, 729, "AR"),
    (730, 732, "OK"),
    (734, 749, "OK"),
    (750, 799, "TX"),
    (800, 816, "CO"),
    (820, 831, "WY"),
    (832, 838, "ID"),
    (840, 847, "UT"),
    (850, 865, "AZ"),
    (870, 884, "NM"),
    (885, 885, "TX"),
    (889, 898, "NV"),
    (900, 961, "CA"),
    (967, 968, "HI"),
    (969, 969, "GU"),
    (970, 979, "OR"),
    (980, 994, "WA"),
    (995, 999, "AK"),
];

/// The state or province of a postal code as people type it: five digits with or without four more, or the beginning of
/// a Canadian one (`H2X 1Y4`, `H2X`). Three or four digits may still become anything.
pub(super) fn region(typed: &str) -> Option<&'static str> {
    let text: String = typed.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let bytes = text.as_bytes();
    if matches!(bytes.len(), 5 | 9) && bytes.iter().all(u8::is_ascii_digit) {
        let prefix: u16 = text.get(..3)?.parse().ok()?;
        let holds = |(from, to, _): &&(u16, u16, &str)| (*from..=*to).contains(&prefix);
        return ZIP.iter().find(holds).map(|(_, _, state)| *state);
    }
    let letters = |at: usize| bytes.get(at).is_none_or(u8::is_ascii_alphabetic);
    let digits = |at: usize| bytes.get(at).is_none_or(u8::is_ascii_digit);
    let shaped =
        matches!(bytes.len(), 3 | 6) && (0..6).all(|at| if at % 2 == 0 { letters(at) } else { digits(at) });
    // Source: Canada Post, first letter of the forward sortation area. X is two territories, told by the next digit.
    match (shaped.then(|| bytes[0].to_ascii_uppercase())?, bytes[1], bytes[2].to_ascii_uppercase()) {
        (b'A', ..) => Some("NL"),
        (b'B', ..) => Some("NS"),
        (b'C', ..) => Some("PE"),
        (b'E', ..) => Some("NB"),
        (b'G' | b'H' | b'J', ..) => Some("QC"),
        (b'K'..=b'N' | b'P', ..) => Some("ON"),
        (b'R', ..) => Some("MB"),
        (b'S', ..) => Some("SK"),
        (b'T', ..) => Some("AB"),
        (b'V', ..) => Some("BC"),
        (b'X', b'0', b'A' | b'B' | b'C') => Some("NU"),
        (b'X', ..) => Some("NT"),
        (b'Y', ..) => Some("YT"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::regions;
    use super::*;

    #[test]
    fn a_postal_code_tells_its_state() {
        for (typed, state) in [
            ("94103", Some("CA")),
            ("94103-1234", Some("CA")),
            ("10001", Some("NY")),
            ("00501", Some("NY")),
            ("02134", Some("MA")),
            ("06390", Some("CT")),
            ("60601", Some("IL")),
            ("79901", Some("TX")),
            ("73301", None),
            ("88510", Some("TX")),
            ("99501", Some("AK")),
            ("96910", Some("GU")),
            ("00901", Some("PR")),
            // The military, and nobody.
            ("09012", None),
            ("96201", None),
            ("34012", None),
            ("00000", None),
            ("9410", None),
            ("941034", None),
            ("H2X 1Y4", Some("QC")),
            ("h2x", Some("QC")),
            ("K1A0B1", Some("ON")),
            ("X0A 0H0", Some("NU")),
            ("X1A 2N2", Some("NT")),
            ("D1A 1A1", None),
            ("pge", None),
            ("", None),
            ("é41", None),
        ] {
            assert_eq!(region(typed), state, "{typed}");
        }
    }

    #[test]
    fn every_region_of_a_code_has_a_name() {
        assert!(ZIP.iter().all(|(from, to, state)| from <= to && *to < 1000 && regions::exists(state)));
    }
}
