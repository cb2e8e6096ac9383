//! A text as lower-case words, in which words and phrases are found at word boundaries.

/// The words with one space around each.
#[derive(Debug, Clone)]
pub(crate) struct Words(String);

impl Words {
    pub(crate) fn of(text: &str) -> Self {
        let mut words = String::with_capacity(text.len() + 2);
        words.push(' ');
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()) {
            words.extend(word.chars().flat_map(char::to_lowercase));
            words.push(' ');
        }
        Self(words)
    }

    /// How often a phrase stands there, in the singular or with an `s`.
    pub(crate) fn count(&self, phrase: &str) -> usize {
        let found = |(at, _): &(usize, &str)| {
            let rest = &self.0[at + phrase.len()..];
            self.0[..*at].ends_with(' ')
                && (rest.starts_with(' ') || rest.strip_prefix('s').is_some_and(|rest| rest.starts_with(' ')))
        };
        self.0.match_indices(phrase).filter(found).count()
    }

    /// Whether a phrase stands at the beginning.
    pub(crate) fn starts_with(&self, phrase: &str) -> bool {
        let rest = self.0[1..].strip_prefix(phrase);
        rest.is_some_and(|rest| rest.starts_with(' '))
    }

    pub(crate) fn has(&self, phrase: &str) -> bool {
        self.count(phrase) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        let words = Words::of("Trade-offs: the TRADES of a trader, bus; bus stop!");
        assert_eq!(words.count("trade"), 2);
        assert_eq!(words.count("trader"), 1);
        assert_eq!(words.count("rade"), 0);
        assert_eq!(words.count("bus"), 2);
        assert_eq!(words.count("bus stop"), 1);
        assert!(words.starts_with("trade offs") && !words.starts_with("tra") && !words.starts_with("the"));
        assert!(!Words::of("").starts_with("a"));
    }
}
