//! The bytes that the parts of an expression were written with. CEL's parser tells of each part one sign; where
//! it begins and ends is read off the tokens.

use std::ops::Range;

use cel::common::ast::SourceInfo;

use super::tokens::{Kind, Token};

pub(crate) struct Spans<'s> {
    pub(crate) source: &'s str,
    pub(crate) tokens: &'s [Token],
    pub(crate) places: &'s SourceInfo,
}

impl Spans<'_> {
    pub(crate) fn text(&self, at: &Range<usize>) -> &str {
        &self.source[at.clone()]
    }

    /// The sign or word of the part with this id; the whole text where none is known.
    pub(crate) fn token(&self, id: u64) -> Range<usize> {
        let start = self.places.offset_for(id).map(|(start, _)| start as usize);
        let index = start.and_then(|start| self.index(start));
        index.map_or(0..self.source.len(), |index| self.tokens[index].at.clone())
    }

    /// The token after the one at these bytes.
    pub(crate) fn after(&self, at: &Range<usize>) -> Range<usize> {
        let next = self.index(at.start).and_then(|index| self.tokens.get(index + 1));
        next.map_or_else(|| at.clone(), |next| next.at.clone())
    }

    /// The token before the one at these bytes.
    pub(crate) fn before(&self, at: &Range<usize>) -> Range<usize> {
        let before = self.index(at.start).and_then(|index| index.checked_sub(1));
        before.map_or_else(|| at.clone(), |index| self.tokens[index].at.clone())
    }

    /// From the bracket at these bytes to the one that closes it.
    pub(crate) fn bracket(&self, open: &Range<usize>) -> Range<usize> {
        let Some(first) = self.index(open.start) else { return open.clone() };
        let mut depth = 0;
        for token in &self.tokens[first..] {
            depth += step(token);
            if depth <= 0 {
                return open.start..token.at.end;
            }
        }
        open.clone()
    }

    /// A number with the `-` in front of it.
    pub(crate) fn signed(&self, number: Range<usize>) -> Range<usize> {
        // The parser takes the sign for the number's own only where no value stands before it, and gives a
        // subtraction its own part; so a sign belongs here if what is before it is no value.
        let Some(index) = self.index(number.start) else { return number };
        let minus = index.checked_sub(1).filter(|minus| self.tokens[*minus].kind == Kind::Sign('-'));
        let unary = minus.filter(|minus| {
            minus.checked_sub(1).is_none_or(|before| {
                matches!(self.tokens[before].kind, Kind::Join | Kind::Sign(_))
                    && !matches!(self.tokens[before].kind, Kind::Sign(')' | ']' | '}'))
            })
        });
        unary.map_or(number.clone(), |minus| self.tokens[minus].at.start..number.end)
    }

    /// The same bytes with the brackets that are opened in them and closed after, or the other way around.
    pub(crate) fn join(&self, at: Range<usize>) -> Range<usize> {
        let (Some(mut first), Some(last)) =
            (self.index(at.start), self.tokens.iter().rposition(|token| token.at.end <= at.end))
        else {
            return at;
        };
        let mut depth = 0i32;
        let mut lowest = 0;
        for token in self.tokens.get(first..=last).unwrap_or_default() {
            depth += step(token);
            lowest = lowest.min(depth);
        }
        let mut end = at.end;
        let mut open = depth - lowest;
        for token in &self.tokens[last + 1..] {
            if open == 0 {
                break;
            }
            open += step(token);
            end = token.at.end;
        }
        while lowest < 0 && first > 0 {
            first -= 1;
            lowest += step(&self.tokens[first]);
        }
        self.tokens[first].at.start..end
    }

    fn index(&self, start: usize) -> Option<usize> {
        self.tokens.binary_search_by_key(&start, |token| token.at.start).ok()
    }
}

fn step(token: &Token) -> i32 {
    match token.kind {
        Kind::Sign('(' | '[' | '{') => 1,
        Kind::Sign(')' | ']' | '}') => -1,
        Kind::Word | Kind::Number | Kind::Quoted | Kind::Join | Kind::Sign(_) => 0,
    }
}
