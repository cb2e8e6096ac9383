//! What can be told of the texts that a regex matches without having them.

use regex_syntax::Parser;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// What every text is that some pattern matches.
#[derive(Debug, PartialEq)]
pub(crate) enum Form {
    Is(String),
    BeginsWith(String),
    Has(String),
}

fn read(regex: &str) -> Option<Hir> {
    Parser::new().parse(regex).ok()
}

/// Whether the regex is certain to be found in every text.
pub(crate) fn is_catch_all(regex: &str) -> bool {
    let Some(hir) = read(regex) else { return false };
    if matches_nothing_at_start(&hir) {
        return true;
    }
    let parts = parts(&hir);
    let mut parts = parts.as_slice();
    while let [first, rest @ ..] = parts
        && is_start(first)
    {
        parts = rest;
    }
    while let [rest @ .., last] = parts
        && is_look(last, &[Look::End])
    {
        parts = rest;
    }
    matches!(parts, [part] if is_anything(part))
}

/// Whether a match in a text is still one with more behind the text, and so with more around it: it does
/// not look at what is next to it.
pub(crate) fn survives(regex: &str) -> Survives {
    let looks = read(regex).map(|hir| hir.properties().look_set());
    match looks {
        Some(looks) if looks.is_empty() => Survives::Around,
        Some(looks) if looks.iter().all(|look| START.contains(&look)) => Survives::Behind,
        _ => Survives::Nothing,
    }
}

/// What may be added to a text without losing a match in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Survives {
    Around,
    Behind,
    Nothing,
}

/// What is certain of each text in which the regex is found.
pub(crate) fn forms(regex: &str) -> Vec<Form> {
    let Some(hir) = read(regex) else { return Vec::new() };
    let parts = parts(&hir);
    let mut forms = Vec::new();
    let mut at = 0;
    while at < parts.len() {
        let run: Vec<u8> = parts[at..]
            .iter()
            .map_while(|part| match part.kind() {
                HirKind::Literal(literal) => Some(literal.0.iter().copied()),
                _ => None,
            })
            .flatten()
            .collect();
        let length = parts[at..].iter().take_while(|part| matches!(part.kind(), HirKind::Literal(_))).count();
        if let Ok(text) = String::from_utf8(run)
            && length > 0
        {
            let anchored = at == 1 && is_look(parts[0], &[Look::Start]);
            let end = &parts[at + length..];
            forms.push(match (anchored, end) {
                (true, [last]) if is_look(last, &[Look::End]) => Form::Is(text),
                (true, _) => Form::BeginsWith(text),
                (false, _) => Form::Has(text),
            });
        }
        at += length.max(1);
    }
    forms
}

/// The parts of a regex that stand one after the other, groups taken apart.
fn parts(hir: &Hir) -> Vec<&Hir> {
    match hir.kind() {
        HirKind::Concat(all) => all.iter().flat_map(parts).collect(),
        HirKind::Capture(group) => parts(&group.sub),
        _ => vec![hir],
    }
}

const START: [Look; 3] = [Look::Start, Look::StartLF, Look::StartCRLF];

fn is_start(hir: &Hir) -> bool {
    is_look(hir, &START)
}

fn is_look(hir: &Hir, looks: &[Look]) -> bool {
    matches!(hir.kind(), HirKind::Look(look) if looks.contains(look))
}

/// Whether it matches the nothing before the first character of every text.
fn matches_nothing_at_start(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty => true,
        HirKind::Look(look) => START.contains(look),
        HirKind::Repetition(repeated) => repeated.min == 0 || matches_nothing_at_start(&repeated.sub),
        HirKind::Capture(group) => matches_nothing_at_start(&group.sub),
        HirKind::Concat(parts) => parts.iter().all(matches_nothing_at_start),
        HirKind::Alternation(parts) => parts.iter().any(matches_nothing_at_start),
        HirKind::Literal(_) | HirKind::Class(_) => false,
    }
}

/// `.*` with the flag `s`, or `[\s\S]*`.
fn is_anything(hir: &Hir) -> bool {
    let HirKind::Repetition(repeated) = hir.kind() else { return false };
    let any = match repeated.sub.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            matches!(class.ranges(), [all] if all.start() == '\0' && all.end() == char::MAX)
        }
        _ => false,
    };
    any && repeated.min == 0 && repeated.max.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catch_alls() {
        for regex in [
            "",
            ".*",
            "^",
            "^.*",
            "(?s).*",
            "(?s)^.*$",
            "^(?s:(.*))$",
            r"^[\s\S]*$",
            "a|",
            "(a|b?)*",
            "(?m)^",
        ] {
            assert!(is_catch_all(regex), "{regex}");
        }
        for regex in [".", ".+", "^.*$", "(?s)^.+$", "a", "$", "a*b", r"\b", "(?m)^a?$", "(?s)^.{0,9}$"] {
            assert!(!is_catch_all(regex), "{regex}");
        }
    }

    #[test]
    fn forms_of_texts() {
        let is = |text: &str| Form::Is(text.into());
        let begins = |text: &str| Form::BeginsWith(text.into());
        let has = |text: &str| Form::Has(text.into());
        assert_eq!(forms("^ping$"), [is("ping")]);
        assert_eq!(forms(r"^(cmd)_17 (\w+)!$"), [begins("cmd_17 "), has("!")]);
        assert_eq!(forms(r"a\.b\d+c"), [has("a.b"), has("c")]);
        assert_eq!(forms("(?m)^ping$"), [has("ping")]);
        assert_eq!(forms("^a?b|c"), []);
    }
}
