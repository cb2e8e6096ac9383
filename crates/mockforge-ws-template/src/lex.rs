//! From text to literal pieces and tags: where `{{` opens, where its `}}` is, and which braces are text.

use std::ops::Range;

use memchr::memmem;
use mockforge_ws_diagnostic::Problem;

/// A literal piece or a tag.
#[derive(Debug, PartialEq)]
pub(crate) enum Token {
    /// These bytes, as they stand.
    Text(Range<usize>),
    Tag(Tag),
}

/// What stands between braces.
#[derive(Debug, PartialEq)]
pub(crate) struct Tag {
    pub(crate) kind: Kind,
    /// With its braces.
    pub(crate) span: Range<usize>,
    /// Without braces, tildes and the sign of its kind.
    pub(crate) body: Range<usize>,
    /// `{{~`: the white space before goes.
    pub(crate) trim_before: bool,
    /// `~}}`: the white space after goes.
    pub(crate) trim_after: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `{{x}}`, `{{{x}}}`, `{{&x}}`: all the same, as nothing is escaped for HTML.
    Value,
    /// `{{#x}}`
    Open,
    /// `{{/x}}`
    Close,
    /// `{{else}}`, `{{else if x}}`, `{{^}}`; the body is what follows `else`.
    Else,
    /// `{{! x }}`, `{{!-- x --}}`
    Comment,
}

/// What a text consists of, and what is wrong with its braces.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) problems: Vec<Problem>,
    /// Whether a mistake took the sign of a block with it, so that blocks cannot be matched up any more.
    pub(crate) blocks_lost: bool,
}

/// Takes a text apart. After a mistake it goes on at the next tag.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let open = memmem::Finder::new("{{");
    // Literal text since `from` that is not in a token yet, and where to look for the next tag.
    let (mut from, mut at) = (0, 0);
    while let Some(found) = open.find(&text.as_bytes()[at..]).map(|found| at + found) {
        let before = &text[from..found];
        if before.ends_with('\\') && !before.ends_with("\\\\") {
            // `\{{` is literal.
            lexed.text(from..found - 1);
            (from, at) = (found, found + 2);
            continue;
        }
        // `\\{{` is a backslash and a tag.
        lexed.text(from..found - usize::from(before.ends_with("\\\\")));
        match tag(text, found) {
            Ok(tag) => {
                at = tag.span.end;
                lexed.tokens.push(Token::Tag(tag));
            }
            Err(broken) => {
                lexed.blocks_lost |= text[found..].trim_start_matches(['{', '~']).starts_with(['#', '/']);
                lexed.problems.push(broken.problem);
                at = broken.resume;
            }
        }
        from = at;
    }
    lexed.text(from..text.len());
    lexed
}

impl Lexed {
    fn text(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.tokens.push(Token::Text(range));
        }
    }
}

/// A mistake, and where to go on after it.
struct Broken {
    problem: Problem,
    resume: usize,
}

/// Reads the tag that opens at `at`.
fn tag(text: &str, at: usize) -> Result<Tag, Broken> {
    let mut from = at + 2;
    let rest = |from: usize| &text[from..];
    if rest(from).starts_with("{{") {
        let braces = rest(at).len() - rest(at).trim_start_matches('{').len();
        let problem = Problem::new("raw blocks (`{{{{`) are not supported")
            .at(at..at + braces)
            .hint("for literal braces write `\\{{`");
        return Err(Broken { problem, resume: at + braces });
    }
    let trim_before = rest(from).starts_with('~');
    from += usize::from(trim_before);
    let (mut kind, mut triple) = (Kind::Value, false);
    match rest(from).as_bytes().first() {
        Some(b'!') => return comment(text, at, from, trim_before),
        Some(b'{') => triple = true,
        Some(b'#') => kind = Kind::Open,
        Some(b'/') => kind = Kind::Close,
        Some(b'^') => kind = Kind::Else,
        Some(b'&') => {}
        _ => from -= 1,
    }
    from += 1;
    let end = end(text, at, from)?;
    let mut span = at..end + 2;
    let mut to = end;
    let mut trim_after = text[from..to].ends_with('~');
    to -= usize::from(trim_after);
    if triple {
        // `}}}`, or with white-space control `}~}}`.
        if trim_after && text[from..to].ends_with('}') {
            to -= 1;
        } else if rest(span.end).starts_with('}') {
            (to, trim_after) = (end, false);
            span.end += 1;
        } else {
            let problem = Problem::new("`{{{` is closed by `}}}`")
                .at(span.clone())
                .hint("`{{` is enough, as nothing is escaped; a literal brace before a value is `{{\"{\"}}`");
            return Err(Broken { problem, resume: span.end });
        }
    }
    if kind == Kind::Value
        && let Some(after) = text[from..to].trim_start().strip_prefix("else")
        && (after.is_empty() || after.starts_with(char::is_whitespace))
    {
        kind = Kind::Else;
        from = to - after.len();
    }
    Ok(Tag { kind, span, body: from..to, trim_before, trim_after })
}

