//! Filters: RFC 9535, section 2.3.5.

use super::{Read, Reader};
use crate::PathError;

/// The functions of RFC 9535, section 2.4.
const FUNCTIONS: [&str; 5] = ["length", "count", "match", "search", "value"];
/// What a filter's operand is.
#[derive(Clone, Copy, PartialEq)]
enum Operand {
    Literal,
    Single,
    Several,
    Function,
}

impl Reader<'_> {
    /// `a || b`.
    pub(super) fn any(&mut self) -> Read {
        loop {
            self.all()?;
            if !self.connective('|', "or")? {
                return Ok(());
            }
        }
    }

    /// `a && b`.
    fn all(&mut self) -> Read {
        loop {
            self.test()?;
            if !self.connective('&', "and")? {
                return Ok(());
            }
        }
    }

    fn connective(&mut self, sign: char, word: &str) -> Read<bool> {
        let before = self.at;
        self.space();
        if self.eat(sign) {
            return if self.eat(sign) {
                Ok(true)
            } else {
                Err(PathError::new(format!("`{sign}{sign}` was expected")).at(self.at - 1))
            };
        }
        if self.word() == word {
            return Err(self.error(format!("`{sign}{sign}` was expected in place of `{word}`")));
        }
        self.at = before;
        Ok(false)
    }

    fn test(&mut self) -> Read {
        self.space();
        let negated = self.eat('!');
        self.space();
        if self.eat('(') {
            let opened = self.at - 1;
            self.any()?;
            self.space();
            return match self.peek() {
                Some(')') => {
                    self.at += 1;
                    self.space();
                    match self.peek() {
                        Some('=' | '!' | '<' | '>') => {
                            Err(self.error("what stands in parentheses can't be compared"))
                        }
                        _ => Ok(()),
                    }
                }
                Some(found) => Err(self.expected("`)` or an operator", found)),
                None => Err(PathError::new("this `(` is never closed").at(opened)),
            };
        }
        let start = self.at;
        let left = self.operand()?;
        let before = self.at;
        self.space();
        if !self.comparison()? {
            self.at = before;
            return match left {
                Operand::Literal => Err(PathError::new("a constant alone is no test")
                    .at(start)
                    .hint("compare it with something")),
                _ => Ok(()),
            };
        }
        if negated {
            return Err(PathError::new("`!` can't stand before a comparison")
                .at(start - 1)
                .hint("write `!(…)`"));
        }
        self.space();
        let right_start = self.at;
        let right = self.operand()?;
        for (operand, at) in [(left, start), (right, right_start)] {
            if operand == Operand::Several {
                return Err(PathError::new("only a path to a single value can be compared").at(at));
            }
        }
        Ok(())
    }

    fn comparison(&mut self) -> Read<bool> {
        let start = self.at;
        let known = ["==", "!=", "<=", ">=", "<", ">"].into_iter().any(|sign| self.eat_str(sign));
        if known && matches!(self.peek(), Some('=' | '>')) {
            return Err(PathError::new("the operators are == != < <= > >=").at(start));
        }
        if !known && self.eat('=') {
            return Err(if self.eat('~') {
                PathError::new("`=~` is not part of RFC 9535")
                    .at(start)
                    .hint("write `search(@.name, 'regex')`, or `match` for the whole value")
            } else {
                PathError::new("`==` was expected").at(start)
            });
        }
        Ok(known)
    }

    fn operand(&mut self) -> Read<Operand> {
        match self.peek() {
            Some('\'' | '"') => self.string().map(|()| Operand::Literal),
            Some('@' | '$') => {
                self.at += 1;
                Ok(if self.segments()? { Operand::Single } else { Operand::Several })
            }
            Some(c) if c == '-' || c.is_ascii_digit() => self.number().map(|()| Operand::Literal),
            Some(c) if c.is_alphabetic() || c == '_' => self.function_or_constant(),
            Some(found) => Err(self.expected("a path (`@…` or `$…`), a function or a constant", found)),
            None => Err(self.error("the path ends within a filter")),
        }
    }

    fn number(&mut self) -> Read {
        let start = self.at;
        self.eat('-');
        let digits = self.take(|c| c.is_ascii_digit());
        let zeros = self.text[self.at - digits..self.at].starts_with('0') && digits > 1;
        let mut fine = digits > 0 && !zeros;
        if self.eat('.') {
            fine &= self.take(|c| c.is_ascii_digit()) > 0;
        }
        if self.eat('e') || self.eat('E') {
            let _sign = self.eat('-') || self.eat('+');
            fine &= self.take(|c| c.is_ascii_digit()) > 0;
        }
        if fine { Ok(()) } else { Err(PathError::new("a number is written as in JSON").at(start)) }
    }

    fn function_or_constant(&mut self) -> Read<Operand> {
        let start = self.at;
        let word = self.word().to_string();
        self.at += word.len();
        if self.peek() != Some('(') {
            let known = ["true", "false", "null"];
            return if known.contains(&word.as_str()) {
                Ok(Operand::Literal)
            } else if let Some(constant) = known.iter().find(|constant| word.eq_ignore_ascii_case(constant)) {
                Err(PathError::new(format!("`{constant}` is written in small letters")).at(start))
            } else if FUNCTIONS.contains(&word.as_str()) {
                Err(self.error(format!("`(` was expected right after `{word}`")))
            } else {
                Err(PathError::new(format!("`{word}` is no path, function or constant"))
                    .at(start)
                    .hint(format!("write `'{word}'` for a text, `@.{word}` for a member")))
            };
        }
        if !FUNCTIONS.contains(&word.as_str()) {
            return Err(PathError::new(format!("there is no function `{word}`"))
                .at(start)
                .hint(format!("there are {}", FUNCTIONS.join(", "))));
        }
        let opened = self.at;
        self.at += 1;
        self.space();
        while self.peek() != Some(')') {
            self.argument()?;
            self.space();
            match self.peek() {
                Some(')') => {}
                Some(',') => {
                    self.at += 1;
                    self.space();
                }
                Some(found) => {
                    return Err(self.expected("`,` or `)`", found));
                }
                None => return Err(PathError::new("this `(` is never closed").at(opened)),
            }
        }
        self.at += 1;
        Ok(Operand::Function)
    }

    /// No function of the RFC takes a test as its argument, so an operand it is.
    fn argument(&mut self) -> Read {
        self.operand().map(|_| ())
    }
}
