//! The members of a line sorted by key; unknown and repeated keys are reported.

use mockforge_ws_diagnostic::Problem;

use super::json::{self, Member};
use super::report::{Report, Row};
use crate::keys::{HeaderKey, LineKey, unknown_in_header, unknown_in_line};

/// The members of a line by key. A member that is `null` counts as not there, and so does a switch that is off.
pub(crate) struct Slots<'s, const N: usize>([Option<Member<'s>>; N]);

pub(crate) type LineSlots<'s> = Slots<'s, { LineKey::ALL.len() }>;
pub(crate) type HeaderSlots<'s> = Slots<'s, { HeaderKey::ALL.len() }>;

impl<'s> LineSlots<'s> {
    pub(crate) fn of_line(row: Row<'s>, members: &[Member<'s>], report: &mut Report) -> Self {
        let named = |key: &str| LineKey::named(key).map(|key| key as usize);
        let there = |index: usize, value: &str| match value {
            "null" => index == LineKey::Json as usize,
            "false" => index != LineKey::Close as usize && index != LineKey::Abort as usize,
            _ => true,
        };
        Self::sort(row, members, report, named, unknown_in_line, there)
    }

    pub(crate) fn member(&self, key: LineKey) -> Option<Member<'s>> {
        self.0[key as usize]
    }

    pub(crate) fn value(&self, key: LineKey) -> Option<&'s str> {
        self.member(key).map(|member| member.value)
    }

    pub(crate) fn has(&self, key: LineKey) -> bool {
        self.0[key as usize].is_some()
    }

    /// The members that are there, except this one.
    pub(crate) fn all_but(&self, key: LineKey) -> impl Iterator<Item = &Member<'s>> {
        self.0
            .iter()
            .enumerate()
            .filter(move |(index, _)| *index != key as usize)
            .filter_map(|(_, member)| member.as_ref())
    }

    /// The key as it stands in the line, for mistakes about it.
    pub(crate) fn key(&self, key: LineKey) -> &'s str {
        self.member(key).map_or("", |member| member.key)
    }

    /// The first of these keys that is there.
    pub(crate) fn first(&self, keys: &[LineKey]) -> Option<LineKey> {
        keys.iter().copied().find(|key| self.has(*key))
    }
}

impl<'s> HeaderSlots<'s> {
    pub(crate) fn of_header(row: Row<'s>, members: &[Member<'s>], report: &mut Report) -> Self {
        let named = |key: &str| HeaderKey::named(key).map(|key| key as usize);
        Self::sort(row, members, report, named, unknown_in_header, |_, value| value != "null")
    }

    pub(crate) fn value(&self, key: HeaderKey) -> Option<&'s str> {
        self.0[key as usize].map(|member| member.value)
    }
}

impl<'s, const N: usize> Slots<'s, N> {
    fn sort(
        row: Row<'s>,
        members: &[Member<'s>],
        report: &mut Report,
        named: impl Fn(&str) -> Option<usize>,
        unknown: impl Fn(&str) -> Problem,
        there: impl Fn(usize, &str) -> bool,
    ) -> Self {
        let mut slots = [None; N];
        let mut seen = [false; N];
        for member in members {
            let key = json::unquote(member.key).unwrap_or_default();
            match named(&key) {
                Some(index) if seen[index] => {
                    let problem = Problem::new(format!("`{key}` is given twice")).hint("keep one of them");
                    report.error(row, member.key, problem);
                }
                Some(index) => {
                    seen[index] = true;
                    slots[index] = there(index, member.value).then_some(*member);
                }
                None => report.error(row, member.key, unknown(&key)),
            }
        }
        Self(slots)
    }
}
