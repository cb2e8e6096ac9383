//! From tags to segments: which blocks hold what. Every mistake of a text is found, not only the first.

use std::ops::Range;

use mockforge_ws_diagnostic::{Problem, did_you_mean};
use serde_json::Value;

use crate::Options;
use crate::helpers;
use crate::lex::{self, Kind, Lexed, Tag, Token};
use crate::program::{Branch, Expr, Node};
use crate::space;
use crate::word::{self, Word};

/// How deep blocks nest; segments are walked by recursion.
pub(crate) const MAX_DEPTH: usize = 64;

pub(crate) const BLOCKS: [&str; 4] = ["if", "unless", "each", "repeat"];

/// Compiles a text that has `{{` in it.
pub(crate) fn parse(text: &str, options: &Options) -> Result<Vec<Node>, Vec<Problem>> {
    let Lexed { mut tokens, problems, blocks_lost } = lex::lex(text);
    space::control(text, &mut tokens);
    let mut parser = Parser {
        text,
        options,
        problems,
        loops: Vec::new(),
        open: Vec::new(),
        nodes: Vec::new(),
        quiet: blocks_lost,
    };
    for token in tokens {
        match token {
            Token::Text(range) => parser.literal(range),
            Token::Tag(tag) => parser.tag(&tag),
        }
    }
    parser.finish()
}

pub(crate) struct Parser<'t> {
    pub(crate) text: &'t str,
    pub(crate) options: &'t Options,
    pub(crate) problems: Vec<Problem>,
    /// The loops around the present place, outermost first.
    pub(crate) loops: Vec<LoopScope>,
    open: Vec<Block>,
    nodes: Vec<Node>,
    /// Whether unmatched blocks are the consequence of a mistake that is reported already.
    quiet: bool,
}

/// What a loop offers while it is compiled.
#[derive(Debug)]
pub(crate) struct LoopScope {
    /// Whether it has a `this`.
    pub(crate) each: bool,
    /// The names of `as |item index|`.
    pub(crate) names: Vec<String>,
}

/// A block that is not closed yet.
struct Block {
    name: String,
    span: Range<usize>,
    kind: BlockKind,
    /// What stood before the block.
    before: Vec<Node>,
    /// Whether `{{else}}` was seen.
    otherwise: bool,
}

enum BlockKind {
    If { done: Vec<Branch>, test: Expr, negate: bool },
    Each { over: Expr, body: Vec<Node> },
    Repeat { count: Expr, body: Vec<Node> },
    Unknown,
}

impl BlockKind {
    fn is_loop(&self) -> bool {
        matches!(self, Self::Each { .. } | Self::Repeat { .. })
    }
}

impl<'t> Parser<'t> {
    pub(crate) fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn literal(&mut self, range: Range<usize>) {
        let text = &self.text[range];
        match self.nodes.last_mut() {
            _ if text.is_empty() => {}
            Some(Node::Text(before)) => *before = format!("{before}{text}").into(),
            _ => self.nodes.push(Node::Text(text.into())),
        }
    }

    fn tag(&mut self, tag: &Tag) {
        if tag.kind == Kind::Comment {
            return;
        }
        let words = match word::split(self.text, tag.body.clone()) {
            Ok(words) => words,
            Err(problem) => {
                self.problem(problem);
                self.quiet |= tag.kind != Kind::Value;
                return;
            }
        };
        match tag.kind {
            Kind::Value => {
                if let Some(expr) = self.expression(&words, &tag.span) {
                    self.nodes.push(Node::Expr(expr));
                }
            }
            Kind::Open => self.open(&words, tag),
            Kind::Close => self.close(&words, tag),
            Kind::Else => self.otherwise(&words, tag),
            Kind::Comment => {}
        }
    }

