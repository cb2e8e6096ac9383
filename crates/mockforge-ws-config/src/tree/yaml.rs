//! YAML 1.2 (core schema) with places. Aliases are expanded up to a bound; merge keys belong to YAML 1.1 and
//! are refused.

use std::collections::HashMap;

use mockforge_ws_diagnostic::Problem;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput, Tag};
use serde_json::Number;

use super::{DEEPEST, Data, Member, Node, repeated, too_deep};
use crate::source::Span;

/// No file holds more nodes than this, with what its aliases stand for.
const MOST_NODES: usize = 100_000;

/// Reads a text of one document.
pub(super) fn read(text: &str) -> Result<Node, (Span, Problem)> {
    let mut builder = Builder::new(text);
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let at = builder.offset(*error.marker());
            (Span { start: at, end: at }, explain(text, at, error.info()))
        })?;
        let span = Span { start: builder.offset(span.start), end: builder.offset(span.end) };
        builder.take(event, span)?;
    }
    let end = text.len();
    Ok(builder.root.unwrap_or(Node { span: Span { start: end, end }, data: Data::Null }))
}

/// A list or mapping that is not at its end yet.
struct Open {
    anchor: usize,
    start: usize,
    data: Data,
    /// The key whose value comes next.
    key: Option<(String, Span)>,
    /// The keys that stand already.
    keys: HashMap<String, Span>,
}

/// What an anchor names.
#[derive(Clone)]
struct Named {
    node: Node,
    /// How many nodes it holds.
    size: usize,
    /// How many levels.
    depth: usize,
}

struct Builder<'t> {
    text: &'t str,
    /// Where each character begins; `None` where every character is one byte.
    offsets: Option<Vec<usize>>,
    open: Vec<Open>,
    anchors: HashMap<usize, Named>,
    /// How many nodes there are, those that anchors keep for aliases among them.
    nodes: usize,
    root: Option<Node>,
}

type Taken = Result<(), (Span, Problem)>;

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        let offsets = (!text.is_ascii()).then(|| text.char_indices().map(|(offset, _)| offset).collect());
        Self { text, offsets, open: Vec::new(), anchors: HashMap::new(), nodes: 0, root: None }
    }

    fn offset(&self, marker: Marker) -> usize {
        let offset = match &self.offsets {
            Some(offsets) => offsets.get(marker.index()).copied(),
            None => Some(marker.index()),
        };
        offset.unwrap_or(usize::MAX).min(self.text.len())
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Taken {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.trimmed(span);
                if self.expects_key() {
                    return self.key(&text, style, span);
                }
                let data = scalar(&text, style, tag.as_deref()).map_err(|problem| (span, problem))?;
                self.finished(Node { span, data }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(Data::List(Vec::new()), anchor, tag.as_deref(), span)
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(Data::Mapping(Vec::new()), anchor, tag.as_deref(), span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { anchor, start, data, .. }) = self.open.pop() else { return Ok(()) };
                let span = self.trimmed(Span { start, end: span.end.max(start) });
                self.finished(Node { span, data }, anchor)
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err((span, Problem::new("a second document begins here").hint("a config is one document")))
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    /// Without the white space at the end, which belongs to nobody.
    fn trimmed(&self, span: Span) -> Span {
        let end =
            self.text.get(span.range()).map_or(span.end, |written| span.start + written.trim_end().len());
        Span { end, ..span }
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { data: Data::Mapping(_), key: None, .. }))
    }

    fn not_a_key(&self, span: Span) -> Problem {
        let template = self.text[..span.start].ends_with('{') && self.text[span.start..].starts_with('{');
        let hint = template.then_some("a text that begins with `{{` stands in quotes");
        Problem::new("a key is a text").maybe_hint(hint)
    }

    fn begin(&mut self, data: Data, anchor: usize, tag: Option<&Tag>, span: Span) -> Taken {
        if self.expects_key() {
            return Err((span, self.not_a_key(span)));
        }
        if self.open.len() > DEEPEST {
            return Err((span, too_deep()));
        }
        if let Some(tag) = tag {
            return Err((span, no_tag(tag)));
        }
        self.open.push(Open { anchor, start: span.start, data, key: None, keys: HashMap::new() });
        Ok(())
    }

    fn key(&mut self, text: &str, style: ScalarStyle, span: Span) -> Taken {
        let Some(Open { key, keys, .. }) = self.open.last_mut() else { return Ok(()) };
        if text == "<<" && style == ScalarStyle::Plain {
            let hint = "repeat what it merges, or name a whole value by an alias: `key: *anchor`";
            return Err((span, Problem::new("merge keys are no part of YAML 1.2").hint(hint)));
        }
        if let Some(first) = keys.insert(text.to_string(), span) {
            let line = self.text[..first.start].matches('\n').count() + 1;
            return Err((span, repeated(text, line)));
        }
        *key = Some((text.to_string(), span));
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Taken {
        if self.expects_key() {
            return Err((span, self.not_a_key(span)));
        }
        let Some(Named { node, size, depth }) = self.anchors.get(&anchor).cloned() else {
            return Err((span, Problem::new("the alias stands inside what it names")));
        };
        if self.open.len() + depth > DEEPEST + 1 {
            return Err((span, too_deep()));
        }
        self.count(size, span)?;
        self.place(node);
        Ok(())
    }

    fn finished(&mut self, node: Node, anchor: usize) -> Taken {
        self.count(1, node.span)?;
        if anchor > 0 {
            let (size, depth) = measure(&node);
            self.count(size, node.span)?;
            self.anchors.insert(anchor, Named { node: node.clone(), size, depth });
        }
        self.place(node);
        Ok(())
    }

    fn count(&mut self, size: usize, span: Span) -> Taken {
        self.nodes += size;
        if self.nodes <= MOST_NODES {
            return Ok(());
        }
        let problem = Problem::new(format!("the file holds more than {MOST_NODES} values"));
        Err((span, problem.hint("an alias counts as everything that it stands for")))
    }

    /// Puts a node where it belongs.
    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(Open { data: Data::List(elements), .. }) => elements.push(node),
            Some(Open { data: Data::Mapping(members), key, .. }) => {
                if let Some((key, key_span)) = key.take() {
                    members.push(Member { key, key_span, value: node });
                }
            }
            _ => self.root = Some(node),
        }
    }
}

