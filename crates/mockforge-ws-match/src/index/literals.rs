//! Literals without which regexes can't match. To look for these is much quicker than to run an automaton,
//! and in most messages there are none.

use std::collections::{BTreeSet, HashMap};

use regex_syntax::Parser;
use regex_syntax::hir::literal::{Extractor, Literal};
use regex_syntax::hir::{Hir, HirKind, Look};

/// Shorter literals are in too many messages.
const SHORTEST: usize = 2;
/// Of longer literals the beginning is enough.
const LONGEST: usize = 16;

/// Regexes with the patterns that they belong to, which share a gate.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) regexes: Vec<(String, usize)>,
    pub(crate) gate: Gate,
}

/// What a text has to have so that one of the regexes may match.
#[derive(Debug, PartialEq)]
pub(crate) enum Gate {
    /// Nothing that is known.
    Open,
    /// One of these bytes at its beginning.
    Beginning(BTreeSet<u8>),
    /// One of these anywhere.
    Anywhere(Vec<String>),
}

/// What one regex needs.
enum Needs {
    Nothing,
    Beginning(Vec<u8>),
    /// One of the literals of each of these lists. One list is enough for a gate.
    Anywhere(Vec<Vec<String>>),
}

/// Groups regexes by what they need.
pub(crate) fn grouped(texts: Vec<(String, usize)>) -> Vec<Group> {
    let (mut open, mut beginning, mut anywhere) = (Vec::new(), Vec::new(), Vec::new());
    let mut bytes = BTreeSet::new();
    let mut choices = Vec::new();
    for (text, pattern) in texts {
        match needs(&text) {
            Needs::Nothing => open.push((text, pattern)),
            Needs::Beginning(with) => {
                bytes.extend(with);
                beginning.push((text, pattern));
            }
            Needs::Anywhere(lists) => {
                choices.push(lists);
                anywhere.push((text, pattern));
            }
        }
    }
    [(beginning, Gate::Beginning(bytes)), (anywhere, Gate::Anywhere(chosen(choices))), (open, Gate::Open)]
        .into_iter()
        .map(|(regexes, gate)| Group { regexes, gate })
        .collect()
}

/// Of each regex the list that it shares with the fewest others: `"type":` may be in all of them and in
/// every message, which the value behind it is not.
fn chosen(choices: Vec<Vec<Vec<String>>>) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for literal in choices.iter().flatten().flatten() {
        *counts.entry(literal.clone()).or_default() += 1;
    }
    let worth = |list: &Vec<String>| {
        let commonest = list.iter().map(|literal| counts[literal]).max();
        let shortest = list.iter().map(String::len).min();
        (commonest, std::cmp::Reverse(shortest))
    };
    choices.into_iter().filter_map(|lists| lists.into_iter().min_by_key(worth)).flatten().collect()
}

fn needs(text: &str) -> Needs {
    // What the library has compiled can be read; otherwise nothing is known.
    let Ok(hir) = Parser::new().parse(text) else { return Needs::Nothing };
    let prefixes = Extractor::new().extract(&hir);
    let prefixes: Option<Vec<&[u8]>> = prefixes
        .literals()
        .map(|literals| literals.iter().map(Literal::as_bytes).collect())
        .filter(|literals: &Vec<&[u8]>| !literals.is_empty());
    if hir.properties().look_set_prefix().contains(Look::Start) {
        let bytes = prefixes.and_then(|literals| literals.into_iter().map(|l| l.first().copied()).collect());
        return bytes.map_or(Needs::Nothing, Needs::Beginning);
    }
    let prefixes =
        prefixes.and_then(|literals| literals.into_iter().map(literal).collect::<Option<Vec<_>>>());
    let mut lists = Vec::from_iter(prefixes);
    within(&hir, &mut lists);
    if lists.is_empty() { Needs::Nothing } else { Needs::Anywhere(lists) }
}

/// The literals that are in every match.
fn within(hir: &Hir, lists: &mut Vec<Vec<String>>) {
    match hir.kind() {
        HirKind::Literal(found) => lists.extend(literal(&found.0).map(|literal| vec![literal])),
        HirKind::Capture(group) => within(&group.sub, lists),
        HirKind::Concat(parts) => parts.iter().for_each(|part| within(part, lists)),
        HirKind::Repetition(repeated) if repeated.min > 0 => within(&repeated.sub, lists),
        HirKind::Repetition(_)
        | HirKind::Alternation(_)
        | HirKind::Empty
        | HirKind::Class(_)
        | HirKind::Look(_) => {}
    }
}

/// A literal of a useful length.
fn literal(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let end = (0..=LONGEST.min(text.len())).rev().find(|at| text.is_char_boundary(*at))?;
    (end >= SHORTEST).then(|| text[..end].to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gates(texts: &[&str]) -> (Vec<u8>, Vec<String>, usize) {
        let texts = texts.iter().map(|text| ((*text).to_string(), 0)).collect();
        let mut found = (Vec::new(), Vec::new(), 0);
        for group in grouped(texts) {
            match group.gate {
                Gate::Open => found.2 = group.regexes.len(),
                Gate::Beginning(bytes) => found.0 = bytes.into_iter().collect(),
                Gate::Anywhere(literals) => found.1 = literals,
            }
        }
        found
    }

    #[test]
    fn literals_are_found() {
        assert_eq!(gates(&["^cmd_1 (\\w+)$", "^(sub|un)$", "(?i)^a"]).0, b"Aacsu");
        assert_eq!(gates(&["order_\\d+", "x*(done)+$", "\\bé+not(e|able)"]).1, ["order_", "done", "not"]);
        assert_eq!(gates(&["(?i)op", "(buy|sell) "]).1, ["OP", "Op", "oP", "op", "buy ", "sell "]);
        let by_type = [r#""type":\s*"a_1""#, r#""type":\s*"a_2""#];
        assert_eq!(gates(&by_type).1, [r#""a_1""#, r#""a_2""#]);
        for text in ["", "^", "^\\w", "a", "\\d+", "(ab)*", "ab|", "(?m)^$", "ab|c"] {
            assert_eq!(gates(&[text]), (vec![], vec![], 1), "{text}");
        }
    }
}
