//! `record:` of a route.

use std::path::Path;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_replay::record::{RecordOptions, Redaction};

use super::Lower;
use crate::keys::{self, Keys as _};
use crate::load::is_file;
use crate::section::{Located, RecordSpec};
use crate::tree::{Data, Node};

/// Less has no room for the header of a recording and a message.
const LEAST_BYTES: u64 = 1024;

impl Lower<'_> {
    pub(super) fn record(&mut self, node: &Node) -> Option<Located<RecordSpec>> {
        let mut spec = RecordSpec {
            name: String::new(),
            is_folder: true,
            options: RecordOptions::default(),
            max_bytes: None,
            max_files: None,
            node: node.clone(),
        };
        if !matches!(node.data, Data::Mapping(_)) {
            spec.name = self.file(node)?.value;
            spec.is_folder = !is_file(Path::new(&spec.name));
            return Some(Located { value: spec, span: node.span });
        }
        let mut places = Vec::new();
        for (key, node) in self.fields(node) {
            match key {
                keys::Record::Dir | keys::Record::File => {
                    places.push(self.file(node).map(|name| (name.value, key == keys::Record::Dir)));
                }
                keys::Record::Correlate => {
                    spec.options.correlate = self.boolean(node).is_some_and(|correlate| correlate.value);
                }
                keys::Record::Redact => spec.options.redact = self.redaction(node),
                keys::Record::MaxBytes => {
                    let check = |bytes| match bytes {
                        LEAST_BYTES.. => Ok(bytes),
                        _ => {
                            Err(Problem::new(format!("expected {LEAST_BYTES} bytes at least, found {bytes}"))
                                .hint("a recording begins with a header, which needs room"))
                        }
                    };
                    spec.max_bytes = self.whole(node, "a size in bytes", check).map(|bytes| bytes.value);
                }
                keys::Record::MaxFiles => {
                    let check = |count: u64| match usize::try_from(count) {
                        Ok(count @ 1..) => Ok(count),
                        _ => Err(Problem::new(format!("expected a number of files from 1, found {count}"))),
                    };
                    spec.max_files = self.whole(node, "a number of files", check).map(|count| count.value);
                }
            }
        }
        let both = [keys::Record::Dir, keys::Record::File].map(keys::Record::name);
        match places.len() {
            1 => {
                (spec.name, spec.is_folder) = places.pop()??;
                Some(Located { value: spec, span: node.span })
            }
            0 => {
                let problem = Problem::new("`record:` does not say where to");
                self.invalid(node, problem.hint("write `record: sessions/`, or give it a `dir` or a `file`"));
                None
            }
            _ => {
                let problem = Problem::new(format!("`record:` has both `{}` and `{}`", both[0], both[1]));
                self.invalid(node, problem.hint("a folder has a file a session; keep one of the two"));
                None
            }
        }
    }

    /// What is hidden beside the usual secrets, or nothing at all.
    fn redaction(&mut self, node: &Node) -> Redaction {
        match node.data {
            Data::Bool(false) => return Redaction::off(),
            Data::Bool(true) => return Redaction::default(),
            _ => {}
        }
        let mut redaction = Redaction::default();
        for (key, node) in self.fields(node) {
            let (names, what) = match key {
                keys::Redact::Headers => (&mut redaction.headers, "names of headers"),
                keys::Redact::Query => (&mut redaction.query, "names of query parameters"),
                keys::Redact::Members => (&mut redaction.members, "names of members"),
                keys::Redact::Jsonpaths => (&mut redaction.jsonpaths, "JSONPaths"),
                keys::Redact::Regexes => (&mut redaction.regexes, "regexes"),
            };
            let check = |text: &str| match text.trim_matches('*') {
                "" => Err(Problem::new("expected a text that is not empty")),
                _ => Ok(text.to_string()),
            };
            let more = self.texts(node, what, check).unwrap_or_default();
            names.extend(more.into_iter().map(|text| text.value));
        }
        redaction
    }
}
