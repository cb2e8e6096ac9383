//! Texts that match a regex.

use rand::{Rng, RngExt as _};
use regex_syntax::hir::{Class, Hir, HirKind};

/// A longer text is not made.
const LONGEST: usize = 4096;
/// What a class is drawn from where it has some of these.
const USUAL: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// A regex that can be drawn from, and matched.
#[derive(Debug, Clone)]
pub(crate) struct Sampler {
    hir: Hir,
    regex: regex::Regex,
}

impl Sampler {
    pub(crate) fn new(pattern: &str) -> Option<Self> {
        let hir = regex_syntax::parse(pattern).ok()?;
        let regex = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().ok()?;
        Some(Self { hir, regex })
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// A text that matches, as far as can be told. Repetitions without an end are at most `more` longer than they
    /// have to be.
    pub(crate) fn sample(&self, rng: &mut dyn Rng, more: u32) -> String {
        let mut text = String::new();
        sample(&self.hir, rng, more, &mut text);
        text
    }
}

/// Goes as deep as the regex is nested, to which the parser sets a limit.
fn sample(hir: &Hir, rng: &mut dyn Rng, more: u32, text: &mut String) {
    if text.len() > LONGEST {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(drawn(class, rng)),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX).min(repetition.min.saturating_add(more));
            for _ in 0..rng.random_range(repetition.min..=most) {
                if text.len() > LONGEST {
                    return;
                }
                sample(&repetition.sub, rng, more, text);
            }
        }
        HirKind::Capture(capture) => sample(&capture.sub, rng, more, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, rng, more, text)),
        HirKind::Alternation(parts) => {
            let index = rng.random_range(0..parts.len());
            sample(&parts[index], rng, more, text);
        }
    }
}

fn drawn(class: &Class, rng: &mut dyn Rng) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let within = |c: &char| ranges.iter().any(|(start, end)| (start..=end).contains(&c));
    let usual: Vec<char> = USUAL.chars().filter(within).collect();
    // A class such as `[^x]` has all of them, and `\w` too: small letters read best.
    let usual = if usual.len() > 36 { &usual[..26] } else { &usual[..] };
    if !usual.is_empty() && (ranges.len() < 6 || rng.random_bool(0.95)) {
        return Some(usual[rng.random_range(0..usual.len())]);
    }
    let printable = (' '..='~').filter(within).collect::<Vec<char>>();
    if !printable.is_empty() {
        return Some(printable[rng.random_range(0..printable.len())]);
    }
    let (start, end) = *ranges.get(rng.random_range(0..ranges.len().max(1)))?;
    Some(rng.random_range(start..=end))
}

#[cfg(test)]
mod tests {
    use mockforge_ws_core::ConnRng;
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn samples_match() {
        let rng = &mut ConnRng::seed_from_u64(1);
        for pattern in [
            "^[A-Z]{3}-\\d{4}$",
            "^(foo|bar)+baz?$",
            "^#[0-9a-fA-F]{6}$",
            "^\\+?[1-9]\\d{6,14}$",
            "^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$",
            "^\\p{Lu}\\p{L}*$",
            "^v\\d+\\.\\d+\\.\\d+(-[a-z]+)?$",
            "ab*c",
            "^$",
            "(?i)^ok$",
            "^[\\u4e00-\\u9fff]{2}$",
        ] {
            let sampler = Sampler::new(pattern).unwrap();
            for more in 0..40 {
                let text = sampler.sample(rng, more % 8);
                assert!(sampler.is_match(&text), "{pattern}: {text}");
            }
        }
    }

    #[test]
    fn nested_repetitions_are_bounded() {
        let sampler = Sampler::new("^(((a{20}){20}){20})*$").unwrap();
        let text = sampler.sample(&mut ConnRng::seed_from_u64(1), 200);
        assert!(text.len() <= LONGEST + 21, "{}", text.len());
        assert!(Sampler::new("(?=x)").is_none());
    }
}
