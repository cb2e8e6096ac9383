//! Guards and expressions of interactive rules, in CEL.
//!
//! The language is the [Common Expression Language](https://cel.dev) with `$` for the message's JSON. The crate
//! `cel` parses it; names, functions and types are checked here, when a rule is compiled, and evaluation borrows
//! what it looks at. Nothing here has an effect, and what a message may cost is bounded.

mod arithmetic;
mod bounds;
mod compare;
mod convert;
mod dollar;
mod evaluate;
mod explain;
mod functions;
mod lower;
mod node;
mod operators;
mod spans;
mod syntax;
mod tokens;
mod types;
mod value;
mod vocabulary;

use std::fmt;
use std::sync::Arc;

use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

use evaluate::{Made, Run};
use lower::Typed;
use node::Node;
use spans::Spans;
use types::Type;

pub use vocabulary::{Declared, Named, Names, Vocabulary};

/// A condition: true or false, for a message and what surrounds it. A clone is a reference.
///
/// Displayed as it is written.
///
/// ```
/// use mockforge_ws_interactive::{Guard, Vocabulary};
/// use serde_json::json;
///
/// let guard = Guard::parse("size($.user) > 0 && $.age >= 18", &Vocabulary::default()).unwrap();
/// let names = |message| serde_json::Map::from_iter([("$".to_owned(), message)]);
///
/// assert_eq!(guard.holds(&names(json!({ "user": "Ada", "age": 36.5 }))), Ok(true));
/// assert_eq!(guard.holds(&names(json!({ "user": "Ada" }))), Err("`$.age` is missing".into()));
///
/// let message = names(json!({ "user": "", "age": 36 }));
/// assert_eq!(guard.explain(&message).unwrap(), "size($.user) > 0: size($.user) is 0");
/// ```
#[derive(Clone)]
pub struct Guard(Arc<Compiled>);

/// An expression of any value. A clone is a reference.
///
/// Displayed as it is written.
///
/// ```
/// use mockforge_ws_interactive::{Expression, Vocabulary};
/// use serde_json::json;
///
/// let total = Expression::parse("$.price * $.count", &Vocabulary::default()).unwrap();
/// let names = serde_json::Map::from_iter([("$".to_owned(), json!({ "price": 2.5, "count": 3 }))]);
/// assert_eq!(total.value(&names), Ok(json!(7.5)));
/// ```
#[derive(Clone)]
pub struct Expression(Arc<Compiled>);

struct Compiled {
    source: Box<str>,
    node: Node,
}

impl Guard {
    /// Compiles a condition.
    ///
    /// # Errors
    /// All mistakes, each with the bytes of `text` that it is about: of the syntax, names and functions that
    /// there are not, values of types that certainly don't fit, and a result that is neither true nor false.
    ///
    /// ```
    /// use mockforge_ws_interactive::{Guard, Vocabulary};
    ///
    /// let problems = Guard::parse("size($.user) + stat.x", &Vocabulary::default()).unwrap_err();
    /// assert_eq!(problems[0].to_string(), "no such name `stat` (did you mean `state`?)");
    /// assert_eq!(problems[0].span, Some(15..19));
    /// ```
    pub fn parse(text: &str, vocabulary: &Vocabulary<'_>) -> Result<Self, Vec<Problem>> {
        let (node, of) = compile(text, vocabulary)?;
        if !of.may_be(&[Type::Bool]) {
            let what = format!("a guard gives true or false, this gives {}", of.words());
            let problem = Problem::new(what).at(node.at.clone());
            return Err(vec![problem.maybe_hint(operators::compared(of, &node, text))]);
        }
        Ok(Self(Compiled::new(text, node)))
    }

    /// Whether the condition holds.
    ///
    /// # Errors
    /// In plain words why that can't be told: a field that is missing, a value of the wrong type, a number out of
    /// bounds, too much work.
    pub fn holds(&self, names: &dyn Names) -> Result<bool, String> {
        let made = Made::default();
        Run::new(&self.0.source, names, &made).truth(&self.0.node)
    }

    /// Why the condition does not hold, in one line of at most about 200 characters: the first of the parts
    /// joined by `&&` that is false, with what its operands are, or the error. Nothing where it holds.
    pub fn explain(&self, names: &dyn Names) -> Option<String> {
        let made = Made::default();
        let mut run = Run::new(&self.0.source, names, &made);
        explain::explain(&self.0.source, &self.0.node, &mut run)
    }
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// As of [`Guard::parse`], except that any type of result will do.
    pub fn parse(text: &str, vocabulary: &Vocabulary<'_>) -> Result<Self, Vec<Problem>> {
        compile(text, vocabulary).map(|(node, _)| Self(Compiled::new(text, node)))
    }

    /// The value, as JSON. Whole numbers are whole in it, others are not, even if their value is whole.
    ///
    /// # Errors
    /// As of [`Guard::holds`], and where JSON has no such value.
    pub fn value(&self, names: &dyn Names) -> Result<Value, String> {
        let made = Made::default();
        let mut run = Run::new(&self.0.source, names, &made);
        let value = run.eval(&self.0.node)?;
        value.json(&mut run.budget)
    }
}

impl Compiled {
    fn new(text: &str, node: Node) -> Arc<Self> {
        Arc::new(Self { source: text.into(), node })
    }
}

fn compile(text: &str, vocabulary: &Vocabulary<'_>) -> Result<Typed, Vec<Problem>> {
    if text.len() > bounds::MAX_LENGTH {
        let what = format!("an expression has at most {} bytes, this has {}", bounds::MAX_LENGTH, text.len());
        return Err(vec![Problem::new(what)]);
    }
    let tokens = tokens::tokens(text);
    bounds::check(&tokens).map_err(|problem| vec![problem])?;
    let cel = dollar::rewrite(text, &tokens)?;
    let parsed = syntax::parse(&cel, text, &tokens)?;
    let spans = Spans { source: text, tokens: &tokens, places: &parsed.places };
    lower::lower(&parsed.ast.expr, spans, vocabulary)
}

macro_rules! as_written {
    ($($name:ident)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0.source)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0.source).finish()
            }
        }
    )*};
}

as_written! { Guard Expression }
