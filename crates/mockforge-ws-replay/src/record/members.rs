//! The value of a JSON member, found where its name stands: in JSON, in JSON within a string of JSON, and in
//! JSON with something around it. Text is only looked at, never parsed as a whole.

use std::ops::Range;

/// A value that is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Without quotes.
    pub(super) at: Range<usize>,
    pub(super) is_number: bool,
}

/// The texts and numbers in the value of the member whose name stands at `name`, if it is one there. Returns
/// where the value ends.
pub(super) fn values(text: &str, name: Range<usize>, found: &mut Vec<Found>) -> Option<usize> {
    let bytes = text.as_bytes();
    let open = name.start.checked_sub(1)?;
    if bytes[open] != b'"' {
        return None;
    }
    // JSON within a string of JSON has a backslash before each quote, one within that has three.
    let depth = backslashes(bytes, open);
    let mut scan = Scan { bytes, at: name.end, depth };
    if scan.string_end()? != name.end {
        return None;
    }
    scan.space();
    scan.eat(b':')?;
    scan.space();
    scan.value(found)?;
    Some(scan.at)
}

/// How many backslashes stand before that byte.
pub(super) fn backslashes(bytes: &[u8], before: usize) -> usize {
    bytes[..before].iter().rev().take_while(|byte| **byte == b'\\').count()
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    /// How many backslashes stand before a quote.
    depth: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Goes past an opening quote, if there is one.
    fn open(&mut self) -> bool {
        let quote = self.at + self.depth;
        let opens = self.bytes.get(quote) == Some(&b'"')
            && self.bytes[self.at..quote].iter().all(|byte| *byte == b'\\');
        if opens {
            self.at = quote + 1;
        }
        opens
    }

    /// Goes past the end of the string whose inside begins here, and returns where that ends.
    fn string_end(&mut self) -> Option<usize> {
        let mut run = 0;
        let start = self.at;
        for (offset, byte) in self.bytes[start..].iter().enumerate() {
            match byte {
                b'\\' => run += 1,
                // Escaped quotes and backslashes come in pairs, each of whose halves is as deep as the quotes.
                b'"' if run < self.depth || (run - self.depth).is_multiple_of(2 * (self.depth + 1)) => {
                    self.at = start + offset + 1;
                    return Some(start + offset - run.min(self.depth));
                }
                _ => run = 0,
            }
        }
        None
    }

    fn number(&mut self, found: &mut Vec<Found>) {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
            self.at += 1;
        }
        found.push(Found { at: start..self.at, is_number: true });
    }

    fn value(&mut self, found: &mut Vec<Found>) -> Option<()> {
        if self.open() {
            let start = self.at;
            // A message that was cut has no end of the string; all that is there is secret.
            let end = self.string_end().unwrap_or_else(|| {
                self.at = self.bytes.len();
                self.at
            });
            if end > start {
                found.push(Found { at: start..end, is_number: false });
            }
            return Some(());
        }
        match self.peek()? {
            b'-' | b'0'..=b'9' => self.number(found),
            b'{' | b'[' => self.inside(found),
            _ => {}
        }
        Some(())
    }

    /// All texts that are no names, and all numbers, to the bracket that closes.
    fn inside(&mut self, found: &mut Vec<Found>) {
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            if self.open() {
                let start = self.at;
                let Some(end) = self.string_end() else {
                    found.push(Found { at: start..self.bytes.len(), is_number: false });
                    self.at = self.bytes.len();
                    return;
                };
                self.space();
                if self.peek() != Some(b':') && end > start {
                    found.push(Found { at: start..end, is_number: false });
                }
                continue;
            }
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                b'-' | b'0'..=b'9' => {
                    self.number(found);
                    continue;
                }
                // A quote of another depth: the JSON around this one ends here.
                b'"' => return,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_where_their_names_stand() {
        let check = |text: &str, wanted: &[&str]| {
            let mut found = Vec::new();
            for (at, name) in text.match_indices("token") {
                values(text, at..at + name.len(), &mut found);
            }
            let shown: Vec<_> = found.iter().map(|found| &text[found.at.clone()]).collect();
            assert_eq!(shown, wanted, "{text}");
        };
        check(r#"{"token":"abc"}"#, &["abc"]);
        check(r#"{"token" : "a\"b\\"}"#, &[r#"a\"b\\"#]);
        check(r#"{"token":""}"#, &[]);
        check(r#"{"token":12.5e3,"b":1}"#, &["12.5e3"]);
        check(r#"{"token":null,"b":"token"}"#, &[]);
        check(r#"{"token":{"a":"x","b":[1,"y",true],"c":""},"d":"z"}"#, &["x", "1", "y"]);
        check(r#"{"my_token":"abc","tokens":"d"}"#, &[]);
        check(r#"a["{\"token\":\"a b\",\"c\":1}"]"#, &["a b"]);
        check(r#""{\"token\":{\"a\":\"x\\\"y\"}}""#, &[r#"x\\\"y"#]);
        check(r#"["{\"a\":\"{\\\"token\\\":\\\"deep\\\"}\"}"]"#, &["deep"]);
        check(r#"42["auth",{"token":"abc"}]"#, &["abc"]);
        check(r#"{"token":"cut o"#, &["cut o"]);
        check(r#"{"token":{"a":"cut"#, &["cut"]);
        check(r#"{"token":["#, &[]);
        check(r#"{"token":"#, &[]);
        check(r#"token"#, &[]);
        check(r#""token""#, &[]);
        check("the token: abc", &[]);
    }
}
