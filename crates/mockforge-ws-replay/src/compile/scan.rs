//! Where a line stops being a JSON object, and what should have stood there.
//!
//! `serde_json` decides whether a line is JSON; only lines that it refused come here, to be explained.

use std::ops::Range;

/// What should have stood at the place of a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// The object's `{`.
    Object,
    /// A key or, where `close`, the end of the object.
    Key { close: bool },
    /// The colon after a key.
    Colon,
    /// A value or, where `close`, the end of the array.
    Value { close: bool },
    /// A comma or the bracket that closes.
    Comma { bracket: char },
    /// The closing quote of the string that begins at the mistake.
    Quote,
    /// A character that may follow a backslash.
    Escape,
    /// Something other than a raw control character.
    Printable,
    /// `true`, `false`, `null` or a number.
    Word,
    /// The end of the line.
    Nothing,
}

/// The first mistake of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The bytes at fault; empty at the end of the line.
    pub(crate) at: Range<usize>,
    /// What should have stood there.
    pub(crate) expected: Expected,
    /// The last string that was read whole, with its quotes.
    pub(crate) last_string: Option<Range<usize>>,
}

/// The first mistake of a line, or `None` where it is an object after all.
pub(crate) fn mistake(text: &str) -> Option<Mistake> {
    let mut scan = Scan { text, at: 0, last_string: None };
    scan.object().err().map(|(at, expected)| Mistake { at, expected, last_string: scan.last_string })
}

struct Scan<'s> {
    text: &'s str,
    at: usize,
    last_string: Option<Range<usize>>,
}

#[derive(Clone, Copy)]
enum State {
    Key { close: bool },
    Value { close: bool },
    After,
}

type Fault = (Range<usize>, Expected);

impl Scan<'_> {
    fn object(&mut self) -> Result<(), Fault> {
        self.space();
        if !self.eat('{') {
            return Err(self.fault(Expected::Object));
        }
        let mut open = vec!['}'];
        let mut state = State::Key { close: true };
        while let Some(bracket) = open.last().copied() {
            self.space();
            state = match state {
                State::Key { close: true } | State::Value { close: true } if self.eat(bracket) => {
                    open.pop();
                    State::After
                }
                State::Key { close } => {
                    self.key(close)?;
                    State::Value { close: false }
                }
                State::Value { close } => match self.peek() {
                    Some('{') => {
                        self.at += 1;
                        open.push('}');
                        State::Key { close: true }
                    }
                    Some('[') => {
                        self.at += 1;
                        open.push(']');
                        State::Value { close: true }
                    }
                    _ => {
                        self.scalar(close)?;
                        State::After
                    }
                },
                State::After if self.eat(bracket) => {
                    open.pop();
                    State::After
                }
                State::After if self.eat(',') => match bracket {
                    '}' => State::Key { close: false },
                    _ => State::Value { close: false },
                },
                State::After => return Err(self.fault(Expected::Comma { bracket })),
            };
        }
        self.space();
        if self.at < self.text.len() { Err(self.fault(Expected::Nothing)) } else { Ok(()) }
    }

    fn key(&mut self, close: bool) -> Result<(), Fault> {
        if self.peek() != Some('"') {
            return Err(self.fault(Expected::Key { close }));
        }
        self.string()?;
        self.space();
        if self.eat(':') { Ok(()) } else { Err(self.fault(Expected::Colon)) }
    }

    fn scalar(&mut self, close: bool) -> Result<(), Fault> {
        match self.peek() {
            Some('"') => self.string(),
            Some(c) if c.is_alphanumeric() || "-+._$".contains(c) => {
                let start = self.at;
                self.skip(|c| c.is_alphanumeric() || "-+._$".contains(c));
                let word = &self.text[start..self.at];
                if serde_json::from_str::<serde::de::IgnoredAny>(word).is_ok() {
                    Ok(())
                } else {
                    Err((start..self.at, Expected::Word))
                }
            }
            _ => Err(self.fault(Expected::Value { close })),
        }
    }

    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.at += 1;
                    self.last_string = Some(start..self.at);
                    return Ok(());
                }
                '\\' => self.escape()?,
                '\0'..='\u{1f}' => return Err(self.fault(Expected::Printable)),
                _ => self.at += c.len_utf8(),
            }
        }
        Err((start..self.text.len(), Expected::Quote))
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        let Some(c) = self.peek() else { return Ok(()) };
        self.at += c.len_utf8();
        let good = match c {
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => true,
            'u' => {
                let digits = self.text.as_bytes()[self.at..].iter().take(4);
                let digits = digits.take_while(|byte| byte.is_ascii_hexdigit()).count();
                self.at += digits;
                digits == 4
            }
            _ => false,
        };
        if good { Ok(()) } else { Err((start..self.at, Expected::Escape)) }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn space(&mut self) {
        self.skip(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
    }

    fn skip(&mut self, while_: impl Fn(char) -> bool) {
        let rest = &self.text[self.at..];
        self.at += rest.find(|c| !while_(c)).unwrap_or(rest.len());
    }

    fn fault(&self, expected: Expected) -> Fault {
        (self.at..self.at + self.peek().map_or(0, char::len_utf8), expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_mistake_is_found() {
        let check = |text: &str, wanted: Option<(&str, Expected)>| {
            let found = mistake(text);
            let found = found.as_ref().map(|found| (&text[found.at.clone()], found.expected));
            assert_eq!(found, wanted, "{text}");
        };
        check(r#" {"a":[1,-2.5e3,{}, [] ,{"b":"\u00e9\n"}],"c":null} "#, None);
        check("[1]", Some(("[", Expected::Object)));
        check("{ts:1}", Some(("t", Expected::Key { close: true })));
        check(r#"{"a":1,}"#, Some(("}", Expected::Key { close: false })));
        check(r#"{"a" 1}"#, Some(("1", Expected::Colon)));
        check(r#"{"a":}"#, Some(("}", Expected::Value { close: false })));
        check(r#"{"a":[1 2]}"#, Some(("2", Expected::Comma { bracket: ']' })));
        check(r#"{"a":"b}"#, Some((r#""b}"#, Expected::Quote)));
        check(r#"{"a":"\d"}"#, Some((r"\d", Expected::Escape)));
        check(r#"{"a":"\u12"}"#, Some((r"\u12", Expected::Escape)));
        check("{\"a\":\"\t\"}", Some(("\t", Expected::Printable)));
        check(r#"{"a":True}"#, Some(("True", Expected::Word)));
        check(r#"{"a":01}"#, Some(("01", Expected::Word)));
        check("{} {}", Some(("{", Expected::Nothing)));
        check(r#"{"a":1"#, Some(("", Expected::Comma { bracket: '}' })));
        check(r#"{"a":"\"#, Some((r#""\"#, Expected::Quote)));
    }
}
