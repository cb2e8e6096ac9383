//! A template that renders to text.

use std::fmt;
use std::sync::{Arc, LazyLock};

use memchr::memmem;
use mockforge_ws_core::Cx;
use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

use crate::program::{Expr, Node, estimate};
use crate::{Options, Scope, parse, run};

/// A text with `{{expressions}}`, compiled once; clones share it.
///
/// Displays as it was written.
///
/// ```
/// use mockforge_ws_template::{Options, Template};
///
/// let options = Options::default();
/// let template = Template::parse("order {{$.id}} at {{now+1h}}", &options).unwrap();
/// assert_eq!(template.literal(), None);
///
/// let problems = Template::parse("{{randInt 1}} {{uid}}", &options).unwrap_err();
/// assert_eq!(problems[0].message, "`randInt` takes 2 arguments, got 1");
/// assert_eq!(problems[1].hint.as_deref(), Some("did you mean `uuid`?"));
/// ```
#[derive(Clone)]
pub struct Template {
    inner: Inner,
}

#[derive(Clone)]
enum Inner {
    /// As it was written.
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

/// Whether a text has nothing to expand, so that it needs no [`Template`] at all.
///
/// ```
/// assert!(mockforge_ws_template::is_plain("hello"));
/// assert!(!mockforge_ws_template::is_plain("hello {{path.name}}"));
/// ```
pub fn is_plain(text: &str) -> bool {
    OPENING.find(text.as_bytes()).is_none()
}

/// Made once: for a short text that takes longer than to look for it.
static OPENING: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("{{"));

impl Template {
    /// Compiles a text.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of the text; spans are bytes of it.
    pub fn parse(text: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        if !options.expand || is_plain(text) {
            return Ok(Self { inner: Inner::Plain(text.into()) });
        }
        let nodes = parse::parse(text, options)?;
        let (literal, estimate) = (literal(&nodes), estimate(&nodes));
        let compiled = Compiled { source: text.into(), nodes: nodes.into(), estimate, literal };
        Ok(Self { inner: Inner::Compiled(Arc::new(compiled)) })
    }

    /// What every rendering gives, where that is always the same: for text without expressions, or with
    /// constants only. `\{{` is `{{` in it.
    pub fn literal(&self) -> Option<&str> {
        match &self.inner {
            Inner::Plain(text) => Some(text),
            Inner::Compiled(compiled) => compiled.literal.as_deref(),
        }
    }

    /// Appends a rendering to `out`.
    ///
    /// It stops at [`Limits::max_message_size`](mockforge_ws_core::Limits) bytes, between two characters,
    /// with [`Fact::Truncated`](mockforge_ws_core::Fact), and also after some million turns of loops that
    /// write nothing. A value that is not there renders as nothing, with
    /// [`Fact::MissingValue`](mockforge_ws_core::Fact), once for each expression.
    pub fn render(&self, scope: &Scope<'_>, cx: &mut Cx<'_>, out: &mut String) {
        match &self.inner {
            Inner::Plain(text) => run::literal(text, cx, out),
            Inner::Compiled(compiled) => {
                run::render(&compiled.nodes, compiled.estimate, scope, cx, out, false);
            }
        }
    }

    /// Renders to a value: exactly one expression gives its value with its type, anything else a string.
    pub fn value(&self, scope: &Scope<'_>, cx: &mut Cx<'_>) -> Value {
        if let Inner::Compiled(compiled) = &self.inner
            && let [Node::Expr(expr)] = &*compiled.nodes
        {
            return run::value(expr, scope, cx);
        }
        let mut text = String::new();
        self.render(scope, cx, &mut text);
        Value::String(text)
    }
}

/// The text of segments that are the same in every rendering.
fn literal(nodes: &[Node]) -> Option<Box<str>> {
    let mut text = String::new();
    for node in nodes {
        match node {
            Node::Text(piece) => text.push_str(piece),
            Node::Expr(Expr::Const(value)) => match &**value {
                Value::String(value) => text.push_str(value),
                value => text.push_str(&value.to_string()),
            },
            _ => return None,
        }
    }
    Some(text.into())
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.inner {
            Inner::Plain(text) => text,
            Inner::Compiled(compiled) => &compiled.source,
        })
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.to_string()).finish()
    }
}