/// Reads the comment that opens at `at` and has its `!` at `sign`.
fn comment(text: &str, at: usize, sign: usize, trim_before: bool) -> Result<Tag, Broken> {
    let long = text[sign..].starts_with("!--");
    let (from, marks) = if long { (sign + 3, ["--}}", "--~}}"]) } else { (sign + 1, ["}}", "}}"]) };
    let found = marks.iter().filter_map(|mark| Some((from + text[from..].find(mark)?, mark.len()))).min();
    let Some((end, len)) = found else {
        let close = marks[0];
        let problem =
            Problem::new("this comment is never closed").at(at..from).hint(format!("add `{close}`"));
        return Err(Broken { problem, resume: text.len() });
    };
    let trim_after = if long { len == 5 } else { text[from..end].ends_with('~') };
    Ok(Tag { kind: Kind::Comment, span: at..end + len, body: from..end, trim_before, trim_after })
}

/// Where the `}}` is that closes the tag at `at`, whose content begins at `from`. Braces in quotes are
/// content.
fn end(text: &str, at: usize, from: usize) -> Result<usize, Broken> {
    let bytes = text.as_bytes();
    // The first quoted string that holds `}}`: where a later quote is missing, this one began the trouble.
    let mut suspect = None;
    let mut i = from;
    while i < bytes.len() {
        match bytes[i] {
            quote @ (b'"' | b'\'') => match closing_quote(bytes, i) {
                Some(end) => {
                    if suspect.is_none() && text[i..end].contains("}}") {
                        suspect = Some(i);
                    }
                    i = end;
                }
                None => return Err(unclosed_quote(text, at, suspect.unwrap_or(i), quote)),
            },
            b'}' if bytes.get(i + 1) == Some(&b'}') => return Ok(i),
            b'{' if bytes.get(i + 1) == Some(&b'{') => break,
            _ => {}
        }
        i += 1;
    }
    if let Some(quote) = suspect {
        return Err(unclosed_quote(text, at, quote, bytes[quote]));
    }
    let hint = if text[from..i].contains('}') {
        "`}}` closes it; a single `}` does not"
    } else {
        "close it with `}}`, or write `\\{{` for literal braces"
    };
    Err(Broken { problem: Problem::new("`{{` is never closed").at(at..at + 2).hint(hint), resume: i })
}

fn unclosed_quote(text: &str, at: usize, quote: usize, mark: u8) -> Broken {
    let mark = char::from(mark);
    let problem = Problem::new(format!("this {mark} is never closed"))
        .at(quote..quote + 1)
        .hint(format!("strings end with the quote that they begin with; inside it is `\\{mark}`"));
    let resume = text[at..].find("}}").map_or(text.len(), |found| at + found + 2);
    Broken { problem, resume }
}

/// Where the quote is that closes the one at `open`; a backslash escapes.
pub(crate) fn closing_quote(bytes: &[u8], open: usize) -> Option<usize> {
    let mut i = open + 1;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 1,
            byte if byte == bytes[open] => return Some(i),
            _ => {}
        }
        i += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts in quotes, tags as kind and body.
    fn check(text: &str, expect: &str) {
        let lexed = lex(text);
        let show = |token: &Token| match token {
            Token::Text(range) => format!("{:?}", &text[range.clone()]),
            Token::Tag(tag) => {
                let tilde = |trim| if trim { "~" } else { "" };
                let (before, after) = (tilde(tag.trim_before), tilde(tag.trim_after));
                format!("{before}{:?}({}){after}", tag.kind, &text[tag.body.clone()])
            }
        };
        let shown: Vec<_> = lexed.tokens.iter().map(show).collect();
        assert_eq!(shown.join(" "), expect, "{text}");
        assert_eq!(lexed.problems, [], "{text}");
    }

    #[test]
    fn texts_and_tags() {
        check("", "");
        check("a } b { c }} d", r#""a } b { c }} d""#);
        check("a{{b}}c", r#""a" Value(b) "c""#);
        check("{{ b }}{{c}}", "Value( b ) Value(c)");
        check(r#"{"a":{"b":{{c}}}}"#, r#""{\"a\":{\"b\":" Value(c) "}}""#);
        check("{{{a}}} {{&a}} {{~{a}~}}", r#"Value(a) " " Value(a) " " ~Value(a)~"#);
        check("{{#if a}}b{{else}}c{{/if}}", r#"Open(if a) "b" Else() "c" Close(if)"#);
        check("{{^}}{{else if b}}{{ else }}{{elsewhere}}", "Else() Else( if b) Else( ) Value(elsewhere)");
        check("{{~#if a~}}{{~/if~}}", "~Open(if a)~ ~Close(if)~");
        check(
            "{{! it's }}{{!-- }} -- --}}{{!--a--~}}{{~!b~}}",
            "Comment( it's ) Comment( }} -- ) Comment(a)~ ~Comment(b~)~",
        );
    }

    #[test]
    fn quotes_hide_braces() {
        check("{{a '}}' b}}c", r#"Value(a '}}' b) "c""#);
        check(r#"{{a "x\"}}{{" b}}"#, r#"Value(a "x\"}}{{" b)"#);
        check("{{$.items[?(@.id == '}}')].n}}", "Value($.items[?(@.id == '}}')].n)");
    }

    #[test]
    fn backslashes() {
        check(r"\{{a}} {{b}}", r#""{{a}} " Value(b)"#);
        check(r"x\{{{a}}}", r#""x" "{{{a}}}""#);
        check(r"x\\{{a}}", r#""x\\" Value(a)"#);
        check(r"\\\{{a}}", r#""\\\\" Value(a)"#);
        check(r"\a{{b}}\", r#""\\a" Value(b) "\\""#);
    }
}
