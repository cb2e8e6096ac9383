//! What a sentence orders: "two espressos and a flat white, please".
//!
//! It is read by its form: how it begins, numbers, what joins the lines. What a thing is called is only looked up, so
//! that any name can be ordered.

use std::sync::LazyLock;

use regex::Regex;

use super::wish::{MOST_LINES, Wish, clip, counted, line};

/// What parts lines of an order, but for a point within a number.
static JOINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)[;\n!]+|[,.](?:\s+|$)|\s+(?:&|\+|and|plus|as well as|and then)\s+")
        .expect("it is well-formed")
});

/// How a wish begins.
const OPENERS: &[&str] = &[
    "i'd like",
    "i would like",
    "we'd like",
    "we would like",
    "i'd love",
    "i would love",
    "i'll have",
    "i will have",
    "we'll have",
    "i'll take",
    "i will take",
    "we'll take",
    "i'll get",
    "i want",
    "we want",
    "i need",
    "we need",
    "can i have",
    "can i get",
    "can i order",
    "can we have",
    "can we get",
    "can you make",
    "can you bring",
    "could i have",
    "could i get",
    "could i order",
    "could we have",
    "could we get",
    "could you make",
    "could you bring",
    "may i have",
    "may i get",
    "may i order",
    "may we have",
    "give me",
    "give us",
    "get me",
    "get us",
    "bring me",
    "bring us",
    "make me",
    "let me have",
    "let me get",
    "let's have",
    "i order",
    "i'm ordering",
    "order",
    "buy",
    "i'd take",
    "i would take",
    "add",
    "i buy",
    "purchase",
];
/// What may stand between how a wish begins and what is wished for.
const LINKS: &[&str] = &[
    "to order",
    "to have",
    "to get",
    "to buy",
    "to purchase",
    "to try",
    "to take",
    "to drink",
    "to eat",
    "me",
    "us",
];
/// What may stand before all.
const GREETINGS: &[&str] = &[
    "hi there",
    "hello there",
    "hi",
    "hello",
    "hey",
    "good morning",
    "good afternoon",
    "good evening",
    "yes",
    "yeah",
    "ok",
    "okay",
    "please",
    "so",
    "well",
    "um",
    "then",
    "also",
    "actually",
    "sure",
    "great",
    "maybe",
    "and",
    "just",
];
/// What may follow all.
const TAILS: &[&str] = &[
    "please",
    "thanks",
    "thank you",
    "thx",
    "to go",
    "for here",
    "for me",
    "for us",
    "to take away",
    "take away",
    "takeaway",
    "now",
    "today",
    "as well",
    "too",
    "then",
    "if possible",
    "a lot",
    "very much",
    "so much",
];
/// Words in front of a name that are none of it.
const ARTICLES: &[&str] = &["more", "the", "some", "of", "your", "those", "these", "any"];
/// Words with which nothing is ordered: a question, or something that is told.
const NO_ORDER: &[&str] = &[
    "what", "what's", "where", "where's", "when", "why", "who", "how", "which", "is", "are", "do", "does",
    "did", "was", "were", "have", "has", "i", "we", "it", "it's", "this", "that", "that's", "there", "my",
    "you", "no", "not", "don't", "cannot", "can't", "can", "could", "to",
];
/// Words of a sentence that tells something.
const VERBS: &[&str] =
    &["is", "are", "was", "were", "has", "have", "had", "isn't", "wasn't", "tastes", "does", "did"];
/// Nouns of what a desk is asked for and does not sell.
const NO_GOODS: &[&str] = &[
    "order",
    "orders",
    "problem",
    "question",
    "complaint",
    "issue",
    "help",
    "manager",
    "refund",
    "menu",
    "bill",
    "receipt",
    "status",
    "table",
    "moment",
    "minute",
    "second",
    "look",
    "you",
    "one",
    "something",
    "anything",
    "nothing",
    "everything",
    "price",
    "total",
    "day",
    "invoice",
    "discount",
];
/// Words at which a name ends.
const ENDS: &[&str] =
    &["for", "at", "by", "before", "until", "because", "but", "if", "when", "while", "that", "which", "from"];

/// The lines that a sentence asks for; none where it is no order. What is `told` to be one needs no words that say
/// it.
pub(super) fn of_text(text: &str, told: bool, is_known: impl Fn(&str) -> bool) -> Vec<Wish> {
    let text = text.replace('’', "'");
    let text = text.trim().trim_end_matches(['?', '.', '!', ' ']);
    let mut asked = told || contains(text, "please");
    let mut lines: Vec<(bool, Wish)> = Vec::new();
    // Whether everything so far has the form of an order.
    let mut is_clear = true;
    for segment in JOINT.split(text) {
        let segment: Vec<&str> =
            segment.split_whitespace().filter(|word| !word.eq_ignore_ascii_case("please")).collect();
        let segment = segment.join(" ");
        let mut rest = stripped(segment.trim_start_matches(['-', '*', '•', ' ']), GREETINGS);
        let (after, opened) = stripped_once(rest, OPENERS);
        if opened {
            asked = true;
            rest = stripped(after, LINKS);
        }
        rest = without_tail(rest);
        if rest.is_empty() {
            continue;
        }
        let (quantity, name) = counted(rest);
        let name = stripped(name, ARTICLES);
        let begins = word(name, 0).to_lowercase();
        let is_told = name.split(' ').any(|word| VERBS.contains(&word.to_lowercase().as_str()));
        if is_told || quantity.is_none() && NO_ORDER.contains(&begins.as_str()) {
            is_clear = false;
            continue;
        }
        let Some(wish) = line(quantity.unwrap_or(1.0), cut(name)) else { continue };
        let noun = wish.name.rsplit(' ').next().unwrap_or_default().to_lowercase();
        if NO_GOODS.contains(&noun.as_str()) {
            return Vec::new();
        }
        let known = is_known(&wish.name);
        // "a couple of espressos", "3 pizzas" and "a cortado" are orders by themselves.
        let begun = quantity.is_some() && (!rest.to_lowercase().starts_with('a') || words(text) < 5);
        asked |= is_clear && (known || lines.is_empty() && begun);
        match lines.last_mut() {
            // "two fish and chips"
            Some((false, before)) if quantity.is_none() && !known && !opened && before.quantity > 1 => {
                before.name = clip(&format!("{} and {}", before.name, wish.name));
            }
            _ => lines.push((known, wish)),
        }
    }
    if asked { lines.into_iter().take(MOST_LINES).map(|(_, wish)| wish).collect() } else { Vec::new() }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn word(text: &str, index: usize) -> &str {
    text.split_whitespace().nth(index).unwrap_or_default()
}

fn contains(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|other| other.eq_ignore_ascii_case(word))
}