/// How many nodes there are and how many levels.
fn measure(node: &Node) -> (usize, usize) {
    let parts: Vec<_> = match &node.data {
        Data::List(elements) => elements.iter().map(measure).collect(),
        Data::Mapping(members) => members.iter().map(|member| measure(&member.value)).collect(),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => Vec::new(),
    };
    let sum = |(size, deepest): (usize, usize), (other, depth): &(usize, usize)| {
        (size + other, deepest.max(*depth))
    };
    let (size, depth) = parts.iter().fold((0, 0), sum);
    (size + 1, depth + 1)
}

/// What a scalar means (YAML 1.2.2, section 10.3).
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Data, Problem> {
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => {
            return Ok(Data::String(text.to_string()));
        }
        Some(tag) => return Err(no_tag(tag)),
        None => {}
    }
    if style != ScalarStyle::Plain {
        return Ok(Data::String(text.to_string()));
    }
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "true" | "True" | "TRUE" => Data::Bool(true),
        "false" | "False" | "FALSE" => Data::Bool(false),
        _ => number(text).map_or_else(|| Data::String(text.to_string()), Data::Number),
    })
}

fn number(text: &str) -> Option<Number> {
    let radix = |prefix, radix| u64::from_str_radix(text.strip_prefix(prefix)?, radix).ok().map(Number::from);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Some(number);
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let text = text.strip_prefix('+').unwrap_or(text);
        return text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from)).ok();
    }
    // The core schema's floats are Rust's, less the words for infinity, which do not begin with a digit.
    text.parse().ok().and_then(Number::from_f64)
}

fn no_tag(tag: &Tag) -> Problem {
    Problem::new(format!("the tag `{tag}` means nothing here")).hint("write the value without a tag")
}

