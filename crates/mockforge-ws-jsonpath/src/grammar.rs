//! The grammar of RFC 9535 (section 2 and appendix A), read once more to explain a mistake.
//!
//! It builds nothing and it is not the judge: [`mistake`] is asked only about texts that
//! `serde_json_path` refused.

mod filter;

use crate::PathError;

/// Integers are those that a double holds exactly (RFC 9535, section 2.1).
const MAX_INTEGER: i64 = (1 << 53) - 1;

/// The first mistake of `text` against the grammar, if the grammar finds one.
pub(crate) fn mistake(text: &str) -> Option<PathError> {
    let mut reader = Reader { text, at: 0 };
    reader.path().err()
}

type Read<T = ()> = Result<T, PathError>;

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn path(&mut self) -> Read {
        if self.text.trim().len() != self.text.len() {
            let at = if self.text.starts_with(char::is_whitespace) { 0 } else { self.text.trim_end().len() };
            return Err(PathError::new("no white space may stand around a JSONPath").at(at));
        }
        if !self.eat('$') {
            return Err(self.error("a JSONPath begins with `$`"));
        }
        self.segments()?;
        self.space();
        match self.peek() {
            None => Ok(()),
            Some('(') => Err(self
                .error("a function can't stand after a dot")
                .hint("functions stand within filters, around a path: `$[?length(@.items) > 2]`")),
            Some('^' | '~') => Err(self.error("`^` and `~` are not part of RFC 9535")),
            Some(found) => Err(self.expected("`.` or `[`", found)),
        }
    }

    /// Reads segments; whether they select at most one value.
    fn segments(&mut self) -> Read<bool> {
        let mut single = true;
        loop {
            let before = self.at;
            self.space();
            if self.eat_str("..") {
                single = false;
                match self.peek() {
                    Some('*') => self.at += 1,
                    Some('[') => drop(self.bracket()?),
                    _ => self.name()?,
                }
            } else if self.eat('.') {
                if self.eat('*') {
                    single = false;
                } else {
                    self.name()?;
                }
            } else if self.peek() == Some('[') {
                single &= self.bracket()?;
            } else {
                self.at = before;
                return Ok(single);
            }
        }
    }

    fn name(&mut self) -> Read {
        let start = self.at;
        let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
        match self.peek() {
            Some(first) if letter(first) => {}
            Some('[') => {
                return Err(PathError::new("a name or `*` was expected between `.` and `[`")
                    .at(start)
                    .hint("leave the dot away: `$['name']`"));
            }
            Some('\'' | '"') => {
                return Err(self
                    .error("a quoted name stands in brackets, not after a dot")
                    .hint("write `['name']` in place of `.'name'`"));
            }
            Some(first) if first.is_ascii_digit() || first == '-' => {
                let hint = self.in_brackets(start);
                return Err(self.error(format!("a name after a dot can't begin with `{first}`")).hint(hint));
            }
            found => {
                let found = found.map_or_else(String::new, |found| format!(", not `{}`", shown(found)));
                return Err(self.error(format!("a name or `*` was expected after the dot{found}")));
            }
        }
        self.take(|c| letter(c) || c.is_ascii_digit());
        match self.peek() {
            Some(found @ ('-' | '$' | '@' | ':' | '/' | '#' | '\\')) => {
                let hint = self.in_brackets(start);
                Err(self.error(format!("`{found}` can't stand in a name after a dot")).hint(hint))
            }
            _ => Ok(()),
        }
    }

    /// How to write the name that begins at `start` so that any character may stand in it.
    fn in_brackets(&self, start: usize) -> String {
        let rest = &self.text[start..];
        let end =
            rest.find(|c: char| c.is_whitespace() || ".[]()=!<>&|,'\"".contains(c)).unwrap_or(rest.len());
        let name = &rest[..end];
        if name.bytes().all(|b| b.is_ascii_digit()) {
            return format!("write `[{name}]` for an array's element, `['{name}']` for an object's member");
        }
        format!("write `['{name}']` in place of `.{name}`")
    }

    /// Reads `[…]`; whether it selects at most one value.
    fn bracket(&mut self) -> Read<bool> {
        let opened = self.at;
        self.at += 1;
        let mut single = true;
        let mut selectors = 0;
        loop {
            self.space();
            single &= self.selector()?;
            selectors += 1;
            self.space();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') => {
                    self.at += 1;
                    return Ok(single && selectors == 1);
                }
                Some(found) => {
                    return Err(self.expected("`,` or `]`", found));
                }
                None => return Err(PathError::new("this `[` is never closed").at(opened)),
            }
        }
    }

    fn selector(&mut self) -> Read<bool> {
        match self.peek() {
            Some('*') => {
                self.at += 1;
                Ok(false)
            }
            Some('\'' | '"') => self.string().map(|()| true),
            Some('?') => {
                self.at += 1;
                self.any()?;
                Ok(false)
            }
            Some('(') => Err(self
                .error("a script in parentheses is not part of RFC 9535")
                .hint("`[-1]` is the last element, `[?…]` a filter")),
            Some(']' | ',') => {
                Err(self.error("a selector was expected: a name in quotes, an index, a slice, `*` or `?`"))
            }
            Some(c) if c == ':' || c == '-' || c.is_ascii_digit() => self.slice(),
            Some(c) if c.is_alphabetic() || c == '_' => {
                let name: String =
                    self.text[self.at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                Err(self.error("a name in brackets stands in quotes").hint(format!("write `['{name}']`")))
            }
            Some(found) => Err(self.expected("a name in quotes, an index, a slice, `*` or `?`", found)),
            None => Err(self.error("the path ends within brackets")),
        }
    }

    fn slice(&mut self) -> Read<bool> {
        let mut colons = 0;
        loop {
            if self.peek().is_some_and(|c| c == '-' || c.is_ascii_digit()) {
                self.integer()?;
            }
            let before = self.at;
            self.space();
            if colons == 2 || !self.eat(':') {
                self.at = before;
                return Ok(colons == 0);
            }
            colons += 1;
            self.space();
        }
    }

    fn integer(&mut self) -> Read {
        let start = self.at;
        self.eat('-');
        let digits = self.take(|c| c.is_ascii_digit());
        let number = &self.text[start..self.at];
        let wrong = if digits == 0 {
            "a digit was expected after `-`".to_string()
        } else if number == "-0" {
            "`-0` is no index".to_string()
        } else if number.trim_start_matches('-').starts_with('0') && digits > 1 {
            "an index has no leading zeros".to_string()
        } else if number.parse().is_ok_and(|n: i64| n.abs() <= MAX_INTEGER) {
            return Ok(());
        } else {
            format!("an index is between -{MAX_INTEGER} and {MAX_INTEGER}")
        };
        Err(PathError::new(wrong).at(start))
    }

    fn string(&mut self) -> Read {
        let opened = self.at;
        let quote = self.bump();
        while let Some(c) = self.bump() {
            match c {
                c if Some(c) == quote => return Ok(()),
                '\\' => {
                    let escape = self.at - 1;
                    let fine = match self.bump() {
                        Some('b' | 'f' | 'n' | 'r' | 't' | '/' | '\\') => true,
                        Some('u') => self.code_unit(),
                        Some(c) => Some(c) == quote,
                        None => false,
                    };
                    if !fine {
                        return Err(PathError::new("this escape is not known")
                            .at(escape)
                            .hint(r"known are \b \f \n \r \t \/ \\ \uXXXX and the string's own quote"));
                    }
                }
                c if c < ' ' => {
                    return Err(PathError::new("a control character must be escaped").at(self.at - 1));
                }
                _ => {}
            }
        }
        Err(PathError::new("this quote is never closed").at(opened))
    }

    /// The four digits of `\uXXXX`; a high surrogate must be followed by a low one.
    fn code_unit(&mut self) -> bool {
        let Some(unit) = self.hex() else { return false };
        match unit {
            0xD800..0xDC00 => {
                self.eat_str("\\u") && self.hex().is_some_and(|low| (0xDC00..0xE000).contains(&low))
            }
            0xDC00..0xE000 => false,
            _ => true,
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let unit =
            digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())??;
        self.at += 4;
        Some(unit)
    }

    fn word(&self) -> &str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        &rest[..end]
    }

    fn error(&self, message: impl Into<String>) -> PathError {
        PathError::new(message).at(self.at)
    }

    fn expected(&self, what: &str, found: char) -> PathError {
        self.error(format!("{what} was expected in place of `{}`", shown(found)))
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn eat_str(&mut self, text: &str) -> bool {
        let found = self.text[self.at..].starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Passes over what `wanted` accepts; how many bytes that was.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> usize {
        let rest = &self.text[self.at..];
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        length
    }

    /// White space as the RFC has it: space, tab, line feed, carriage return.
    fn space(&mut self) {
        self.take(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    }
}

/// A character as it may stand in a message of one line.
pub(crate) fn shown(c: char) -> String {
    if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
}
