//! `mockforge check`: scripts and configs, without serving them.

use std::fmt;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use mockforge_ws_diagnostic::{Diagnostic, Severity};
use mockforge_ws_interactive::{GraphNotation, Rules};
use mockforge_ws_replay::Script;

use crate::effective::Pick;
use crate::inputs::{Kind, named};
use crate::load::{Loader, Purpose};
use crate::{Environment, Failure, Flags, Origin, Sources};

/// What is to be said about a file, and about the scripts that it names.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Errors and warnings, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// The lines that they stand in.
    pub sources: Sources,
    /// The worst kind of failure, where there is an error.
    pub failure: Option<Failure>,
    /// The scripts that compiled, each with its timeline.
    pub timelines: Vec<(Arc<str>, Timeline)>,
    /// The rules that compiled, by the path of their route.
    rules: Vec<(String, Rules)>,
}

/// A script's timeline as text. It is written when it is asked for, since a script may have a million lines.
pub struct Timeline {
    script: Script,
    text: OnceLock<String>,
}

impl Checked {
    /// The machines of the rules as pictures, each with the path of its route.
    pub fn graphs(&self, notation: GraphNotation) -> impl Iterator<Item = (&str, String)> {
        self.rules.iter().filter_map(move |(path, rules)| Some((path.as_str(), rules.graph(notation)?)))
    }

    /// Whether there is no error; with `strict`, no warning either.
    pub fn passes(&self, strict: bool) -> bool {
        let worst = self.diagnostics.iter().map(|diagnostic| diagnostic.severity).max();
        worst < Some(if strict { Severity::Warning } else { Severity::Error })
    }
}

/// Compiles a script, the WebSockets of a HAR, or a config and the scripts that it names. `file` is relative to the working directory
/// and shown as it is given. A script is compiled with the constants and the dialect of the config that
/// `serve` would find there. Variables that would change what is served do not change what is checked; those
/// that templates may read do.
///
/// ```no_run
/// use std::path::Path;
/// use mockforge_ws_config::{Environment, check};
///
/// let checked = check(Path::new("feed.jsonl"), &Environment::real());
/// assert!(checked.passes(true));
/// ```
pub fn check(file: &Path, environment: &Environment) -> Checked {
    let mut neutral = environment.clone();
    neutral.forget("MOCKFORGE_");
    let mut loader = Loader::new(&neutral);
    match Kind::of(file) {
        Kind::Har => loader.all_recorded(&named(file, Origin::Default, &neutral)),
        Kind::Config => {
            let flags = Flags { file: Some(file.to_path_buf()), ..Flags::default() };
            loader.config(&flags, Purpose::Check);
        }
        // A script may have any name: `--ws-replay-file` takes it.
        Kind::Script | Kind::Unknown => {
            loader.borrow_templates();
            let file = named(file, Origin::Default, &neutral);
            loader.script(&file.path, file.shown.into(), &Pick::default(), &file.origin, None);
        }
    }
    let timeline = |script: &Script| {
        (Arc::clone(script.file()), Timeline { script: script.clone(), text: OnceLock::new() })
    };
    let timelines = loader.compiled().map(timeline).collect();
    let rules = loader.compiled_rules().to_vec();
    let (diagnostics, sources, failure) = loader.report.finish();
    Checked { diagnostics, sources, failure, timelines, rules }
}

impl Deref for Timeline {
    type Target = str;

    fn deref(&self) -> &str {
        self.text.get_or_init(|| self.script.timeline().to_string())
    }
}

impl Clone for Timeline {
    fn clone(&self) -> Self {
        Self { script: self.script.clone(), text: OnceLock::new() }
    }
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timeline").field(&self.script).finish()
    }
}
