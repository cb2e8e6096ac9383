//! Numbers as people write them: `1,000`, `2.5k`, `twenty-five`, `a dozen`, `half a`.

/// A regex for a number, without groups. It takes `a` and `an` as well.
pub(crate) const NUMERAL: &str = "(?:\\d+(?:,\\d{3})*(?:\\.\\d+)?(?:\\s?k\\b)?\
    |(?:(?:one|two|three|four|five|six|a)\\s+)?(?:hundred|thousand|dozen)\
    |(?:a\\s+)?(?:half|quarter)(?:\\s+of)?(?:\\s+an?)?|a\\s+couple(?:\\s+of)?|a\\s+few\
    |(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\
    (?:[-\\s](?:one|two|three|four|five|six|seven|eight|nine))?\
    |one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen\
    |seventeen|eighteen|nineteen|an|a)";

const WORDS: &[(&str, f64)] = &[
    ("a", 1.0),
    ("an", 1.0),
    ("one", 1.0),
    ("two", 2.0),
    ("couple", 2.0),
    ("three", 3.0),
    ("few", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("dozen", 12.0),
    ("hundred", 100.0),
    ("thousand", 1000.0),
    ("half", 0.5),
    ("quarter", 0.25),
];

/// The value of a text that [`NUMERAL`] matches.
pub(crate) fn value(text: &str) -> Option<f64> {
    let text = text.trim().to_lowercase();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let (digits, factor) = match text.strip_suffix('k') {
            Some(digits) => (digits.trim_end(), 1000.0),
            None => (text.as_str(), 1.0),
        };
        return digits.replace(',', "").parse::<f64>().ok().map(|number| number * factor);
    }
    let mut total = None;
    for word in text.split(|c: char| !c.is_alphabetic()) {
        let Some((_, number)) = WORDS.iter().find(|(name, _)| *name == word) else { continue };
        total = Some(match total {
            None => *number,
            // "half a", "a dozen", "two hundred"
            Some(before) if before < 1.0 || *number == 1.0 => before * number,
            Some(before) if before < 20.0 => before * number,
            // "twenty-five"
            Some(before) => before + number,
        });
    }
    total
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn numerals_are_read() {
        let whole = Regex::new(&format!("^(?i){NUMERAL}$")).unwrap();
        for (text, expect) in [
            ("20", 20.0),
            ("1,000", 1000.0),
            ("2.5", 2.5),
            ("2.5k", 2500.0),
            ("five", 5.0),
            ("Twenty-five", 25.0),
            ("a dozen", 12.0),
            ("two dozen", 24.0),
            ("a hundred", 100.0),
            ("half a", 0.5),
            ("a quarter of an", 0.25),
            ("a couple of", 2.0),
            ("an", 1.0),
        ] {
            assert!(whole.is_match(text), "{text}");
            assert_eq!(value(text), Some(expect), "{text}");
        }
    }
}
