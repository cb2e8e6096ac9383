//! One JSON object, read a character at a time: strict but for trailing commas.

/// What a character has made of the object.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It goes on.
    More,
    /// That was its last character.
    Done,
    /// The character begins the first element of an array that events are wrapped in.
    Wrapper,
    /// The character can't stand there.
    Bad(String),
    /// The character opens more levels than allowed.
    TooDeep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Object,
    Array,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A name, or the end of the object: right after `{`, or after a comma.
    Name,
    Colon,
    /// A value; in an array also its end: right after `[`, or after a comma.
    Value,
    /// A comma, or the end.
    Next,
    Text {
        is_name: bool,
        escape: Escape,
    },
    /// A number, `true`, `false` or `null`.
    Word,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    /// After a backslash.
    Any,
    /// That many hexadecimal digits to come.
    Hex(u8),
}

/// An object of which a part has been read. It keeps at most so many bytes; of a longer one it only looks for
/// the end.
#[derive(Debug, Clone)]
pub(super) struct Object {
    text: String,
    max_bytes: usize,
    max_depth: usize,
    too_large: bool,
    levels: Vec<Level>,
    state: State,
    /// Where the name or word that is read, or was read last, begins.
    token: usize,
    /// Where the comma stands after which nothing has come.
    comma: Option<usize>,
    /// How many names of the object itself were read.
    names: usize,
    /// Whether the member that is read now may wrap events.
    may_wrap: bool,
}

impl Object {
    /// An object whose `{` has been read.
    pub(super) fn open(max_bytes: usize, max_depth: usize) -> Self {
        Self {
            text: "{".into(),
            max_bytes,
            max_depth,
            too_large: false,
            levels: vec![Level::Object],
            state: State::Name,
            token: 0,
            comma: None,
            names: 0,
            may_wrap: false,
        }
    }

