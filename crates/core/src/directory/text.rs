//! What makes two spellings the same, and two words nearly the same.

/// Brings a text into the form in which texts are compared: lower case, no accents, `&` as
/// `and`, no apostrophes, anything else that is no letter or digit as one space.
///
/// It never fails and at most triples the length in bytes.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 8);
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '&' => {
                space(&mut folded);
                folded.push_str("and ");
            }
            // "People's" and "Peoples" are the same; accents may come apart from their
            // letters; what has no width is not meant.
            '\'' | '’' | '‘' | '`' | '´' | 'ʼ' => {}
            '\u{300}'..='\u{36f}' => {}
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe0e}' | '\u{fe0f}' | '\u{feff}' => {}
            _ => match base(c) {
                Some(plain) => folded.push_str(plain),
                None if c.is_alphanumeric() => folded.push(c),
                None => space(&mut folded),
            },
        }
    }
    let end = folded.trim_end().len();
    folded.truncate(end);
    folded
}

/// Adds a space unless there is one already, or nothing yet.
fn space(text: &mut String) {
    if !text.is_empty() && !text.ends_with(' ') {
        text.push(' ');
    }
}

/// The plain letters for a lower-case letter with an accent.
fn base(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ì'..='ï' | 'ī' | 'į' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'œ' => "oe",
        'ß' => "ss",
        'ś' | 'š' => "s",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// The words of a folded text written together, without `and`: `pg and e` → `pge`, and
/// `con edison` → `conedison`.
pub(super) fn squash(folded: &str) -> String {
    folded.split(' ').filter(|word| *word != "and").collect()
}

/// Where the telling part of a folded name begins: after `city of `, `the ` and the like.
pub(super) fn telling(folded: &str) -> usize {
    const LEADS: [&str; 7] = [
        "city of ",
        "town of ",
        "village of ",
        "borough of ",
        "city and county of ",
        "city and borough of ",
        "the ",
    ];
    if let Some(lead) = LEADS.iter().find(|lead| folded.starts_with(**lead)) {
        return lead.len();
    }
    // "pud no 1 of benton county"
    match (folded.starts_with("pud no "), folded.find(" of ")) {
        (true, Some(at)) => at + " of ".len(),
        _ => 0,
    }
}

/// One or two upper-case letters for a name, or nothing if it has no letters.
pub(super) fn initials(name: &str) -> String {
    const SILENT: [&str; 6] = ["of", "and", "the", "for", "no", "pud"];
    // Brackets hold the state; before " of " is what kind of place it is.
    let name = name.split('(').next().unwrap_or_default();
    let lower = fold(name);
    let name = match telling(&lower) {
        0 => name,
        at if lower.starts_with("the ") => name.trim_start().get(at..).unwrap_or(name),
        _ => name.split_once(" of ").map_or(name, |(_, place)| place),
    };
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.' | ','))
        .filter(|word| word.starts_with(char::is_alphabetic))
        .filter(|word| !SILENT.contains(&word.to_lowercase().as_str()))
        .collect();
    let letters: String = match words.as_slice() {
        [] => String::new(),
        // The capitals inside one word: PG&E, ConEd, SnoPUD.
        [word] => {
            let capitals: String = word.chars().filter(|c| c.is_uppercase()).take(2).collect();
            if capitals.is_empty() { word.chars().take(1).collect() } else { capitals }
        }
        [first, second, ..] => first.chars().take(1).chain(second.chars().take(1)).collect(),
    };
    fold(&letters).to_uppercase()
}

/// Whether one typing error (a letter too much, missing or wrong, or two neighbours
/// exchanged) at most is between a typed word and `word`, or if `open`, the beginning of it.
pub(super) fn near(typed: &str, word: &str, open: bool) -> bool {
    if typed.len() > word.len() + 1 || (!open && word.len() > typed.len() + 1) {
        return false;
    }
    let same = |a: &[u8], b: &[u8]| if open { b.starts_with(a) } else { a == b };
    let (typed, word) = (typed.as_bytes(), word.as_bytes());
    let equal = typed.iter().zip(word).take_while(|(a, b)| a == b).count();
    match (&typed[equal..], &word[equal..]) {
        ([], rest) => open || rest.len() <= 1,
        ([_, rest @ ..], []) => rest.is_empty(),
        (a @ [a0, a_rest @ ..], b @ [b0, b_rest @ ..]) => {
            same(a_rest, b_rest)
                || same(a_rest, b)
                || same(a, b_rest)
                || match (a_rest, b_rest) {
                    ([a1, a_end @ ..], [b1, b_end @ ..]) => a0 == b1 && a1 == b0 && same(a_end, b_end),
                    _ => false,
                }
        }
    }
}
