//! Reads the segments of a path that the library has accepted, for as long as they are plain.
//!
//! It is no judge of what is a path: the text is known to be one, so that whatever looks like a plain segment
//! is one, and everything else ends the reading.

use serde_json::Value;

use crate::segment::{Comparison, Operator, Segment, Step, Test};

/// The leading segments that are plain, and whether that is all of them.
pub(crate) fn parse(text: &str) -> (Vec<Segment>, bool) {
    let mut segments = Vec::new();
    let Some(rest) = text.strip_prefix('$') else { return (segments, false) };
    let mut reader = Reader { rest };
    loop {
        reader.space();
        if reader.rest.is_empty() {
            return (segments, true);
        }
        match reader.segment() {
            Some(segment) => segments.push(segment),
            None => return (segments, false),
        }
    }
}

/// What is still to be read. Every method gives `None` where something else stands, which ends the reading.
struct Reader<'t> {
    rest: &'t str,
}

/// What stands beside an operator.
enum Operand {
    Query(Vec<Step>),
    Literal(Value),
}

impl Reader<'_> {
    fn segment(&mut self) -> Option<Segment> {
        if self.eat(".") {
            return if self.eat("*") {
                Some(Segment::Wildcard)
            } else {
                Some(Segment::Child(Step::Name(self.name()?)))
            };
        }
        self.wanted("[")?;
        self.space();
        let segment = if self.eat("*") {
            Segment::Wildcard
        } else if self.eat("?") {
            Segment::Filter(self.any()?)
        } else {
            Segment::Child(self.quoted_or_index()?)
        };
        self.space();
        self.wanted("]")?;
        Some(segment)
    }

    fn quoted_or_index(&mut self) -> Option<Step> {
        if self.rest.starts_with(['\'', '"']) { self.string().map(Step::Name) } else { self.index() }
    }

    fn any(&mut self) -> Option<Test> {
        let mut tests = vec![self.all()?];
        while self.operator("||") {
            tests.push(self.all()?);
        }
        Some(if tests.len() == 1 { tests.remove(0) } else { Test::Any(tests) })
    }

    fn all(&mut self) -> Option<Test> {
        let mut tests = vec![self.test()?];
        while self.operator("&&") {
            tests.push(self.test()?);
        }
        Some(if tests.len() == 1 { tests.remove(0) } else { Test::All(tests) })
    }

    fn test(&mut self) -> Option<Test> {
        self.space();
        let negated = self.eat("!");
        self.space();
        let test = if self.eat("(") {
            let test = self.any()?;
            self.space();
            self.wanted(")")?;
            test
        } else {
            let left = self.operand()?;
            match (left, self.comparison()) {
                (Operand::Query(steps), None) => Test::Exists(steps),
                (left, Some(operator)) if !negated => compare(left, operator, self.operand()?)?,
                _ => return None,
            }
        };
        Some(if negated { Test::Not(Box::new(test)) } else { test })
    }

    fn comparison(&mut self) -> Option<Operator> {
        let operators = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        let found = operators.into_iter().find(|(sign, _)| self.operator(sign));
        found.map(|(_, operator)| operator)
    }

    fn operand(&mut self) -> Option<Operand> {
        self.space();
        if self.eat("@") {
            return self.steps().map(Operand::Query);
        }
        let constants = [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)];
        for (word, constant) in constants {
            if self.eat(word) {
                return Some(Operand::Literal(constant));
            }
        }
        if self.rest.starts_with(['\'', '"']) {
            return self.string().map(|text| Operand::Literal(text.into()));
        }
        let number = self.take(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'));
        serde_json::from_str(number).ok().map(Operand::Literal)
    }

    /// The steps behind an `@`, as long as each selects one value.
    fn steps(&mut self) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            let before = self.rest;
            self.space();
            if self.eat(".") {
                steps.push(Step::Name(self.name()?));
            } else if self.eat("[") {
                self.space();
                steps.push(self.quoted_or_index()?);
                self.space();
                self.wanted("]")?;
            } else {
                self.rest = before;
                return Some(steps);
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        let name = self.take(|c| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii());
        (!name.is_empty()).then(|| name.to_string())
    }

    fn index(&mut self) -> Option<Step> {
        self.take(|c| c == '-' || c.is_ascii_digit()).parse().ok().map(Step::Index)
    }

    /// A quoted string: JSON's, but for the single quote.
    fn string(&mut self) -> Option<String> {
        let mut chars = self.rest.char_indices();
        let (_, quote) = chars.next()?;
        let mut json = String::from('"');
        loop {
            match chars.next()? {
                (at, c) if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    json.push('"');
                    return serde_json::from_str(&json).ok();
                }
                (_, '\\') => match chars.next()?.1 {
                    '\'' => json.push('\''),
                    escaped => json.extend(['\\', escaped]),
                },
                (_, '"') => json.push_str("\\\""),
                (_, c) => json.push(c),
            }
        }
    }

    fn operator(&mut self, sign: &str) -> bool {
        let before = self.rest;
        self.space();
        let found = self.eat(sign);
        if !found {
            self.rest = before;
        }
        found
    }

    fn wanted(&mut self, sign: &str) -> Option<()> {
        self.eat(sign).then_some(())
    }

    fn eat(&mut self, sign: &str) -> bool {
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &str {
        let (taken, rest) = self.rest.split_at(self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}

/// A comparison with the literal on the right.
fn compare(left: Operand, operator: Operator, right: Operand) -> Option<Test> {
    let (steps, operator, literal) = match (left, right) {
        (Operand::Query(steps), Operand::Literal(literal)) => (steps, operator, literal),
        (Operand::Literal(literal), Operand::Query(steps)) => (steps, operator.mirrored(), literal),
        _ => return None,
    };
    Some(Test::Compares(Comparison { steps, operator, literal }))
}

impl Operator {
    /// The operator that says the same with its sides exchanged.
    fn mirrored(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}