/// The text without one of these phrases at its beginning.
fn stripped_once<'t>(text: &'t str, phrases: &[&str]) -> (&'t str, bool) {
    let text = text.trim();
    let after = |phrase: &&str| {
        let head = text.get(..phrase.len())?;
        let rest = text.get(phrase.len()..)?;
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\'');
        (head.eq_ignore_ascii_case(phrase) && ends).then(|| rest.trim_start_matches([' ', ',', ':', '\t']))
    };
    phrases.iter().find_map(after).map_or((text, false), |rest| (rest, true))
}

/// The text without these phrases at its beginning, as often as they come.
fn stripped<'t>(text: &'t str, phrases: &[&str]) -> &'t str {
    let (mut rest, mut found) = (text, true);
    while found {
        (rest, found) = stripped_once(rest, phrases);
    }
    rest
}

/// The text without courtesies at its end.
fn without_tail(text: &str) -> &str {
    let before = |text: &str| {
        TAILS.iter().find_map(|tail| {
            let start = text.len().checked_sub(tail.len())?;
            let (head, end) = (text.get(..start)?, text.get(start..)?);
            let bounded = head.is_empty() || head.ends_with(char::is_whitespace);
            (bounded && end.eq_ignore_ascii_case(tail)).then_some(start)
        })
    };
    let mut text = text.trim();
    while let Some(start) = before(text) {
        text = text[..start].trim_end();
    }
    text
}

/// The name without what stands behind it: "espressos for table 5".
fn cut(name: &str) -> &str {
    let mut at = 0;
    for (index, word) in name.split(' ').enumerate() {
        if index > 0 && ENDS.contains(&word.to_lowercase().as_str()) {
            return &name[..at];
        }
        at += word.len() + 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::orders::noun::singular;
    use crate::offline::orders::wish::tests::shown;

    #[test]
    fn sentences_are_read_as_orders() {
        let known = |name: &str| ["espresso", "flat white", "latte"].contains(&singular(name).as_str());
        for (text, expect) in [
            ("two espressos please", "2 espresso"),
            ("two espressos and a flat white, please", "2 espresso | 1 flat white"),
            ("I'd like 3 pizzas", "3 pizza"),
            ("I’d like to order 3 pizzas for table 5.", "3 pizza"),
            ("can I get a latte", "1 latte"),
            (
                "Hi, could we have two flat whites, an espresso and a cheese cake to go?",
                "2 flat white | 1 espresso | 1 cheese cake",
            ),
            ("latte", "1 latte"),
            ("Latte and espresso", "1 Latte | 1 espresso"),
            ("a cortado", "1 cortado"),
            ("2x latte; 3 x mugs", "2 latte | 3 mug"),
            ("latte x2", "2 latte"),
            ("half a dozen donuts, please", "6 donut"),
            ("a 12 inch pizza please", "1 12 inch pizza"),
            ("I'll have another latte", "1 latte"),
            ("one more espresso", "1 espresso"),
            ("two fish and chips", "2 fish and chips"),
            ("give me twenty-five bagels", "25 bagel"),
            ("order 2,000,000 lattes", "1000 latte"),
            ("a latte with oat milk please", "1 latte with oat milk"),
            ("two cups of tea please", "2 cup of tea"),
            ("an americano", "1 americano"),
            ("Can I please have two lattes?", "2 latte"),
            ("- 2 lattes\n- 1 bagel", "2 latte | 1 bagel"),
            ("My name is Zoe, I'd like a latte", "1 latte"),
            ("two lattes, and can you hurry?", "2 latte"),
            ("I have a problem, two lattes are cold", ""),
            ("I was here yesterday, two lattes", ""),
            ("a latte is cold", ""),
            ("hello", ""),
            ("I have a problem with my latte", ""),
            ("I want to complain", ""),
            ("I'd like the bill please", ""),
            ("what is a latte?", ""),
            ("is the latte good", ""),
            ("you are nice", ""),
            ("2", ""),
            ("two of those", ""),
            ("", ""),
            (" , and and ... ", ""),
        ] {
            assert_eq!(shown(&of_text(text, false, known)), expect, "{text}");
        }
        assert_eq!(shown(&of_text("cortado and bagel", true, known)), "1 cortado | 1 bagel");
    }
}