/// The parser's words, and what usually is the cause.
fn explain(text: &str, at: usize, info: &str) -> Problem {
    if info.contains("recursion limit") {
        return too_deep();
    }
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    let line = &text[line_start..line_end];
    let indent = &line[..line.len() - line.trim_start().len()];
    let hint = if indent.contains('\t') {
        Some("indent with spaces; YAML takes no tabs there")
    } else if line.contains(": ") && info.contains("mapping values") {
        Some("a text that holds `: ` stands in quotes")
    } else if line.trim_start().starts_with("{{") || line.contains(": {{") || line.contains("- {{") {
        Some("a text that begins with `{{` stands in quotes")
    } else if line.contains(": [") || line.contains(": {") || line.contains("- {") || line.contains("- [") {
        Some("a text that begins with a bracket stands in quotes")
    } else if text[at..].starts_with('*') {
        Some("a text that begins with `*` stands in quotes")
    } else if info.contains("quoted scalar") {
        Some("close the quotes")
    } else {
        None
    };
    Problem::new(format!("this is no YAML: {info}")).maybe_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn scalars_follow_the_core_schema() {
        let text = "[~, null, '', yes, on, True, false, 1, -7, +3, 0x1f, 0o17, 18446744073709551615, 1.50, 1e3, .5,\
                    1_000, 2026-01-02, .inf, '1', !!str 2, a: b, 0x, 1.2.3]";
        let wanted = json!([
            null, null, "", "yes", "on", true, false, 1, -7, 3, 31, 15, u64::MAX, 1.5, 1000.0, 0.5,
            "1_000", "2026-01-02", ".inf", "1", "2", {"a": "b"}, "0x", "1.2.3"
        ]);
        assert_eq!(read(text).unwrap().to_value(), wanted);
        assert_eq!(read("").unwrap().to_value(), Value::Null);
        assert_eq!(read("# nothing\n---\n...\n").unwrap().to_value(), Value::Null);
    }

    #[test]
    fn spans_are_the_text_of_the_value() {
        let text = "é: ü x # y\nlist:\n  - one\n  - {k: \"v\"}\nblock: |\n  a\n  b\nend: 1\n";
        let node = read(text).unwrap();
        let Data::Mapping(members) = &node.data else { panic!("{node:?}") };
        let shown: Vec<_> =
            members.iter().map(|m| (&text[m.key_span.range()], &text[m.value.span.range()])).collect();
        assert_eq!(shown[0], ("é", "ü x"));
        assert_eq!(shown[1], ("list", "- one\n  - {k: \"v\"}"));
        assert_eq!(shown[2], ("block", "a\n  b"));
        assert_eq!(shown[3], ("end", "1"));
    }

    #[test]
    fn aliases_stand_for_values_and_bombs_do_not_go_off() {
        assert_eq!(
            read("a: &x {k: [1]}\nb: *x").unwrap().to_value(),
            json!({"a": {"k": [1]}, "b": {"k": [1]}})
        );
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
        for level in 1..12 {
            let alias = format!("*a{}, ", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", alias.repeat(10));
        }
        let (_, problem) = read(&bomb).unwrap_err();
        assert!(problem.message.contains("more than 100000 values"), "{problem}");
        let mut tower = String::from("a0: &a0 [x]\n");
        for level in 1..100 {
            tower += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
        }
        let (_, problem) = read(&tower).unwrap_err();
        assert!(problem.message.contains("levels deep"), "{problem}");
    }

    #[test]
    fn mistakes_have_places() {
        let check = |text: &str, start: usize, message: &str| {
            let (span, problem) = read(text).unwrap_err();
            assert!(problem.to_string().contains(message), "{text}: {problem}");
            assert_eq!(span.start, start, "{text}: {problem}");
        };
        assert!(read(&"[".repeat(100_000)).unwrap_err().1.message.contains("levels deep"));
        check("a: 1\nb: 2\na: 3", 10, "it stands in line 1 already");
        check("a:\n\tb: 1", 4, "tab");
        check("a: {{x}}", 4, "begins with `{{` stands in quotes");
        check("a: b: c", 4, "in quotes");
        check("a: \"x", 3, "quote");
        check("a: *x", 3, "begins with `*` stands in quotes");
        check("<<: 1", 0, "merge keys");
        check("a: !env X", 3, "tag");
        check("a: 1\n---\nb: 2", 5, "second document");
        check("? [1]\n: 2", 2, "a key is a text");
        check(&"[".repeat(100), 65, "levels deep");
        check(&"a: {".repeat(100), 259, "levels deep");
    }

    /// Nothing that a file may hold takes the reader down.
    #[test]
    fn odd_texts_do_no_harm() {
        for text in [
            "&a [*a]", "&a a: *a", "*a", "- - - -", "]", "}", "|", ">", "%", "@", "`", "!", "&", "*", "? ",
            ": ",
        ] {
            let _ = read(text);
        }
    }
}
