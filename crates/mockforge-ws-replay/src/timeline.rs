//! A script as a table: what is due when, what waits, what jumps where.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use crate::Script;
use crate::preview::preview;
use crate::script::{Action, Line, Stage, Then, Wait};
use crate::words::{OnEnd, OnTimeout, SyncLevel};

/// The table of [`Script::timeline`]; it displays as text, one line of the script a row.
///
/// ```
/// use mockforge_ws_replay::{Options, compile};
///
/// let source = r#"{"ts":250,"waitFor":"^hi$","text":"hello","close":true}"#;
/// let script = compile(source, &Options::new("greet.jsonl")).script.unwrap();
/// let table = script.timeline().to_string();
/// assert!(table.contains(r#"wait for ^hi$; send `hello`; close 1000"#));
/// ```
#[derive(Debug)]
pub struct Timeline<'s> {
    script: &'s Script,
    /// By the index of the line.
    labels: HashMap<u32, &'s str>,
}

impl<'s> Timeline<'s> {
    pub(crate) fn new(script: &'s Script) -> Self {
        let labels = script.0.labels.iter().map(|(name, index)| (*index, &**name)).collect();
        Self { script, labels }
    }

    fn row(&self, index: u32, line: &Line) -> String {
        let mut out = self.labels.get(&index).map_or(String::new(), |label| format!("[{label}] "));
        let parts = match &line.action {
            Action::Send(ready) => vec![format!("send {}", ready.preview())],
            Action::Expect(ready) => vec![self.expect(&ready.preview())],
            Action::Step(stage) => self.parts(stage),
        };
        out.push_str(if parts.is_empty() { "nothing" } else { "" });
        out.push_str(&parts.join("; "));
        out
    }

    fn parts(&self, stage: &Stage) -> Vec<String> {
        let mut parts = Vec::new();
        parts.extend(match &stage.wait {
            Some(Wait::Pattern(pattern)) => Some(format!("wait for {pattern}")),
            Some(Wait::Branch(patterns, targets)) => {
                let ways = patterns.patterns().iter().zip(targets);
                let ways = ways.map(|(pattern, target)| format!("{pattern} → {}", self.place(*target)));
                Some(format!("wait for {}", ways.collect::<Vec<_>>().join(" or ")))
            }
            Some(Wait::Chosen(chosen)) => Some(format!("wait for {}", chosen.takes)),
            Some(Wait::Match(pattern)) => Some(self.expect(&pattern.to_string())),
            Some(Wait::Payload) => Some(self.expect(&stage.payload.preview())),
            None => None,
        });
        if let Some(timeout) = stage.timeout {
            let after = timeout.after.as_millis();
            let then = match timeout.then {
                OnTimeout::Fail => "fail",
                OnTimeout::Skip => "skip the line",
                OnTimeout::Close => "close",
            };
            parts.push(format!("after {after} ms {then}"));
        }
        parts.extend(
            stage.set.iter().map(|set| format!("set {} to {}", set.name, preview(&set.value.to_string()))),
        );
        let payload = stage.payload.preview();
        if !stage.expects() && !payload.is_empty() {
            parts.push(format!("send {payload}"));
        }
        if let Some(copies) = stage.copies {
            let times = copies.count.map_or("until the close".into(), |count| format!("{count} times"));
            parts.push(format!("{times}, every {} ms", copies.every));
        }
        parts.extend(match &stage.then {
            Then::Next => None,
            Then::Goto { target, times: None } => Some(format!("go to {}", self.place(*target))),
            Then::Goto { target, times: Some(times) } => {
                Some(format!("go to {}, {times} times", self.place(*target)))
            }
            Then::Close(frame) => {
                Some(format!("close {} {}", frame.code, frame.reason).trim_end().to_string())
            }
            Then::Abort => Some("drop the connection".into()),
        });
        parts
    }

    fn expect(&self, what: &str) -> String {
        let how = match self.script.sync() {
            SyncLevel::Strict => "expect",
            SyncLevel::Loose | SyncLevel::Off => "wait for any message, such as",
        };
        if what.is_empty() { "wait for any message".into() } else { format!("{how} {what}") }
    }

    fn place(&self, index: u32) -> &str {
        self.labels.get(&index).copied().unwrap_or_default()
    }
}

impl fmt::Display for Timeline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.script;
        let lines = &script.0.lines;
        f.write_str(script.file())?;
        if let Some(name) = script.name() {
            write!(f, " ({name})")?;
        }
        f.write_char('\n')?;
        let due = |line: &Line| format!("{} ms", line.ts);
        let widest = lines.iter().map(|line| due(line).len()).max().unwrap_or(0).max("due".len());
        let number = lines.last().map_or(0, |line| line.number.to_string().len()).max("line".len());
        writeln!(f, "{:>number$}  {:>widest$}  what", "line", "due")?;
        for (index, line) in (0..).zip(lines) {
            let what = self.row(index, line);
            writeln!(f, "{:>number$}  {:>widest$}  {what}", line.number, due(line))?;
        }
        let end = match script.on_end() {
            OnEnd::Keep => "stay open",
            OnEnd::Close => "close",
            OnEnd::Loop => "begin again",
        };
        writeln!(f, "{:>number$}  {:>widest$}  {end}", "end", "")
    }
}
