//! Text outside of events: lines, the marks that stand in them, and how a long text begins.

/// The most characters of an excerpt.
const EXCERPT: usize = 80;

/// The most characters of what can be a mark.
const MARK: u64 = 40;

/// How a text begins and how long it is, the white space around it left out.
#[derive(Debug, Default, Clone)]
pub(super) struct Excerpt {
    text: String,
    kept: usize,
    chars: u64,
    /// White space that counts only if something comes after it.
    blank: u64,
    pub(super) start: u64,
}

impl Excerpt {
    /// Adds the character that stands at byte `at`.
    pub(super) fn push(&mut self, c: char, at: u64) {
        if c.is_whitespace() || c == '\u{feff}' {
            if self.chars > 0 {
                self.blank += 1;
                self.keep(c);
            }
            return;
        }
        if self.chars == 0 {
            self.start = at;
        }
        self.chars += self.blank + 1;
        self.blank = 0;
        self.keep(c);
    }

    fn keep(&mut self, c: char) {
        if self.kept < EXCERPT {
            self.kept += 1;
            self.text.push(c);
        }
    }

    pub(super) fn text(&self) -> &str {
        self.text.trim_end()
    }

    pub(super) fn chars(&self) -> u64 {
        self.chars
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chars == 0
    }

    /// Adds another text on a line of its own.
    pub(super) fn append(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        if self.is_empty() {
            *self = other.clone();
            return;
        }
        self.text.truncate(self.text().len());
        self.kept = self.text.chars().count();
        self.blank = 0;
        self.keep(' ');
        self.chars += 1 + other.chars;
        other.text().chars().for_each(|c| self.keep(c));
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        (self.kept, self.chars, self.blank) = (0, 0, 0);
    }

    /// Whether it is nothing but marks of what events may be wrapped in.
    pub(super) fn is_mark(&self) -> bool {
        self.chars <= MARK && is_mark(self.text())
    }
}

/// Whether a text is nothing but marks of lists, arrays, fences and event streams.
fn is_mark(text: &str) -> bool {
    let is_fence = |c| matches!(c, '`' | '~');
    let fenced = text.trim_start_matches(is_fence);
    if text.len() - fenced.len() >= 3 {
        return fenced.trim().chars().all(|c| c.is_alphanumeric() || "-_+.".contains(c));
    }
    let is_edge = |c: char| is_fence(c) || c.is_whitespace() || matches!(c, '[' | ']' | ',' | ';');
    let bare = text.trim_matches(is_edge);
    let number = bare.trim_end_matches(['.', ')', ':']);
    let is_number = number.len() < bare.len() && number.bytes().all(|byte| byte.is_ascii_digit());
    matches!(bare, "" | "-" | "*" | "+" | "•" | "data:") || is_number
}

/// The line that is read: how it is indented, and what it has had so far outside of events.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// What has come since the line began, or since the last event in it.
    pub(super) piece: Excerpt,
    /// Whether `piece` began with the line.
    pub(super) is_whole: bool,
    /// How many characters of white space it begins with.
    pub(super) indent: usize,
    is_indent: bool,
}

impl Line {
    pub(super) fn new() -> Self {
        Self { piece: Excerpt::default(), is_whole: true, indent: 0, is_indent: true }
    }

    pub(super) fn push(&mut self, c: char, at: u64) {
        self.is_indent &= c == ' ' || c == '\t';
        self.indent += usize::from(self.is_indent);
        self.piece.push(c, at);
    }

    /// The next line begins.
    pub(super) fn next(&mut self) {
        self.piece.clear();
        (self.is_whole, self.indent, self.is_indent) = (true, 0, true);
    }

    /// An event has ended in it.
    pub(super) fn cut(&mut self) {
        self.piece.clear();
        (self.is_whole, self.is_indent) = (false, false);
    }

    /// Whether an object that begins here is the first of its line and indented by no more than `indent`.
    pub(super) fn begins_object(&self, indent: usize) -> bool {
        self.is_whole && self.indent <= indent && self.piece.is_mark()
    }

    /// Whether the line, which is over, is empty or a code fence.
    pub(super) fn divides(&self) -> bool {
        let text = self.piece.text();
        self.is_whole && (text.is_empty() || text.starts_with("```") || text.starts_with("~~~"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_from_words() {
        let marks = [
            "",
            "[",
            "],",
            "]",
            ",",
            ";",
            "-",
            "*",
            "•",
            "1.",
            "12)",
            "3:",
            "data:",
            "- [",
            "data: [",
            "```",
            "```json",
            "``` jsonl",
            "~~~",
            "`",
            "[,",
            "],[",
        ];
        let words =
            ["Sure!", "1", "12 events", "1. first", "data", "event: tick", "```not a fence", "[x]", "}"];
        for mark in marks {
            assert!(is_mark(mark), "{mark}");
        }
        for word in words {
            assert!(!is_mark(word), "{word}");
        }
    }

    #[test]
    fn what_is_long_is_no_mark() {
        let mut line = Line::new();
        "[".repeat(90).chars().chain("words".chars()).for_each(|c| line.push(c, 0));
        assert!(!line.piece.is_mark());
    }

    #[test]
    fn an_excerpt_is_trimmed_counted_and_short() {
        let mut excerpt = Excerpt::default();
        for (at, c) in " \u{feff} so  it\tbegins \r".chars().enumerate() {
            excerpt.push(c, at as u64);
        }
        assert_eq!((excerpt.text(), excerpt.chars(), excerpt.start), ("so  it\tbegins", 13, 3));
        excerpt.append(&excerpt.clone());
        assert_eq!((excerpt.text(), excerpt.chars()), ("so  it\tbegins so  it\tbegins", 27));
        (0..1000).for_each(|at| excerpt.push('x', at));
        assert_eq!((excerpt.text().chars().count(), excerpt.chars()), (EXCERPT, 1027));
    }
}
