//! A JSON value with templates in its strings, compiled to one flat run of segments.

use std::fmt;
use std::sync::Arc;

use mockforge_ws_core::Cx;
use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

use crate::out::{Out, escaped};
use crate::program::{Branch, Expr, Node, estimate};
use crate::{Options, Scope, is_plain, parse, run};

/// A JSON value with `{{expressions}}` in its strings, keys included; compiled once; clones share it.
///
/// A string that is exactly one expression becomes the value itself with its type; in any other string the
/// values stand as text, escaped. So what is rendered is always JSON, unless it was cut at the limit.
///
/// Displays as it was written, without white space.
///
/// ```
/// use mockforge_ws_template::{JsonTemplate, Options};
/// use serde_json::json;
///
/// let options = Options::default();
/// let template = JsonTemplate::parse(&json!({ "id": "{{$.id}}", "text": "hi {{$.user}}" }), &options);
/// assert_eq!(template.unwrap().literal(), None);
///
/// let problems = JsonTemplate::parse(&json!({ "a": [1, "{{uid}}"] }), &options).unwrap_err();
/// assert_eq!(problems[0].path, ["a".into(), 1.into()]);
/// ```
#[derive(Clone)]
pub struct JsonTemplate {
    inner: Inner,
}

#[derive(Clone)]
enum Inner {
    /// Serialized.
    Plain(Arc<str>),
    Compiled(Arc<Compiled>),
}

struct Compiled {
    source: Box<str>,
    nodes: Box<[Node]>,
    estimate: usize,
    /// What it always renders as, where it reads nothing.
    literal: Option<Box<str>>,
}

impl JsonTemplate {
    /// Compiles a value.
    ///
    /// # Errors
    /// All that is wrong with its templates: each problem has the path to its string and the bytes within
    /// it. A problem of a key has the path to the member and no bytes.
    pub fn parse(value: &Value, options: &Options) -> Result<Self, Vec<Problem>> {
        let source = value.to_string();
        if !options.expand || is_plain(&source) {
            return Ok(Self { inner: Inner::Plain(source.into()) });
        }
        let mut builder = Builder { options, nodes: Vec::new(), text: String::new() };
        builder.value(value)?;
        builder.flush();
        let nodes = builder.nodes;
        let literal = match &nodes[..] {
            [Node::Text(text)] => Some(text.clone()),
            _ => None,
        };
        let estimate = estimate(&nodes);
        let compiled = Compiled { source: source.into(), nodes: nodes.into(), estimate, literal };
        Ok(Self { inner: Inner::Compiled(Arc::new(compiled)) })
    }

    /// What every rendering gives, where that is always the same.
    pub fn literal(&self) -> Option<&str> {
        match &self.inner {
            Inner::Plain(text) => Some(text),
            Inner::Compiled(compiled) => compiled.literal.as_deref(),
        }
    }

    /// Appends a rendering to `out`: JSON without white space, with the same limits and facts as
    /// [`Template::render`](crate::Template::render). A missing value is `null`.
    pub fn render(&self, scope: &Scope<'_>, cx: &mut Cx<'_>, out: &mut String) {
        match &self.inner {
            Inner::Plain(text) => run::literal(text, cx, out),
            Inner::Compiled(compiled) => {
                run::render(&compiled.nodes, compiled.estimate, scope, cx, out, true);
            }
        }
    }

    /// Renders to a value. A rendering that was cut at the limit is no JSON any more and comes as a string.
    pub fn value(&self, scope: &Scope<'_>, cx: &mut Cx<'_>) -> Value {
        if let Inner::Compiled(compiled) = &self.inner
            && let [Node::Value(expr)] = &*compiled.nodes
        {
            return run::value(expr, scope, cx);
        }
        let mut text = String::new();
        self.render(scope, cx, &mut text);
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }
}

impl fmt::Display for JsonTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.inner {
            Inner::Plain(text) => text,
            Inner::Compiled(compiled) => &compiled.source,
        })
    }
}

impl fmt::Debug for JsonTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JsonTemplate").field(&self.to_string()).finish()
    }
}

/// Flattens a value to segments. Text collects until something has to be rendered.
struct Builder<'o> {
    options: &'o Options,
    nodes: Vec<Node>,
    text: String,
}

impl Builder<'_> {
    /// Appends a value; goes on after a mistake to find the others.
    fn value(&mut self, value: &Value) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        match value {
            Value::String(text) => problems.extend(self.string(text, true).err().into_iter().flatten()),
            Value::Array(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.text.push(',');
                    }
                    let found = self.value(item).err().into_iter().flatten();
                    problems.extend(found.map(|problem| problem.under(index)));
                }
                self.text.push(']');
            }
            Value::Object(members) => {
                self.text.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        self.text.push(',');
                    }
                    let found = self.string(key, false).err().into_iter().flatten();
                    problems.extend(found.map(|problem| {
                        let message = format!("in the key: {}", problem.message);
                        Problem { span: None, message, ..problem }.under(key.as_str())
                    }));
                    self.text.push(':');
                    let found = self.value(value).err().into_iter().flatten();
                    problems.extend(found.map(|problem| problem.under(key.as_str())));
                }
                self.text.push('}');
            }
            scalar => self.text.push_str(&scalar.to_string()),
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Appends a string; `typed` where one expression alone gives its value.
    fn string(&mut self, text: &str, typed: bool) -> Result<(), Vec<Problem>> {
        if is_plain(text) {
            self.quoted(text);
            return Ok(());
        }
        let mut nodes = parse::parse(text, self.options)?;
        if typed && let [Node::Expr(_)] = &nodes[..] {
            match nodes.pop() {
                Some(Node::Expr(Expr::Const(value))) => self.text.push_str(&value.to_string()),
                Some(Node::Expr(expr)) => self.push(Node::Value(expr)),
                _ => {}
            }
            return Ok(());
        }
        self.text.push('"');
        for node in nodes {
            match node {
                Node::Text(text) => escaped(&text, |piece| self.text.push_str(piece)),
                Node::Expr(Expr::Const(value)) => {
                    Out::new(&mut self.text, usize::MAX, true).value(&value);
                }
                node => self.push(escape(node)),
            }
        }
        self.text.push('"');
        Ok(())
    }

    fn quoted(&mut self, text: &str) {
        Out::new(&mut self.text, usize::MAX, false).quoted(text);
    }

    fn push(&mut self, node: Node) {
        self.flush();
        self.nodes.push(node);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.nodes.push(Node::Text(std::mem::take(&mut self.text).into()));
        }
    }
}

/// The same segment with the texts in it as they stand inside a JSON string.
fn escape(node: Node) -> Node {
    let all = |nodes: Box<[Node]>| nodes.into_iter().map(escape).collect();
    match node {
        Node::Text(text) => {
            let mut whole = String::with_capacity(text.len());
            escaped(&text, |piece| whole.push_str(piece));
            Node::Text(whole.into())
        }
        Node::Expr(_) | Node::Value(_) => node,
        Node::If { branches, otherwise } => Node::If {
            branches: branches
                .into_iter()
                .map(|branch| Branch { body: all(branch.body), ..branch })
                .collect(),
            otherwise: all(otherwise),
        },
        Node::Each { over, body, otherwise } => {
            Node::Each { over, body: all(body), otherwise: all(otherwise) }
        }
        Node::Repeat { count, body, otherwise } => {
            Node::Repeat { count, body: all(body), otherwise: all(otherwise) }
        }
    }
}
