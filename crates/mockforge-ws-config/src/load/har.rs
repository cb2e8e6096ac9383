//! HAR files as scripts of routes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mockforge_ws_diagnostic::{Diagnostic, Problem, Severity};
use mockforge_ws_replay::har::Har;
use mockforge_ws_replay::{Options, Script};

use super::{Loader, Place};
use crate::effective::Pick;
use crate::har::{Unread, open};
use crate::inputs::Named;
use crate::{Failure, Origin, values};

/// A WebSocket of a HAR with the path that it is served at.
pub(super) struct Served {
    pub(super) path: String,
    pub(super) pick: Pick,
}

impl Loader<'_> {
    /// A HAR, read once however often it is named.
    fn har(&mut self, path: &Path, shown: &Arc<str>, origin: &Origin, place: Place<'_>) -> Option<Arc<Har>> {
        if let Some((_, har)) = self.hars.iter().find(|(known, _)| known == path) {
            return har.clone();
        }
        self.files.push(path.to_path_buf());
        let har = match open(path, shown) {
            Ok((har, attached)) => {
                self.files.extend(attached);
                Some(Arc::new(har))
            }
            Err(Unread::Missing(shown, problem)) => {
                self.missing(&shown, origin, place, problem);
                None
            }
            Err(Unread::Invalid(diagnostic)) => {
                self.report.extend(vec![diagnostic]);
                None
            }
        };
        self.hars.push((path.to_path_buf(), har.clone()));
        har
    }

    /// The script of the one WebSocket that is meant.
    pub(super) fn recorded(
        &mut self,
        path: &Path,
        shown: &Arc<str>,
        pick: &Pick,
        origin: &Origin,
        place: Place<'_>,
    ) -> Option<Script> {
        let har = self.har(path, shown, origin, place)?;
        match har.select(pick.index, pick.url.as_deref()) {
            Ok((number, _)) => self.socket(path, &har, number),
            Err(problem) => {
                let list = problem.hint.unwrap_or_default();
                let message = format!("{shown}: {}", problem.message);
                match place {
                    Some((source, span)) => {
                        let hint = format!(
                            "{list}\nname one: `replay: {{file: {shown}, index: 1}}`, or `url: PART`"
                        );
                        self.report.invalid(source, span, Problem::new(message).hint(hint));
                    }
                    None => {
                        let hint = format!("{list}\n`mockforge serve {shown}` serves each at its own path");
                        self.report.whole(Failure::Usage, shown, Problem::new(problem.message).hint(hint));
                    }
                }
                None
            }
        }
    }

    /// All scripts of a HAR, for `check`.
    pub(crate) fn all_recorded(&mut self, named: &Named) {
        let Named { path, shown, origin } = named;
        if let Some(har) = self.har(path, &shown.as_str().into(), origin, None) {
            for number in 1..=har.sockets.len() {
                self.socket(path, &har, number);
            }
        }
    }

    /// What a HAR serves that is served as a whole: its one WebSocket at `single`, or one of each path at that
    /// path. `None` where the HAR can't be read.
    pub(super) fn served_by_har(&mut self, named: &Named, single: &str) -> Option<Vec<Served>> {
        let Named { path, shown, origin } = named;
        let shown: Arc<str> = shown.as_str().into();
        let har = self.har(path, &shown, origin, None)?;
        if har.sockets.len() == 1 {
            return Some(vec![Served { path: single.to_string(), pick: Pick::default() }]);
        }
        let mut served: Vec<Served> = Vec::new();
        let mut taken: HashMap<&str, usize> = HashMap::new();
        let mut others: Vec<Vec<usize>> = Vec::new();
        for (number, socket) in (1..).zip(&har.sockets) {
            let path = socket.path();
            if let Some(at) = taken.get(path) {
                others[*at].push(number);
                continue;
            }
            if let Err(problem) = values::path(path) {
                let message = format!("WebSocket {number}, {}: {}", socket.url, problem.message);
                self.report.whole(Failure::Invalid, &shown, Problem { message, ..problem });
                continue;
            }
            taken.insert(path, served.len());
            others.push(Vec::new());
            // Braces in a route's path are parameters.
            let path = path.replace('{', "{{").replace('}', "}}");
            served.push(Served { path, pick: Pick { index: Some(number), url: None } });
        }
        for (served, others) in served.iter().zip(others).filter(|(_, others)| !others.is_empty()) {
            let numbers: Vec<_> = others.iter().map(ToString::to_string).collect();
            let first = served.pick.index.unwrap_or_default();
            let (path, others) = (&served.path, numbers.join(", "));
            self.report.extend(vec![Diagnostic {
                severity: Severity::Warning,
                file: Arc::clone(&shown),
                line: 0,
                column: 0,
                width: 1,
                message: format!(
                    "of the WebSockets at {path} the first is served ({first}), and not {others}"
                ),
                hint: Some(
                    "a config serves others: `replay: {file: FILE, index: N}` on a route of its own".into(),
                ),
            }]);
        }
        Some(served)
    }

    /// The script of a WebSocket, made and compiled once.
    fn socket(&mut self, path: &Path, har: &Har, number: usize) -> Option<Script> {
        let key: (PathBuf, usize) = (path.to_path_buf(), number);
        if let Some((_, script)) = self.scripts.iter().find(|(known, _)| *known == key) {
            return script.clone();
        }
        let imported = har.sockets[number - 1].script();
        self.report.extend(imported.diagnostics);
        let script = imported.source.and_then(|source| {
            let file = match har.sockets.len() {
                1 => Arc::clone(&har.file),
                _ => format!("{} ({number})", har.file).into(),
            };
            // What was recorded is escaped, to come out as it was.
            let template = mockforge_ws_template::Options { expand: true, ..self.templates.clone() };
            let compiled = mockforge_ws_replay::compile(&source, &Options { file, template });
            self.report.adopt(source.as_bytes(), compiled.diagnostics);
            compiled.script
        });
        self.scripts.push((key, script.clone()));
        script
    }
}
