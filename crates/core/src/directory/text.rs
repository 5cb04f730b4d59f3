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
            // Arabic is typed without its signs for vowels, and a word may be drawn out.
            '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}' => {}
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

/// The plain letters for a lower-case letter with an accent, and one for the forms of an Arabic letter that people write
/// for each other.
fn base(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'đ' => "d",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ì'..='ï' | 'ĩ' | 'ī' | 'į' | 'ỉ'..='ị' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'ơ' | 'ọ'..='ợ' => "o",
        'œ' => "oe",
        'ß' => "ss",
        'ś' | 'š' => "s",
        'ù'..='ü' | 'ũ' | 'ū' | 'ů' | 'ű' | 'ư' | 'ụ'..='ự' => "u",
        'ý' | 'ÿ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'آ' | 'أ' | 'إ' | 'ٱ' => "ا",
        'ؤ' => "و",
        'ئ' | 'ى' | 'ی' => "ي",
        'ة' => "ه",
        'ک' => "ك",
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
    // Bytes of the longest letter: most words are told apart by their lengths.
    const LETTER: usize = 4;
    if typed.len() > word.len() + LETTER || (!open && word.len() > typed.len() + LETTER) {
        return false;
    }
    let same = |a: &str, b: &str| if open { b.starts_with(a) } else { a == b };
    let equal = typed.chars().zip(word.chars()).take_while(|(a, b)| a == b);
    let equal: usize = equal.map(|(letter, _)| letter.len_utf8()).sum();
    let (a, b) = (&typed[equal..], &word[equal..]);
    match (first(a), first(b)) {
        (None, None) => true,
        (None, Some((_, rest))) => open || rest.is_empty(),
        (Some((_, rest)), None) => rest.is_empty(),
        (Some((a0, a_rest)), Some((b0, b_rest))) => {
            same(a_rest, b_rest)
                || same(a_rest, b)
                || same(a, b_rest)
                || match (first(a_rest), first(b_rest)) {
                    (Some((a1, a_end)), Some((b1, b_end))) => a0 == b1 && a1 == b0 && same(a_end, b_end),
                    _ => false,
                }
        }
    }
}

/// The first letter, and what follows.
fn first(text: &str) -> Option<(char, &str)> {
    let mut letters = text.chars();
    letters.next().map(|letter| (letter, letters.as_str()))
}