    /// What was read, trailing commas blanked; a beginning where it was too large.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.too_large
    }

    /// How many names of its members were read.
    pub(super) fn names(&self) -> usize {
        self.names
    }

    /// Whether nothing but white space has come after the `{`.
    pub(super) fn is_bare(&self) -> bool {
        self.state == State::Name && self.names == 0 && self.levels.len() == 1
    }

    /// How many objects are open.
    pub(super) fn open_objects(&self) -> usize {
        self.levels.iter().filter(|level| **level == Level::Object).count()
    }

    /// Whether it is within a string.
    pub(super) fn in_text(&self) -> bool {
        matches!(self.state, State::Text { .. })
    }

    /// Reads one more character. `wraps` says whether a member of that name and number wraps events.
    pub(super) fn read(&mut self, c: char, wraps: impl Fn(&str, usize) -> bool) -> Step {
        let at = self.text.len();
        let step = match self.state {
            State::Text { is_name, escape } => self.in_string(c, is_name, escape, wraps),
            State::Word if c.is_ascii_alphanumeric() || "+-.".contains(c) => Step::More,
            State::Word if !self.too_large && !is_scalar(&self.text[self.token..]) => {
                Step::Bad(format!("`{}` is no JSON value", shortened(&self.text[self.token..])))
            }
            State::Word => self.between(c, State::Next),
            state => self.between(c, state),
        };
        if matches!(step, Step::More | Step::Done) && !self.too_large {
            self.too_large = at + c.len_utf8() > self.max_bytes;
            if !self.too_large {
                self.text.push(c);
            }
        }
        step
    }

    fn in_string(
        &mut self,
        c: char,
        is_name: bool,
        escape: Escape,
        wraps: impl Fn(&str, usize) -> bool,
    ) -> Step {
        let escape = match (escape, c) {
            (Escape::None, '"') => {
                self.state = if is_name { State::Colon } else { State::Next };
                if is_name && self.levels.len() == 1 {
                    self.names += 1;
                    self.may_wrap = !self.too_large && wraps(&self.text[self.token + 1..], self.names);
                }
                return Step::More;
            }
            (Escape::None, '\\') => Escape::Any,
            (Escape::None, '\n' | '\r') => return Step::Bad("a string ends with its line".into()),
            (Escape::None, '\0'..' ') => return Step::Bad("a control character in a string".into()),
            (Escape::None, _) => Escape::None,
            (Escape::Any, 'u') => Escape::Hex(4),
            (Escape::Any, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => Escape::None,
            (Escape::Hex(1), '0'..='9' | 'a'..='f' | 'A'..='F') => Escape::None,
            (Escape::Hex(left), '0'..='9' | 'a'..='f' | 'A'..='F') => Escape::Hex(left - 1),
            (Escape::Any | Escape::Hex(_), _) => return Step::Bad("no such escape in a string".into()),
        };
        self.state = State::Text { is_name, escape };
        Step::More
    }

    /// A character outside of strings and words.
    fn between(&mut self, c: char, state: State) -> Step {
        if matches!(c, ' ' | '\t' | '\n' | '\r') {
            self.state = state;
            return Step::More;
        }
        let inner = self.levels.last().copied();
        let at = self.text.len();
        let expected = match (state, c) {
            (State::Name, '"') => {
                self.state = State::Text { is_name: true, escape: Escape::None };
                self.token = at;
                self.comma = None;
                return Step::More;
            }
            (State::Name | State::Next, '}') if inner == Some(Level::Object) => return self.close(),
            (State::Value, ']') if inner == Some(Level::Array) => return self.close(),
            (State::Next, ']') if inner == Some(Level::Array) => return self.close(),
            (State::Colon, ':') => {
                self.state = State::Value;
                return Step::More;
            }
            (State::Value, '{') if self.may_wrap && self.levels.len() == 2 => return Step::Wrapper,
            (State::Value, '{' | '[') => return self.open_level(c),
            (State::Value, '"') => {
                self.state = State::Text { is_name: false, escape: Escape::None };
                self.value_begins();
                return Step::More;
            }
            (State::Value, '-' | '0'..='9' | 'a'..='z' | 'A'..='Z') => {
                self.state = State::Word;
                self.token = at;
                self.value_begins();
                return Step::More;
            }
            (State::Next, ',') => {
                self.state = if inner == Some(Level::Object) { State::Name } else { State::Value };
                self.comma = Some(at);
                return Step::More;
            }
            (State::Name, _) => "a name in quotes or `}`",
            (State::Colon, _) => "`:`",
            (State::Value, _) => "a value",
            (_, _) if inner == Some(Level::Array) => "`,` or `]`",
            (_, _) => "`,` or `}`",
        };
        Step::Bad(format!("expected {expected}, found `{}`", c.escape_debug()))
    }

    fn open_level(&mut self, c: char) -> Step {
        if self.levels.len() >= self.max_depth {
            return Step::TooDeep;
        }
        let is_list_of_member = c == '[' && self.levels.len() == 1;
        self.may_wrap &= is_list_of_member;
        let (level, state) =
            if c == '{' { (Level::Object, State::Name) } else { (Level::Array, State::Value) };
        self.levels.push(level);
        self.state = state;
        self.comma = None;
        Step::More
    }

    fn close(&mut self) -> Step {
        if let Some(comma) = self.comma.take().filter(|_| !self.too_large) {
            // Only white space stands after it.
            self.text.replace_range(comma..=comma, " ");
        }
        self.levels.pop();
        self.state = State::Next;
        if self.levels.is_empty() { Step::Done } else { Step::More }
    }

    fn value_begins(&mut self) {
        self.comma = None;
        self.may_wrap = false;
    }
}

/// Whether it is a number, `true`, `false` or `null`.
fn is_scalar(word: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(word).is_ok()
}

