//! Why a guard does not hold, in one line.

use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;

use super::evaluate::Run;
use super::node::{Kind, Node};
use super::value::Val;

/// The longest explanation, in characters.
const LENGTH: usize = 200;
/// The longest value in it, in bytes.
const VALUE: usize = 60;
/// How many values it has at most.
const VALUES: usize = 3;

/// The first part of the guard that is false, with what its operands are; or why it could not be evaluated.
pub(crate) fn explain<'v>(source: &'v str, node: &'v Node, run: &mut Run<'v>) -> Option<String> {
    match run.truth(node) {
        Ok(true) => return None,
        Ok(false) => {}
        Err(reason) => return Some(cut(&reason)),
    }
    let parts = match &node.kind {
        Kind::All(parts) => parts.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let part = parts.iter().find(|part| run.truth(part) == Ok(false)).unwrap_or(node);
    let mut told = Vec::new();
    operands(part, &mut |operand| {
        if told.len() < VALUES && !told.iter().any(|(at, _)| *at == operand.at) {
            let value = run.eval(operand).map_or_else(|reason| reason, |value| shown(&value));
            told.push((operand.at.clone(), value));
        }
    });
    let one_line = |at: &Range<usize>| source[at.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
    let values = told.iter().map(|(at, value)| format!("{} is {value}", one_line(at)));
    let values = values.collect::<Vec<_>>().join(", ");
    let values = if values.is_empty() { "is false" } else { &values };
    Some(cut(&format!("{}: {values}", one_line(&part.at))))
}

/// The parts of a condition whose values tell why it is false.
fn operands<'v>(node: &'v Node, tell: &mut impl FnMut(&'v Node)) {
    let mut value = |node: &'v Node| {
        if !matches!(node.kind, Kind::Constant(_) | Kind::TypeName(_) | Kind::List(_) | Kind::Map(_)) {
            tell(node);
        }
    };
    match &node.kind {
        Kind::All(parts) | Kind::Any(parts) => parts.iter().for_each(|part| operands(part, tell)),
        Kind::Not(operand) => match &operand.kind {
            Kind::Field(..) | Kind::Index(_) | Kind::Root(_) => value(operand),
            _ => operands(operand, tell),
        },
        Kind::Binary(_, parts) => parts.iter().for_each(value),
        Kind::Call(_, args) => args.iter().for_each(value),
        Kind::Matches(operand, _) | Kind::Has(operand, _) => value(operand),
        Kind::Loop(_, looped) => value(&looped.over),
        _ => value(node),
    }
}

/// A value as JSON, cut short.
fn shown(value: &Val<'_>) -> String {
    let text = match value {
        Val::Array(items) => json(items),
        Val::Object(members) => json(members),
        Val::Text(text) => json(&**text),
        Val::Int(int) => int.to_string(),
        Val::Double(double) => double.to_string(),
        Val::Bool(value) => value.to_string(),
        Val::Null => "null".into(),
        Val::Type(of) => of.name().into(),
        Val::List(items) => {
            let items = items.iter().take(VALUE).map(shown).collect::<Vec<_>>();
            format!("[{}]", items.join(","))
        }
        Val::Map(entries) => {
            let entries = entries.iter().take(VALUE);
            let entries = entries.map(|(key, value)| format!("{}:{}", json(&**key), shown(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
    };
    shorten(text, VALUE)
}

/// The beginning of a value's JSON; what comes after it is not written at all.
fn json(value: &(impl Serialize + ?Sized)) -> String {
    struct Begin(Vec<u8>);
    impl Write for Begin {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.len() > VALUE {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.0.extend_from_slice(&bytes[..bytes.len().min(VALUE + 1)]);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut begin = Begin(Vec::new());
    // It ends early where the value is longer than what is shown.
    let _ = serde_json::to_writer(&mut begin, value);
    String::from_utf8_lossy(&begin.0).into_owned()
}

fn cut(text: &str) -> String {
    shorten(text.to_owned(), LENGTH)
}

fn shorten(mut text: String, length: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(length) {
        text.truncate(end);
        text.push('…');
    }
    text
}
