//! What a message wants: an answer, a greeting, a good-bye.

use super::gist::is_common;
use crate::narrative::words::Words;

/// What a message wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    Greeting,
    /// Who the client is.
    Introduction,
    Thanks,
    GoodBye,
    /// When something is.
    When,
    /// How much something is.
    Amount,
    Question,
    /// That something is done.
    Request,
    /// That something is wrong.
    Trouble,
    Statement,
}

const GOOD_BYES: &[&str] = &[
    "bye",
    "goodbye",
    "good bye",
    "bye bye",
    "see you",
    "see ya",
    "cya",
    "good night",
    "have a nice day",
    "farewell",
    "take care",
    "talk to you later",
    "ttyl",
    "that's all",
    "that is all",
    "that was all",
];
const THANKS: &[&str] = &["thank", "thanks", "thx", "cheers", "much appreciated"];
const GREETINGS: &[&str] =
    &["hi", "hello", "hey", "good morning", "good afternoon", "good evening", "greetings", "hiya", "howdy"];
const TROUBLE: &[&str] = &[
    "lost",
    "stolen",
    "broken",
    "broke",
    "damaged",
    "wrong",
    "problem",
    "issue",
    "error",
    "fraud",
    "hacked",
    "failed",
    "fails",
    "missing",
    "blocked",
    "locked out",
    "delayed",
    "not working",
    "doesn't work",
    "does not work",
    "don't work",
    "didn't work",
    "stopped working",
    "can't",
    "cannot",
    "won't",
    "complain",
    "complaint",
    "terrible",
    "unacceptable",
    "angry",
    "trouble",
    "never arrived",
    "not arrived",
    "still waiting",
    "hasn't",
    "haven't",
    "didn't",
    "forgot",
    "forgotten",
    "twice",
];
const AMOUNTS: &[&str] = &["how much", "balance", "price", "cost", "fee", "limit", "how expensive"];
const QUESTIONS: &[&str] = &[
    "what", "what's", "where", "where's", "who", "who's", "why", "how", "how's", "which", "is", "are", "do",
    "does", "did", "was", "were", "when", "when's", "has", "have you", "am i",
];
const REQUESTS: &[&str] = &[
    "please",
    "can you",
    "could you",
    "would you",
    "will you",
    "can i",
    "could i",
    "may i",
    "i want",
    "i need",
    "i would like",
    "i'd like",
    "we want",
    "we need",
    "help",
    "show",
    "tell",
    "give",
    "send",
    "cancel",
    "block",
    "change",
    "book",
    "open",
    "close",
    "reset",
    "transfer",
    "check",
];

/// What a message wants, by its words.
pub(super) fn of(said: &str, is_about_something: bool) -> Intent {
    let words = Words::of(&said.replace('’', "'"));
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| words.has(phrase));
    let starts = |phrases: &[&str]| phrases.iter().any(|phrase| words.starts_with(phrase));
    let asks = said.contains('?') || starts(QUESTIONS);
    if has(GOOD_BYES) && !asks {
        return Intent::GoodBye;
    }
    if has(THANKS) && !asks {
        return Intent::Thanks;
    }
    if name(said).is_some() && !asks && !is_about_something {
        return Intent::Introduction;
    }
    if has(&["how are you", "how's it going"])
        || starts(GREETINGS) && !is_about_something && !said.contains('?')
    {
        return Intent::Greeting;
    }
    if has(TROUBLE) {
        return Intent::Trouble;
    }
    if has(&["when", "when's", "how long", "how soon", "what time"]) && asks {
        return Intent::When;
    }
    let asks_what = starts(&["what", "what's", "how", "tell me"]) || !said.trim().contains(' ');
    if has(AMOUNTS) && asks_what {
        return Intent::Amount;
    }
    if starts(REQUESTS) || words.has("please") {
        return Intent::Request;
    }
    if asks { Intent::Question } else { Intent::Statement }
}

/// The name that the client tells: "my name is Zoe", "I'm Zoe".
pub(super) fn name(said: &str) -> Option<String> {
    /// After these a name needs no capital; after the others much else may stand.
    const SURE: &[&str] = &["my name is ", "my name's ", "call me "];
    const CUES: &[&str] = &["i am ", "i'm ", "this is "];
    let said = said.replace('’', "'");
    let lower = said.to_ascii_lowercase();
    let after = |cue: &str| {
        let starts = |at: &usize| !lower[..*at].ends_with(char::is_alphanumeric);
        let at = lower.match_indices(cue).map(|(at, _)| at).find(starts)?;
        let rest = said.get(at + cue.len()..)?;
        let end = rest.find(|c: char| !c.is_alphabetic() && c != '-').unwrap_or(rest.len());
        Some(&rest[..end]).filter(|name| (2..=24).contains(&name.chars().count()))
    };
    let is_name = |name: &&str| name.starts_with(char::is_uppercase) && name.chars().any(char::is_lowercase);
    let sure = SURE.iter().filter_map(|cue| after(cue)).find(|name| !is_common(name));
    let name = sure.or_else(|| CUES.iter().filter_map(|cue| after(cue)).find(is_name))?;
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_what_is_wanted() {
        for (said, about, expect) in [
            ("Hello!", false, Intent::Greeting),
            ("Hi, I lost my card", true, Intent::Trouble),
            ("I lost my card, what should I do?", true, Intent::Trouble),
            ("his dog is nice", true, Intent::Statement),
            ("What is my balance?", true, Intent::Amount),
            ("balance", true, Intent::Amount),
            ("Can I raise my limit?", true, Intent::Request),
            ("How are you?", false, Intent::Greeting),
            ("When does my flight leave?", true, Intent::When),
            ("Please block my card", true, Intent::Request),
            ("can you help me?", false, Intent::Request),
            ("where is the nearest branch", true, Intent::Question),
            ("You sell bikes?", true, Intent::Question),
            ("thanks a lot", false, Intent::Thanks),
            ("thanks, bye", false, Intent::GoodBye),
            ("thanks, and what is a loan?", true, Intent::Question),
            ("Bye!", false, Intent::GoodBye),
            ("My name is Zoe", false, Intent::Introduction),
            ("I am waiting", false, Intent::Statement),
            ("", false, Intent::Statement),
        ] {
            assert_eq!(of(said, about), expect, "{said}");
        }
    }

    #[test]
    fn names_are_told() {
        for (said, expect) in [
            ("Hi, I'm Zoe.", Some("Zoe")),
            ("my name is Jean-Luc and I lost my card", Some("Jean-Luc")),
            ("i’m Émile", Some("Émile")),
            ("my name is bob", Some("Bob")),
            ("call me back later", None),
            ("I am waiting", None),
            ("I'M ANGRY", None),
            ("Miami am X", None),
        ] {
            assert_eq!(name(said).as_deref(), expect, "{said}");
        }
    }
}
