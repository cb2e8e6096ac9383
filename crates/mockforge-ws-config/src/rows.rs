//! The rows of a stream, from a CSV or JSON lines file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use mockforge_ws_diagnostic::Problem;
use serde_json::{Map, Number, Value};

use crate::files;

/// Reads rows relative to a folder and remembers what it has read.
#[derive(Debug, Clone)]
pub(crate) struct RowFiles {
    folder: PathBuf,
    read: Arc<Mutex<Vec<PathBuf>>>,
}

impl RowFiles {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, read: Arc::default() }
    }

    /// The reader that rules are compiled with.
    pub(crate) fn reader(&self) -> mockforge_ws_interactive::Rows {
        let files = self.clone();
        Arc::new(move |name: &str| files.rows(name))
    }

    /// The files that were read, or should have been.
    pub(crate) fn read(&self) -> Vec<PathBuf> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn rows(&self, name: &str) -> Result<Vec<Value>, Problem> {
        let path = self.folder.join(name);
        let parse: fn(&[u8]) -> Result<Vec<Value>, Problem> = match kind(&path) {
            Some("csv") => csv,
            Some("jsonl" | "ndjson") => json_lines,
            _ => {
                let problem = Problem::new(format!("`{name}` is neither `.csv` nor `.jsonl`"));
                return Err(problem.hint("the name tells how the rows are written"));
            }
        };
        self.read.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        let named = |problem: Problem| Problem { message: format!("{name}: {}", problem.message), ..problem };
        files::rows(&path).and_then(|bytes| parse(&bytes)).map_err(named)
    }
}

fn kind(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

/// An object a record, by the names in the first; what reads as a number, `true` or `false` is one.
fn csv(bytes: &[u8]) -> Result<Vec<Value>, Problem> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(bytes);
    let wrong = |error: csv::Error| {
        let line = error.position().map_or_else(String::new, |at| format!("line {}: ", at.line()));
        match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                Problem::new(format!("{line}{len} fields, and the first line names {expected_len}"))
            }
            csv::ErrorKind::Utf8 { .. } => Problem::new(format!("{line}this is not UTF-8")),
            _ => Problem::new(format!("{line}{error}")),
        }
    };
    let names: Vec<String> = reader.headers().map_err(wrong)?.iter().map(str::to_string).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let row: Map<String, Value> = names.iter().cloned().zip(record.iter().map(typed)).collect();
        rows.push(Value::Object(row));
    }
    Ok(rows)
}

fn typed(field: &str) -> Value {
    match field.trim() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        // JSON's numbers have no leading zeros, so `007` stays a text.
        number => number.parse::<Number>().map_or_else(|_| field.into(), Value::Number),
    }
}

/// A value a line, as scripts have it: blank lines and comments are passed over.
fn json_lines(bytes: &[u8]) -> Result<Vec<Value>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::new("this is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let lines =
        lines.filter(|(_, line)| !line.is_empty() && !line.starts_with("//") && !line.starts_with('#'));
    lines
        .map(|(number, line)| {
            serde_json::from_str(line).map_err(|error| {
                // The column of serde's text is right, its line is that of this line alone.
                Problem::new(format!("line {number}, column {}: this is no JSON", error.column()))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn csv_gives_objects_with_types() {
        let rows = csv(b"at, price,name,ok\n1,2.50,007,true\n2,-1e3,\"a, b\",no\n").expect("it is good");
        assert_eq!(
            rows,
            [
                json!({ "at": 1, "price": 2.5, "name": "007", "ok": true }),
                json!({ "at": 2, "price": -1000.0, "name": "a, b", "ok": "no" }),
            ]
        );
        let problem = csv(b"a,b\n1,2\n3\n").expect_err("a field is missing");
        assert_eq!(problem.message, "line 3: 1 fields, and the first line names 2");
    }

    #[test]
    fn json_lines_give_what_they_say() {
        let rows = json_lines(b"// prices\n{\"p\":1}\n\n[2]\n").expect("it is good");
        assert_eq!(rows, [json!({ "p": 1 }), json!([2])]);
        let problem = json_lines(b"1\n{]\n").expect_err("it is broken");
        assert_eq!(problem.message, "line 2, column 2: this is no JSON");
    }
}
