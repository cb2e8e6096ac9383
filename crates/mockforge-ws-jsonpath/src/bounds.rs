//! What a path may cost: bounds on its text at load, and on its work at match.
//!
//! Neither library bounds anything itself. Parsing doubles its time with each nested filter; a query can
//! select one value very often (`$..a..a` takes each value once per ancestor, `$[0,0][0,0]` doubles with each
//! bracket), and what a client sends decides how often. So a [`Shape`] is read off the text: which powers of
//! the message's size the work grows with. It is an upper bound and errs on the side of refusing.

use serde_json::Value;

use crate::tokens::{Kind, Token};
use crate::{Dialect, PathError};

/// The longest text of a path, in bytes.
pub(crate) const MAX_LENGTH: usize = 4096;
/// How deep brackets and parentheses may nest.
const MAX_NESTING: usize = 32;
/// How deep filters may nest; the time to parse doubles with each level.
const MAX_FILTER_NESTING: usize = 4;
/// `jsonpath_lib` recurses for each segment and each operator, at load and at match.
const MAX_GOESSNER_STEPS: usize = 128;

/// How many values a query may look at, roughly; up to here a query takes well under a second.
const MAX_WORK: f64 = (1u32 << 24) as f64;
/// What a regex of `match()` or `search()` costs, in values looked at: it is compiled for each value.
const REGEX_WORK: f64 = 1024.0;

/// What the work of a query grows with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    /// How many `..` there are.
    descendants: i32,
    /// How often one child can be selected by lists of selectors, multiplied over all of them.
    selectors: f64,
    /// The longest of these lists.
    longest: f64,
    /// How many queries within filters go over the whole message for each candidate.
    scans: i32,
    /// How many operators of a filter compare every candidate with every other (`jsonpath_lib`'s `&&`, `||`
    /// and paths of several steps do).
    joins: i32,
    /// Whether a regex is compiled for each candidate.
    regexes: bool,
}

/// An open bracket or parenthesis.
struct Open {
    square: bool,
    filter: bool,
    selectors: u32,
}

impl Shape {
    /// Reads the shape off a text's tokens.
    ///
    /// # Errors
    /// Where the text nests too deep or takes too many steps.
    pub(crate) fn read(tokens: &[Token<'_>], dialect: Dialect) -> Result<Self, PathError> {
        let goessner = dialect == Dialect::Goessner;
        let mut shape =
            Self { descendants: 0, selectors: 1.0, longest: 1.0, scans: 0, joins: 0, regexes: false };
        let mut open: Vec<Open> = Vec::new();
        let mut steps = 0;
        for (index, token) in tokens.iter().enumerate() {
            let after = &tokens[index + 1..];
            let filters = open.iter().filter(|open| open.filter).count();
            let limit = |what: String| Err(PathError::new(what).at(token.at));
            match token.kind {
                Kind::Dots => shape.descendants += 1,
                Kind::Sign(sign @ ('[' | '(')) => {
                    if open.len() == MAX_NESTING {
                        return limit(format!("brackets and parentheses nest at most {MAX_NESTING} deep"));
                    }
                    open.push(Open { square: sign == '[', filter: false, selectors: 1 });
                }
                Kind::Sign(']' | ')') => {
                    if let Some(closed) = open.pop() {
                        shape.selectors *= f64::from(closed.selectors);
                        shape.longest = shape.longest.max(f64::from(closed.selectors));
                    }
                }
                Kind::Sign('?') => {
                    if filters == MAX_FILTER_NESTING {
                        return limit(format!("filters nest at most {MAX_FILTER_NESTING} deep"));
                    }
                    if let Some(open) = open.last_mut() {
                        open.filter = true;
                    }
                }
                Kind::Sign(',') => {
                    if let Some(open) = open.last_mut().filter(|open| open.square) {
                        open.selectors += 1;
                    }
                }
                Kind::Sign('$' | '@') if filters > 0 => {
                    let root = token.kind == Kind::Sign('$');
                    let (length, single) = lookahead(after);
                    shape.scans += i32::from(root && !single);
                    shape.joins += i32::from(goessner && (root || length > 1 || !single));
                }
                Kind::Sign('&' | '|') => shape.joins += i32::from(goessner),
                Kind::Word("match" | "search") => {
                    shape.regexes |=
                        !goessner && after.first().is_some_and(|next| next.kind == Kind::Sign('('));
                }
                Kind::Quoted | Kind::Word(_) | Kind::Dot | Kind::Sign(_) => {}
            }
            steps += usize::from(!matches!(token.kind, Kind::Quoted | Kind::Word(_)));
            if goessner && steps > MAX_GOESSNER_STEPS {
                return limit(format!(
                    "a path of the goessner dialect has at most {MAX_GOESSNER_STEPS} signs"
                ));
            }
        }
        Ok(shape)
    }

    /// Whether the work on `value` could be more than [`MAX_WORK`]. Costs nothing for a path whose work
    /// grows only as fast as the message.
    pub(crate) fn refuses(&self, value: &Value) -> bool {
        let linear = self.descendants <= 1
            && self.selectors <= 8.0
            && self.scans == 0
            && self.joins == 0
            && !self.regexes;
        if linear {
            return false;
        }
        let mut size = Size::default();
        size.measure(value, 1);
        let values = f64::from(size.values);
        let candidates = f64::from(if self.descendants > 0 { size.values } else { size.widest });
        let depth = f64::from(size.depth);
        // Each list takes a step down, in the path itself and in the filters that nest in it.
        let steps = depth * (1 + MAX_FILTER_NESTING) as f64;
        let work = values
            * self.selectors.min(self.longest.powf(steps))
            * depth.powi(self.descendants.max(1) - 1)
            * values.powi(self.scans)
            * candidates.powi(self.joins)
            * if self.regexes { REGEX_WORK } else { 1.0 };
        work > MAX_WORK
    }
}

/// How many steps the query takes whose `$` or `@` stands before `tokens`, and whether each of them selects
/// at most one value.
fn lookahead(mut tokens: &[Token<'_>]) -> (usize, bool) {
    let mut steps = 0;
    loop {
        let kinds: [Option<Kind<'_>>; 4] =
            std::array::from_fn(|index| tokens.get(index).map(|token| token.kind));
        let length = match kinds {
            [Some(Kind::Dot), Some(Kind::Word(_)), ..] => 2,
            [Some(Kind::Sign('[')), Some(Kind::Quoted | Kind::Word(_)), Some(Kind::Sign(']')), _] => 3,
            [Some(Kind::Sign('[')), Some(Kind::Sign('-')), Some(Kind::Word(_)), Some(Kind::Sign(']'))] => 4,
            [Some(Kind::Dot | Kind::Dots | Kind::Sign('[')), ..] => return (steps + 1, false),
            _ => return (steps, true),
        };
        steps += 1;
        tokens = &tokens[length..];
    }
}

/// How large a value is.
#[derive(Default)]
struct Size {
    values: u32,
    depth: u32,
    widest: u32,
}

impl Size {
    fn measure(&mut self, value: &Value, depth: u32) {
        self.values = self.values.saturating_add(1);
        self.depth = self.depth.max(depth);
        let width = match value {
            Value::Array(items) => {
                items.iter().for_each(|item| self.measure(item, depth + 1));
                items.len()
            }
            Value::Object(members) => {
                members.values().for_each(|member| self.measure(member, depth + 1));
                members.len()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        };
        self.widest = self.widest.max(u32::try_from(width).unwrap_or(u32::MAX));
    }
}
