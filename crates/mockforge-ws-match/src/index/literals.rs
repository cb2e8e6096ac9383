//! Literals without which regexes can't match. To look for these is much quicker than to run an automaton,
//! and in most messages there are none.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use regex_syntax::Parser;
use regex_syntax::hir::literal::{Extractor, Literal};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::needles::SHORTEST;

/// Of longer literals the end is enough.
const LONGEST: usize = 16;
/// Literals below this length are looked for apart from the others, whose search is quicker for being long.
const SHORT: usize = 6;

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
    for (text, pattern) in texts {
        match needs(&text) {
            Needs::Nothing => open.push((text, pattern)),
            Needs::Beginning(with) => {
                bytes.extend(with);
                beginning.push((text, pattern));
            }
            Needs::Anywhere(lists) => anywhere.push(((text, pattern), lists)),
        }
    }
    let mut groups = vec![
        Group { regexes: beginning, gate: Gate::Beginning(bytes) },
        Group { regexes: open, gate: Gate::Open },
    ];
    let (short, long): (Vec<_>, Vec<_>) =
        chosen(anywhere).into_iter().partition(|(_, list)| list.iter().any(|literal| literal.len() < SHORT));
    for chosen in [short, long] {
        let (regexes, lists): (_, Vec<_>) = chosen.into_iter().unzip();
        groups.push(Group { regexes, gate: Gate::Anywhere(lists.into_iter().flatten().collect()) });
    }
    groups
}

/// Of each regex the list that it shares with the fewest others: `"type":` may be in all of them and in
/// every message, which the value behind it is not.
fn chosen<R>(regexes: Vec<(R, Vec<Vec<String>>)>) -> Vec<(R, Vec<String>)> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for literal in regexes.iter().flat_map(|(_, lists)| lists.iter().flatten()) {
        *counts.entry(literal.clone()).or_default() += 1;
    }
    let worth = |list: &Vec<String>| {
        let commonest = list.iter().map(|literal| counts[literal]).max();
        let shortest = list.iter().map(String::len).min();
        (commonest, list.len(), Reverse(shortest))
    };
    regexes
        .into_iter()
        .map(|(regex, lists)| (regex, lists.into_iter().min_by_key(worth).unwrap_or_default()))
        .collect()
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
    let start = (text.len().saturating_sub(LONGEST)..text.len()).find(|at| text.is_char_boundary(*at))?;
    (text.len() - start >= SHORTEST).then(|| text[start..].to_string())
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
                Gate::Anywhere(literals) => found.1.extend(literals),
            }
        }
        found
    }

    #[test]
    fn literals_are_found() {
        assert_eq!(gates(&["^cmd_1 (\\w+)$", "^(sub|un)$", "(?i)^a"]).0, b"Aacsu");
        for (text, literals) in [
            ("order_\\d+", &["order_"][..]),
            ("x*(done)+$", &["done"]),
            ("\\bé+not(e|able)", &["not"]),
            ("(?i)op1", &["OP1", "Op1", "oP1", "op1"]),
            ("(buy|sell) ", &["buy ", "sell "]),
            ("(?i)go-1003", &["-1003"]),
            ("a text of more than sixteen bytes", &["an sixteen bytes"]),
        ] {
            assert_eq!(gates(&[text]).1, literals, "{text}");
        }
        for text in ["", "^", "^\\w", "ab", "\\d+", "(abc)*", "abc|", "(?m)^$", "abc|d"] {
            assert_eq!(gates(&[text]), (vec![], vec![], 1), "{text}");
        }
    }

    #[test]
    fn the_rarest_literal_is_looked_for() {
        let by_type = [r#""type":\s*"a_1""#, r#""type":\s*"a_2""#];
        assert_eq!(gates(&by_type).1, [r#""a_1""#, r#""a_2""#]);
    }
}
