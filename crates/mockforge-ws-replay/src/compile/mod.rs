//! From a file's bytes to a script, or to everything that is wrong with it.

mod arena;
mod assign;
mod explain;
mod fields;
mod flow;
mod header;
mod json;
mod line;
mod payload;
mod report;
mod scan;
mod slots;
mod source;
mod spin;
mod wait;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use mockforge_ws_diagnostic::{Diagnostic, Problem, Severity};
use mockforge_ws_match::Pattern;
use mockforge_ws_template as template;
use serde_json::Value;

pub(crate) use self::fields::LONGEST;
pub(crate) use self::json::string_end;

use self::arena::Arena;
use self::fields::Field;
use self::json::Member;
use self::report::{Report, Row};
use crate::keys::LineKey;
use crate::script::{Inner, Line, Payload};
use crate::words::OnEnd;
use crate::{Header, Script};

/// How a script is compiled.
#[derive(Debug, Clone)]
pub struct Options {
    /// The file's name as diagnostics and facts say it.
    pub file: Arc<str>,
    /// How templates are compiled. Its dialect is that of patterns too; the script's header may choose
    /// another, and adds its variables, which win over those here.
    pub template: template::Options,
}

impl Options {
    /// The defaults for a file of that name.
    pub fn new(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), template: template::Options::default() }
    }
}

/// What came of compiling a script.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The script, unless there was an error.
    pub script: Option<Script>,
    /// All mistakes in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles a script (JSONL, version 1).
///
/// Every mistake of the file is reported at once, with its place. The messages of a script are copied into
/// blocks of their own, so `source` need not be kept.
///
/// ```
/// use mockforge_ws_replay::{Options, compile};
///
/// let source = r#"
/// {"text":"HELLO {{uuid}}","waitFor":"^CLIENT_READY$"}
/// {"ts":10,"txt":"welcome"}
/// "#;
/// let compiled = compile(source, &Options::new("hello.jsonl"));
/// assert!(compiled.script.is_none());
/// assert_eq!(compiled.diagnostics[0].to_string(), "hello.jsonl:3:10: error: unknown key `txt`");
/// assert_eq!(compiled.diagnostics[0].hint.as_deref(), Some("did you mean `text`?"));
/// ```
pub fn compile(source: impl AsRef<[u8]>, options: &Options) -> Compiled {
    let mut compiler = Compiler {
        report: Report::new(Arc::clone(&options.file)),
        templates: options.template.clone(),
        header: Header::default(),
        arena: Arena::default(),
        patterns: HashMap::new(),
        templated: HashMap::new(),
        lines: Vec::new(),
        labels: Vec::new(),
        named: HashMap::new(),
        jumps: Vec::new(),
        ends: Vec::new(),
        unread: Vec::new(),
        idle: None,
        before: Before { ts: 0, goes_on: false },
        renders: false,
    };
    let script = compiler.file(source.as_ref()).filter(|_| !compiler.report.failed());
    Compiled { script, diagnostics: compiler.report.finish() }
}

struct Compiler<'s> {
    report: Report,
    templates: template::Options,
    header: Header,
    arena: Arena,
    /// By their text, for scripts wait for the same thing again and again.
    patterns: HashMap<&'s str, Pattern>,
    /// Messages to render, by the key that holds them and their text.
    templated: HashMap<(LineKey, &'s str), Payload>,
    lines: Vec<Line>,
    /// In the order of the file.
    labels: Vec<Label<'s>>,
    /// By name, the place among them.
    named: HashMap<Cow<'s, str>, usize>,
    jumps: Vec<Jump<'s>>,
    /// Where `onEnd` is said.
    ends: Vec<End<'s>>,
    /// Lines that are no JSON.
    unread: Vec<&'s str>,
    /// The last line, where it does nothing but let time pass.
    idle: Option<Row<'s>>,
    before: Before,
    renders: bool,
}

struct Label<'s> {
    name: Cow<'s, str>,
    index: u32,
    row: Row<'s>,
    raw: &'s str,
    used: bool,
}

struct Jump<'s> {
    from: u32,
    /// Which way of a `branch` line.
    way: Option<usize>,
    to: Cow<'s, str>,
    row: Row<'s>,
    raw: &'s str,
}

struct End<'s> {
    /// `None` for the header.
    index: Option<u32>,
    what: OnEnd,
    row: Row<'s>,
    raw: &'s str,
}

/// What the next line needs to know of the line before it.
struct Before {
    ts: u64,
    /// Whether the next line follows it.
    goes_on: bool,
}

impl<'s> Compiler<'s> {
    fn file(&mut self, source: &'s [u8]) -> Option<Script> {
        let text = source::text(source, &mut self.report)?;
        self.names(text);
        let mut members = Vec::new();
        let mut first = true;
        for row in source::rows(text) {
            match json::members(row.text, &mut members) {
                Ok(()) if is_header(&members) => {
                    if !self.header(row, &members, first) {
                        return None;
                    }
                }
                Ok(()) => self.line(row, &members),
                Err(refusal) => {
                    if !self.report.is_full() {
                        self.unread.push(row.text);
                    }
                    let (span, problem) = explain::explain(row.text, &refusal);
                    self.report.at(Severity::Error, row, span, problem);
                }
            }
            first = false;
        }
        if self.lines.is_empty() && self.unread.is_empty() {
            let hint = "one JSON object a line: {\"ts\":0,\"text\":\"hello\"}";
            self.report.whole(Severity::Warning, Problem::new("the script has no lines").hint(hint));
        }
        let flow = self.flow()?;
        self.lines.shrink_to_fit();
        Some(Script(Arc::new(Inner {
            file: Arc::clone(self.report.file()),
            header: std::mem::take(&mut self.header),
            on_end: flow.on_end,
            lines: std::mem::take(&mut self.lines).into(),
            labels: flow.labels,
            stops: flow.stops,
            last_wait: flow.last_wait,
            cyclic: flow.cyclic,
            renders: self.renders,
        })))
    }

    fn field(&mut self, row: Row<'s>, name: &'static str, raw: &'s str) -> Field<'_, 's> {
        Field { report: &mut self.report, row, name, raw }
    }

    /// A value that is valid JSON, which a tree may still not be able to hold.
    fn json_value(&mut self, row: Row<'s>, raw: &'s str) -> Option<Value> {
        let error = match serde_json::from_str(raw) {
            Ok(value) => return Some(value),
            Err(error) => error.to_string(),
        };
        let problem = match error.contains("recursion") {
            true => Problem::new("the value is nested more than 128 deep"),
            false => fields::lone_surrogate(),
        };
        self.report.error(row, raw, problem);
        None
    }

    /// The index of the line that is being read.
    fn index(&self) -> u32 {
        u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
    }
}

fn is_header(members: &[Member<'_>]) -> bool {
    members.iter().any(|member| member.key == "\"mockforge\"")
}
