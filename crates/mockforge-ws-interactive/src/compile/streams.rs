//! `streams:`.

use std::sync::Arc;

use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

use super::{ACTION_KEYS, At, Compiler};
use crate::rules::{Compiled, Rule};
use crate::stream::{Rows, Stream};

/// The keys of a stream.
pub(crate) const STREAM_KEYS: &[&str] = &[
    "every",
    "jitter",
    "text",
    "json",
    "base64",
    "hex",
    "snapshot",
    "count",
    "rows",
    "loop",
    "gap",
    "duplicate",
    "to",
    "end",
];

impl Compiler<'_> {
    pub(super) fn streams(&mut self, at: &At<'_>, compiled: &mut Compiled) {
        let Value::Object(map) = at.value else {
            let problem =
                Problem::new(format!("`streams` is a mapping of names to streams, found {}", at.kind()));
            return self.problem(at, problem);
        };
        for (name, value) in map {
            let at = at.under(name.as_str(), value);
            if let Some(stream) = self.stream(name, &at) {
                compiled.streams.push(stream);
            }
        }
    }

    fn stream(&mut self, name: &str, at: &At<'_>) -> Option<Stream> {
        let fields = self.object(at, STREAM_KEYS, "an object with `every` and a message")?;
        let get = |key: &str| fields.iter().find(|(known, _)| *known == key).map(|(_, at)| at.clone());
        let every = match get("every") {
            Some(every) => self.period(&every, "every"),
            None => {
                let problem = Problem::new("a stream says how often: `every`");
                self.problem(at, problem.hint("for example `every: 100ms`"));
                None
            }
        };
        let jitter = get("jitter").and_then(|jitter| self.duration(&jitter, "jitter")).unwrap_or_default();
        let payload = self.payload(at, "a stream");
        let snapshot = get("snapshot").and_then(|snapshot| {
            let keys = ["text", "json", "base64", "hex"];
            self.object(&snapshot, &keys, "an object with `text`, `json`, `base64` or `hex`")?;
            self.payload(&snapshot, "a snapshot")
        });
        let count = get("count").and_then(|count| self.count(&count, "count"));
        let is_loop = get("loop").and_then(|is_loop| self.boolean(&is_loop, "loop")).unwrap_or_default();
        let rows = get("rows").and_then(|rows| self.rows(&rows, is_loop));
        if is_loop && get("rows").is_none() {
            self.problem(at, Problem::new("`loop` has no effect without `rows`"));
        }
        let gap = get("gap").and_then(|gap| self.probability(&gap, "gap")).unwrap_or_default();
        let duplicate =
            get("duplicate").and_then(|at| self.probability(&at, "duplicate")).unwrap_or_default();
        let room = match get("to") {
            Some(to) => Some(self.address(&to)?),
            None => None,
        };
        let end = get("end").and_then(|end| self.stream_end(&end));
        if end.is_some() && count.is_none() && (rows.is_none() || is_loop) {
            let problem = Problem::new("`end` has no effect: the stream has no last message");
            self.problem(at, problem.hint("give it a `count`, or `rows` without `loop`"));
        }
        let (every, payload) = (every?, payload?);
        Some(Stream {
            name: name.into(),
            every,
            jitter,
            payload,
            snapshot,
            count,
            rows,
            gap,
            duplicate,
            end,
            room,
        })
    }

    fn stream_end(&mut self, at: &At<'_>) -> Option<Rule> {
        let fields = self.object(at, ACTION_KEYS, "an object with `reply` or another action")?;
        let actions = self.actions(at, &fields)?;
        Some(Rule::plain(at.place(), actions))
    }

    fn rows(&mut self, at: &At<'_>, is_loop: bool) -> Option<Rows> {
        let all: Arc<[Value]> = match at.value {
            Value::Array(rows) => rows.as_slice().into(),
            Value::String(name) => match &self.options.rows {
                Some(find) => self.take(find(name).map_err(|problem| vec![problem]), at)?.into(),
                None => {
                    let problem = Problem::new("rows can't be read from a file here");
                    self.problem(at, problem.hint("write them as a list"));
                    return None;
                }
            },
            _ => {
                let problem = Problem::new("`rows` is the name of a `.csv` or `.jsonl` file, or a list");
                self.problem(at, problem);
                return None;
            }
        };
        if all.is_empty() {
            self.problem(at, Problem::new("there are no rows"));
            return None;
        }
        Some(Rows { all, is_loop })
    }
}