/// A word for a message.
fn shortened(word: &str) -> &str {
    word.get(..20).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The end of what is read of `text`, and the last step.
    fn read(text: &str) -> (usize, Step, String) {
        let mut object = Object::open(100, 4);
        for (at, c) in text.char_indices().skip(1) {
            let step = object.read(c, |name, number| name == "events" || (name == "data" && number == 1));
            if step != Step::More {
                return (at, step, object.text().into());
            }
        }
        (text.len(), Step::More, object.text().into())
    }

    #[test]
    fn an_object_ends_with_its_brace() {
        for text in [
            "{}",
            r#"{"a":1}"#,
            r#"{ "a" : [ ] , "b" : [1, -2.5e+3, true, false, null, "x"], "c": {"d": {}} }"#,
            r#"{"a":"}\"\\{\u00e9```"}"#,
            "{\r\n\t\"a\": {\n}\n}",
            r#"{"x":1,"data":[{"a":1}]}"#,
            r#"{"data":[1,{"a":1}]}"#,
            r#"{"data":[[{"a":1}]]}"#,
            r#"{"data":{"b":[{"a":1}]}}"#,
            r#"{"a":{"events":[{}]}}"#,
        ] {
            let (at, step, read) = read(&format!("{text} rest"));
            assert_eq!((at, step, read.as_str()), (text.len() - 1, Step::Done, text), "{text}");
        }
    }

    #[test]
    fn trailing_commas_are_blanked() {
        let (_, step, text) = read("{\"a\":[1,[2,] ,\n],\"b\":{\"c\":3, },}");
        assert_eq!((step, text.as_str()), (Step::Done, "{\"a\":[1,[2 ]  \n],\"b\":{\"c\":3  } }"));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_first_character() {
        for (text, message) in [
            ("{a", "expected a name in quotes or `}`, found `a`"),
            ("{,", "expected a name in quotes or `}`, found `,`"),
            ("{“", "expected a name in quotes or `}`, found `“`"),
            (r#"{"a"}"#, "expected `:`, found `}`"),
            (r#"{"a":}"#, "expected a value, found `}`"),
            (r#"{"a":]"#, "expected a value, found `]`"),
            (r#"{"a":“"#, "expected a value, found `“`"),
            (r#"{"a":[1}"#, "expected `,` or `]`, found `}`"),
            (r#"{"a":1]"#, "expected `,` or `}`, found `]`"),
            (r#"{"a":1 2"#, "expected `,` or `}`, found `2`"),
            (r#"{"a":1,,"#, "expected a name in quotes or `}`, found `,`"),
            (r#"{"a":[,"#, "expected a value, found `,`"),
            (r#"{"a":NaN,"#, "`NaN` is no JSON value"),
            (r#"{"a":01}"#, "`01` is no JSON value"),
            (r#"{"a":"\x"#, "no such escape in a string"),
            (r#"{"a":"\u00g"#, "no such escape in a string"),
            ("{\"a\":\"x\n", "a string ends with its line"),
            ("{\"a\":\"\t", "a control character in a string"),
        ] {
            let (at, step, _) = read(text);
            let last = text.char_indices().last().map(|(at, _)| at);
            assert_eq!((Some(at), step), (last, Step::Bad(message.into())), "{text}");
        }
    }

    #[test]
    fn a_list_of_objects_under_some_names_is_a_wrapper() {
        for text in [r#"{"events":[{"#, r#"{ "data" : [ {"#, r#"{"n":[1],"o":{"data":[{}]},"events":[{"#] {
            let (at, step, read) = read(text);
            assert_eq!((at, step, read.as_str()), (text.len() - 1, Step::Wrapper, &text[..at]), "{text}");
        }
    }

    #[test]
    fn what_is_too_large_is_followed_to_its_end() {
        let large = format!(r#"{{"a":"{}","b":[{{}},],"events":[{{"c":1}}]}}"#, "x}\\\"".repeat(50));
        let mut object = Object::open(100, 4);
        let steps: Vec<Step> = large.chars().skip(1).map(|c| object.read(c, |_, _| true)).collect();
        assert!(object.is_too_large() && object.text().len() <= 100);
        assert_eq!(steps.iter().position(|step| *step == Step::Done), Some(steps.len() - 1));
    }

    #[test]
    fn what_is_too_deep_is_told_where_it_is() {
        assert_eq!(read(r#"{"a":[[[["#).1, Step::TooDeep);
        assert_eq!(read(r#"{"a":[[{}]]}"#).1, Step::Done);
    }
}
