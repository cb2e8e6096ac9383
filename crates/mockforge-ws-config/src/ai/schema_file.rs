//! A schema in a file of its own, whose mistakes are told with their place there.

use std::path::Path;

use mockforge_ws_diagnostic::{Key, Problem};

use crate::source::{Source, Span};
use crate::tree::{Node, Notation};

pub(super) struct SchemaFile {
    source: Source,
    pub(super) root: Node,
}

impl SchemaFile {
    /// In the notation that its name tells, and in JSON where that tells none.
    pub(super) fn read(name: &str, bytes: Vec<u8>) -> Result<Self, Vec<Problem>> {
        let source = Source::decode(name, bytes).map_err(|wrong| vec![told(&wrong.0, wrong.1, wrong.2)])?;
        match Notation::of(Path::new(name)).unwrap_or(Notation::Json).read(&source) {
            Ok(root) => Ok(Self { source, root }),
            Err(mistakes) => {
                Err(mistakes.into_iter().map(|(span, problem)| told(&source, span, problem)).collect())
            }
        }
    }

    /// The same problem, told of this file where it is about something in the schema.
    pub(super) fn placed(&self, problem: Problem) -> Problem {
        match problem.path.split_first() {
            Some((Key::Name(key), within)) if key == "schema" => {
                let within = Problem { path: within.to_vec(), ..problem };
                let span = self.root.locate(&self.source, &within);
                told(&self.source, span, within)
            }
            _ => problem,
        }
    }
}

/// Under the key that names the file, which knows nothing of what is in it.
fn told(source: &Source, span: Span, problem: Problem) -> Problem {
    let place = source.place(span);
    let message = format!("{}:{}:{}: {}", source.name, place.line, place.column, problem.message);
    Problem { message, span: None, path: Vec::new(), ..problem }.under("schema")
}
