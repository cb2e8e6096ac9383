//! A regex and what stands in the place of what it matches, as a pair of texts of their own.

use std::sync::Arc;

use mockforge_ws_core::Cx;
use mockforge_ws_diagnostic::Problem;
use regex::Regex;

use crate::out::Out;
use crate::replace::{self, Part, group_text};
use crate::run::Run;
use crate::{Options, Scope, Template};

/// A regex and the text that stands in the place of each match: a template, in which `$1` and `${name}` outside
/// of `{{…}}` are groups and `$$` is a dollar. Compiled once; clones share it.
///
/// The template is rendered once for all matches, and what it renders is never read again: dollars in values are
/// no groups. A group can't stand inside of a block such as `{{#if}}`.
///
/// ```
/// use mockforge_ws_template::{Options, Substitution};
///
/// let options = Options::default();
/// assert!(Substitution::parse("secret-(\\w+)", "public-$1 of {{query.user}}", &options).is_ok());
///
/// let problems = Substitution::parse("(a", "{{uid}}", &options).unwrap_err();
/// assert_eq!(problems[0].path, ["regex".into()]);
/// let problems = Substitution::parse("(a)", "{{uid}} $2", &options).unwrap_err();
/// assert_eq!(problems[0].path, ["with".into()]);
/// assert_eq!(problems[0].hint.as_deref(), Some("did you mean `uuid`?"));
/// assert_eq!(problems[1].message, "the regex has no group `2`");
/// ```
#[derive(Debug, Clone)]
pub struct Substitution {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    regex: Regex,
    pieces: Box<[Piece]>,
}

#[derive(Debug)]
enum Piece {
    Template(Template),
    Group(usize),
}

impl Substitution {
    /// Compiles both texts.
    ///
    /// # Errors
    /// All that is wrong with them, under the keys `regex` and `with`.
    pub fn parse(regex: &str, with: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        let regex = replace::regex(regex).map_err(|problem| vec![problem.under("regex")])?;
        let mut draft = Draft::new(&regex, options);
        draft.read(with);
        let Draft { pieces, mut problems, .. } = draft;
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
        if problems.is_empty() {
            Ok(Self { inner: Arc::new(Inner { regex, pieces: pieces.into() }) })
        } else {
            Err(problems.into_iter().map(|problem| problem.under("with")).collect())
        }
    }

    /// The text with each match replaced; `None` where the regex matches nowhere.
    ///
    /// It stops at [`Limits::max_message_size`](mockforge_ws_core::Limits) bytes and after some million steps of
    /// searching, with [`Fact::Truncated`](mockforge_ws_core::Fact).
    pub fn apply(&self, text: &str, scope: &Scope<'_>, cx: &mut Cx<'_>) -> Option<String> {
        let Inner { regex, pieces } = &*self.inner;
        if !regex.is_match(text) {
            return None;
        }
        let mut rendered = String::new();
        let mut render = |template: &Template| {
            let start = rendered.len();
            template.render(scope, cx, &mut rendered);
            start..rendered.len()
        };
        let pieces: Vec<_> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Template(template) => Ok(render(template)),
                Piece::Group(group) => Err(*group),
            })
            .collect();
        let run = Run::new(scope, cx);
        let mut replaced = String::new();
        let mut out = Out::new(&mut replaced, run.limit, false);
        let grouped = pieces.iter().any(Result::is_err);
        run.replace_all(regex, text, grouped, &mut out, |out, groups| {
            for piece in &pieces {
                match piece {
                    Ok(range) => out.raw(&rendered[range.clone()]),
                    Err(group) => out.raw(group_text(groups, *group)),
                }
            }
        });
        let cut = out.cut;
        run.finish(cut);
        Some(replaced)
    }
}

/// A replacement that is being read.
struct Draft<'d> {
    regex: &'d Regex,
    options: &'d Options,
    pieces: Vec<Piece>,
    problems: Vec<Problem>,
    /// The template that is not at its end yet.
    template: String,
    /// How much further on than in the template its expressions stand in the text; `None` within where they differ.
    shift: Option<Option<usize>>,
}

impl<'d> Draft<'d> {
    fn new(regex: &'d Regex, options: &'d Options) -> Self {
        let (pieces, problems) = (Vec::new(), Vec::new());
        Self { regex, options, pieces, problems, template: String::new(), shift: None }
    }

    fn read(&mut self, text: &str) {
        let mut at = 0;
        while at < text.len() {
            let opening = if self.options.expand { opening(&text[at..]) } else { None };
            let end = opening.map_or(text.len(), |opening| at + opening);
            self.literal(&text[at..end], at);
            at = end;
            if opening.is_some() {
                let end = at + expression(&text[at..]);
                let shift = Some(at - self.template.len());
                let earlier = self.shift.unwrap_or(shift);
                self.shift = Some(shift.filter(|_| earlier == shift));
                self.template.push_str(&text[at..end]);
                at = end;
            }
        }
        self.flush();
    }

    /// A part of the text without expressions.
    fn literal(&mut self, text: &str, at: usize) {
        let parts = match replace::parts(text, self.regex) {
            Ok(parts) => parts,
            Err(problem) => {
                let span = problem.span.clone().map(|span| at + span.start..at + span.end);
                return self.problems.push(Problem { span, ..problem });
            }
        };
        for part in parts {
            match part {
                Part::Text(part) => self.template.push_str(&part),
                Part::Group(group) => {
                    self.flush();
                    self.pieces.push(Piece::Group(group));
                }
            }
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.template);
        let shift = self.shift.take().flatten();
        if text.is_empty() {
            return;
        }
        match Template::parse(&text, self.options) {
            Ok(template) => self.pieces.push(Piece::Template(template)),
            Err(problems) => self.problems.extend(problems.into_iter().map(|problem| {
                let span = problem.span.clone().zip(shift);
                let span = span.map(|(span, shift)| shift + span.start..shift + span.end);
                Problem { span, ..problem }
            })),
        }
    }
}

/// Where the next expression begins; `\{{` begins none, `\\{{` does.
fn opening(text: &str) -> Option<usize> {
    let is_open = |at: &usize| {
        let backslashes = text[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes % 2 == 0
    };
    text.match_indices("{{").map(|(at, _)| at).find(is_open)
}

/// How long the expression is that a text begins with: to `}}` outside of quotes, or to the end.
fn expression(text: &str) -> usize {
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match quote {
            Some(_) if c == '\\' => drop(chars.next()),
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if text[at..].starts_with("}}") => {
                // A third brace belongs to it.
                let braces = text[at..].bytes().take_while(|byte| *byte == b'}').count();
                return at + braces.min(3);
            }
            None => {}
        }
    }
    text.len()
}