    fn open(&mut self, words: &[Word<'t>], tag: &Tag) {
        let Some((head, rest)) = words.split_first() else {
            self.quiet = true;
            let blocks = BLOCKS.map(|block| format!("`{{{{#{block}}}}}`")).join(", ");
            return self
                .problem(Problem::new(format!("a block wants a name: {blocks}")).at(tag.span.clone()));
        };
        let name = &self.text[head.span.clone()];
        let mut names = Vec::new();
        let kind = match name {
            "if" | "unless" => BlockKind::If {
                done: Vec::new(),
                test: self.argument(name, rest, &tag.span),
                negate: name == "unless",
            },
            "each" => {
                let (rest, params) = self.block_params(rest);
                names = params;
                BlockKind::Each { over: self.argument(name, rest, &tag.span), body: Vec::new() }
            }
            "repeat" => {
                let count = self.argument(name, rest, &tag.span);
                self.check_count(&count, rest);
                BlockKind::Repeat { count, body: Vec::new() }
            }
            _ => {
                let hint = did_you_mean(name, BLOCKS).unwrap_or_else(|| match head.kind {
                    word::Kind::Path(_) => format!("to go through it write `{{{{#each {name}}}}}`"),
                    _ => format!("blocks are {}", BLOCKS.map(|block| format!("`#{block}`")).join(", ")),
                });
                self.problem(
                    Problem::new(format!("no such block `#{name}`")).at(head.span.clone()).hint(hint),
                );
                BlockKind::Unknown
            }
        };
        if self.open.len() == MAX_DEPTH {
            self.problem(Problem::new(format!("blocks nest deeper than {MAX_DEPTH}")).at(tag.span.clone()));
        }
        if kind.is_loop() {
            self.loops.push(LoopScope { each: name == "each", names });
        }
        let before = std::mem::take(&mut self.nodes);
        self.open.push(Block {
            name: name.to_string(),
            span: tag.span.clone(),
            kind,
            before,
            otherwise: false,
        });
    }

    /// The one argument of a block.
    fn argument(&mut self, name: &str, words: &[Word<'t>], tag: &Range<usize>) -> Expr {
        if words.is_empty() {
            let example = match name {
                "repeat" => "3",
                "each" => "$.items",
                _ => "$.name",
            };
            let problem = Problem::new(format!("`#{name}` wants a value"));
            self.problem(problem.at(tag.clone()).hint(format!("as in `{{{{#{name} {example}}}}}`")));
            return nothing();
        }
        let span = words[0].span.start..words[words.len() - 1].span.end;
        let called = words.len() > 1
            && matches!(words[0].kind, word::Kind::Name(name) if helpers::find(name).is_some());
        let args = if called { Vec::new() } else { self.arguments(words) };
        if called || args.len() > 1 {
            let written = &self.text[span.clone()];
            let problem = Problem::new(format!("`#{name}` takes one value"));
            self.problem(
                problem.at(span).hint(format!("a call stands in parentheses: `{{{{#{name} ({written})}}}}`")),
            );
            return nothing();
        }
        args.into_iter().next().and_then(|arg| arg.expr).unwrap_or_else(nothing)
    }

    fn check_count(&mut self, count: &Expr, words: &[Word<'t>]) {
        if let (Expr::Const(value), [word]) = (count, words)
            && value.as_u64().is_none()
        {
            let problem = Problem::new(format!("`#repeat` wants a whole number of times, got {value}"));
            self.problem(problem.at(word.span.clone()));
        }
    }

    /// Splits `as |item index|` from the end of an `{{#each}}`.
    fn block_params<'w>(&mut self, words: &'w [Word<'t>]) -> (&'w [Word<'t>], Vec<String>) {
        let is_as = |word: &Word<'_>| word.kind == word::Kind::Name("as");
        let Some(at) = words.iter().position(is_as).filter(|at| *at > 0) else { return (words, Vec::new()) };
        let mut names = Vec::new();
        if let [open, inner @ .., close] = &words[at + 1..]
            && (&open.kind, &close.kind) == (&word::Kind::Bar, &word::Kind::Bar)
        {
            for word in inner {
                if let word::Kind::Name(name) = word.kind
                    && !name.contains(['.', '@', '/'])
                {
                    names.push(name.to_string());
                }
            }
            if names.len() == inner.len() && matches!(names.len(), 1 | 2) {
                return (&words[..at], names);
            }
        }
        let span = words[at].span.start..words[words.len() - 1].span.end;
        self.problem(
            Problem::new("`as` wants one or two names in bars").at(span).hint("as in `as |item index|`"),
        );
        (&words[..at], Vec::new())
    }

    fn otherwise(&mut self, words: &[Word<'t>], tag: &Tag) {
        let Some(mut block) = self.open.pop() else {
            if !self.quiet {
                self.problem(Problem::new("`{{else}}` stands in no block").at(tag.span.clone()));
            }
            return;
        };
        if block.otherwise && !self.quiet {
            let opened = &self.text[block.span.clone()];
            let problem = Problem::new(format!("a second `{{{{else}}}}` in `{opened}`"));
            self.problem(problem.at(tag.span.clone()));
        }
        let section = std::mem::take(&mut self.nodes);
        let chained = words.split_first().map(|(head, rest)| (&self.text[head.span.clone()], rest));
        match (&mut block.kind, chained) {
            (BlockKind::If { done, test, negate }, chained) => {
                let next = chained.map(|(name, rest)| {
                    if matches!(name, "if" | "unless") {
                        return (self.argument(name, rest, &tag.span), name == "unless");
                    }
                    let problem = Problem::new("`else` goes on with `if`, with `unless`, or with nothing");
                    self.problem(problem.at(tag.span.clone()).hint("as in `{{else if $.name}}`"));
                    (nothing(), false)
                });
                block.otherwise = next.is_none();
                let (next, next_negate) = next.unwrap_or_else(|| (nothing(), false));
                let (test, negate) = (std::mem::replace(test, next), std::mem::replace(negate, next_negate));
                done.push(Branch { test, negate, body: section.into() });
            }
            (BlockKind::Each { body, .. } | BlockKind::Repeat { body, .. }, chained) => {
                if chained.is_some() {
                    let problem =
                        Problem::new(format!("`{{{{else}}}}` of `#{}` takes no condition", block.name));
                    self.problem(problem.at(tag.span.clone()).hint("put an `{{#if}}` after it"));
                }
                if !block.otherwise {
                    *body = section;
                    self.loops.pop();
                }
                block.otherwise = true;
            }
            (BlockKind::Unknown, _) => {}
        }
        self.open.push(block);
    }

    fn close(&mut self, words: &[Word<'t>], tag: &Tag) {
        let written = match words {
            [] => "",
            [first, .., last] => &self.text[first.span.start..last.span.end],
            [only] => &self.text[only.span.clone()],
        };
        let Some(depth) = self.open.iter().rposition(|block| block.name == written) else {
            if !self.quiet {
                let hint = match self.open.last() {
                    Some(block) => {
                        format!("`{}` is closed by `{{{{/{}}}}}`", &self.text[block.span.clone()], block.name)
                    }
                    None => "no block is open here".to_string(),
                };
                let problem = Problem::new(format!("`{{{{/{written}}}}}` closes nothing"));
                self.problem(problem.at(tag.span.clone()).hint(hint));
            }
            return;
        };
        while self.open.len() > depth + 1 {
            self.unclosed();
        }
        self.pop();
    }

    /// Reports the innermost block as never closed, and closes it.
    fn unclosed(&mut self) {
        if let Some(block) = self.open.last()
            && !self.quiet
        {
            let problem = Problem::new(format!("`{}` is never closed", &self.text[block.span.clone()]));
            let problem = problem.at(block.span.clone()).hint(format!("add `{{{{/{}}}}}`", block.name));
            self.problem(problem);
        }
        self.pop();
    }

    /// Closes the innermost block.
    fn pop(&mut self) {
        let Some(block) = self.open.pop() else { return };
        if block.kind.is_loop() && !block.otherwise {
            self.loops.pop();
        }
        let section = std::mem::replace(&mut self.nodes, block.before);
        // What is nested too deeply was reported; it is dropped here, so that dropping it all never recurses
        // far.
        if self.open.len() >= MAX_DEPTH {
            return;
        }
        let (last, otherwise) = if block.otherwise { (None, section) } else { (Some(section), Vec::new()) };
        let otherwise = otherwise.into();
        self.nodes.push(match block.kind {
            BlockKind::If { mut done, test, negate } => {
                done.extend(last.map(|body| Branch { test, negate, body: body.into() }));
                Node::If { branches: done.into(), otherwise }
            }
            BlockKind::Each { over, body } => {
                Node::Each { over, body: last.unwrap_or(body).into(), otherwise }
            }
            BlockKind::Repeat { count, body } => {
                Node::Repeat { count, body: last.unwrap_or(body).into(), otherwise }
            }
            BlockKind::Unknown => return,
        });
    }

    fn finish(mut self) -> Result<Vec<Node>, Vec<Problem>> {
        let open = self.open.len();
        for _ in 0..open {
            self.unclosed();
        }
        if self.problems.is_empty() {
            return Ok(self.nodes);
        }
        self.problems.sort_by_key(|problem| problem.span.as_ref().map_or(0, |span| span.start));
        Err(self.problems)
    }
}

/// What stands for an expression that is missing or wrong; such a template is never rendered.
fn nothing() -> Expr {
    Expr::Const(Box::new(Value::Null))
}
