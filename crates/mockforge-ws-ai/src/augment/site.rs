//! The lines at which something is generated, and what each wants.

use mockforge_ws_core::{Conn, Cx, Effects, Elapsed};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_template::{JsonTemplate, Options, Scope};
use serde_json::{Map, Value};

use super::script::{Entry, Kind, Said, Script};
use super::write::has_template;
use super::{AugmentOptions, How};

/// How many kinds of messages are shown as examples.
const KINDS: usize = 3;

/// A line of the script at which something is generated.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// Of the entries, which one.
    pub(super) entry: usize,
    /// What is written anew; nothing where messages are inserted.
    pub(super) rewrites: Option<Said>,
    pub(super) form: Form,
    /// Messages of the script that those here are to look like, the nearest first.
    pub(super) examples: Vec<Value>,
    pub(super) messages: Vec<Value>,
    /// Who has generated them.
    pub(super) by: String,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON object: the event itself.
    Object,
    /// A text: the member `text` of the event.
    Text,
}

impl Site {
    /// The site of a line, or why there can be none.
    pub(super) fn new(script: &Script, index: usize, options: &AugmentOptions) -> Result<Self, Problem> {
        let entry = &script.entries[index];
        let refused = |why: &str| Problem::new(format!("line {} is left as it is: {why}", entry.line + 1));
        let (rewrites, models) = match options.how {
            How::Insert => match entry.is_end {
                Some(why) => return Err(refused(&format!("nothing can follow it, for {why}"))),
                None => (None, near(script, index, options.context)),
            },
            How::Rewrite => (Some(rewritable(script, entry).map_err(refused)?), vec![entry]),
        };
        let asked = options.schema.is_some() || !options.examples.is_empty();
        let form = if asked && options.how == How::Insert {
            Form::Object
        } else {
            models.iter().find_map(|entry| form(script, entry)).unwrap_or(Form::Object)
        };
        let examples = match form {
            Form::Object if !asked => examples(script, &models),
            _ => Vec::new(),
        };
        Ok(Self { entry: index, rewrites, form, examples, messages: Vec::new(), by: String::new() })
    }
}

/// The message of a line, where another can take its place.
fn rewritable<'s>(script: &'s Script, entry: &'s Entry) -> Result<Said, &'static str> {
    let said = entry.message.as_ref().ok_or("it has no message to rewrite")?;
    match said.kind {
        _ if entry.is_in => Err("its message is the client's"),
        Kind::Binary => Err("its message is binary"),
        Kind::Json if form(script, entry).is_none() => Err("its message is JSON, but no object"),
        Kind::Json | Kind::Text => Ok(said.clone()),
    }
}

/// What an event has to be in order to stand in for a line's message; nothing where none can.
fn form(script: &Script, entry: &Entry) -> Option<Form> {
    let kind = entry.message.as_ref().filter(|_| !entry.is_in)?.kind;
    let is_object = script.value(entry).is_some_and(|value| value.is_object());
    match kind {
        _ if is_object => Some(Form::Object),
        Kind::Text => Some(Form::Text),
        Kind::Json | Kind::Binary => None,
    }
}

/// The line itself, then those around it, the nearer first and of two that are as near the later.
fn near(script: &Script, index: usize, context: usize) -> Vec<&Entry> {
    let around = (1..=context).flat_map(|far| [index.checked_add(far), index.checked_sub(far)]);
    std::iter::once(Some(index))
        .chain(around)
        .flatten()
        .filter_map(|index| script.entries.get(index))
        .collect()
}

/// Messages that the server sends, one of each type.
fn examples(script: &Script, entries: &[&Entry]) -> Vec<Value> {
    let mut examples: Vec<Value> = Vec::new();
    for example in entries.iter().filter_map(|entry| example(script, entry)) {
        if examples.len() < KINDS && examples.iter().all(|other| other.get("type") != example.get("type")) {
            examples.push(example);
        }
    }
    examples
}

/// The message of a line as it may be sent, where that is a JSON object.
pub(super) fn example(script: &Script, entry: &Entry) -> Option<Value> {
    match script.value(entry).filter(|_| !entry.is_in)? {
        Value::Object(message) => Some(Value::Object(rendered(message, &script.variables))),
        _ => None,
    }
}

/// What a message with templates may look like when it is sent, less what only a session could tell.
fn rendered(message: Map<String, Value>, variables: &Map<String, Value>) -> Map<String, Value> {
    let options =
        Options { vars: variables.clone().into_iter().collect::<Map<_, _>>().into(), ..Options::default() };
    let (mut conn, mut effects) = (Conn::alone("/"), Effects::new());
    let mut cx = Cx::new(&mut conn, &mut effects, Elapsed::ZERO);
    let mut render = |value: Value| {
        if !has_template(&value) {
            return Some(value);
        }
        let template = JsonTemplate::parse(&value, &options).ok()?;
        Some(template.value(&Scope::default(), &mut cx)).filter(|value| !value.is_null())
    };
    message.into_iter().filter_map(|(name, value)| Some((name, render(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCRIPT: &str = r#"{"json":{"type":"hello","id":"{{uuid}}","venue":"{{var.venue}}","for":"{{$.user}}"}}
{"dir":"in","text":"hi"}
{"json":{"type":"bye"}}
{"text":"plain {{uuid}}"}
{"json":[1]}
{"hex":"00"}
{"waitFor":"x"}
{"text":"{\"type\":\"t\"}","close":true}"#;

    fn sites(how: How) -> Vec<Result<(Form, usize), String>> {
        let script = Script::read(SCRIPT).unwrap();
        let options = AugmentOptions { how, context: 2, ..AugmentOptions::default() };
        let site = |index| Site::new(&script, index, &options);
        (0..script.entries.len())
            .map(|index| site(index).map(|site| (site.form, site.examples.len())).map_err(|p| p.message))
            .collect()
    }

    #[test]
    fn what_is_inserted_is_like_what_is_near() {
        use Form::{Object, Text};
        let refused = "line 8 is left as it is: nothing can follow it, for the line closes the connection";
        assert_eq!(
            sites(How::Insert),
            [
                Ok((Object, 2)),
                Ok((Object, 2)),
                Ok((Object, 2)),
                Ok((Text, 0)),
                Ok((Text, 0)),
                Ok((Object, 1)),
                Ok((Object, 1)),
                Err(refused.to_string()),
            ]
        );
    }

    #[test]
    fn only_what_the_server_says_in_words_is_rewritten() {
        let left = |line: usize, why: &str| Err(format!("line {line} is left as it is: {why}"));
        assert_eq!(
            sites(How::Rewrite),
            [
                Ok((Form::Object, 1)),
                left(2, "its message is the client's"),
                Ok((Form::Object, 1)),
                Ok((Form::Text, 0)),
                left(5, "its message is JSON, but no object"),
                left(6, "its message is binary"),
                left(7, "it has no message to rewrite"),
                Ok((Form::Object, 1)),
            ]
        );
    }

    #[test]
    fn examples_are_rendered() {
        let Value::Object(message) = json!({
            "n": "{{randInt 5 5}}", "who": "{{$.user}}", "v": "at {{var.venue}}", "odd": "{{no such}}", "k": 1,
        }) else {
            unreachable!("it is an object")
        };
        let variables = [("venue".to_string(), json!("XNAS"))].into_iter().collect();
        assert_eq!(Value::Object(rendered(message, &variables)), json!({ "n": 5, "v": "at XNAS", "k": 1 }));
    }
}
