//! `record:` of a route, ready to be told facts.

use std::path::Path;
use std::sync::Arc;

use mockforge_ws_core::FactSink;
use mockforge_ws_diagnostic::{Key, Problem};
use mockforge_ws_replay::record::{RecordOptions, Recorder};
use serde_json::{Value, json};

use super::{File, Loader};
use crate::keys::{self, Keys as _};
use crate::recordings::{Place, Reel};
use crate::section::{RecordSpec, RouteSpec};
use crate::source::Source;
use crate::{Failure, Flags, Origin, Setting};

impl Loader<'_> {
    /// The recorder of a route, if it is to be recorded; `upstream` is where its sessions come from.
    pub(super) fn recorder(
        &mut self,
        file: &File,
        source: &Source,
        route: &RouteSpec,
        upstream: Option<String>,
    ) -> Option<Arc<dyn FactSink>> {
        let spec = &route.record.as_ref()?.value;
        let (path, _) = file.beside(&spec.name);
        let place = if spec.is_folder { Place::Folder(path) } else { Place::File(path) };
        let reel = Reel::new(&self.recordings, place, spec.max_bytes, spec.max_files);
        match Recorder::new(RecordOptions { upstream, ..spec.options.clone() }, reel) {
            Ok(recorder) => Some(Arc::new(recorder)),
            Err(problems) => {
                for mut problem in problems {
                    problem.path.insert(0, Key::from(keys::Record::Redact.name()));
                    self.report.invalid(source, spec.node.locate(source, &problem), problem);
                }
                None
            }
        }
    }
}

impl Loader<'_> {
    /// The recorder of flags.
    pub(super) fn recorder_of_flags(
        &mut self,
        flags: &Flags,
        upstream: Option<String>,
    ) -> Option<Arc<dyn FactSink>> {
        let path = self.environment.cwd().join(flags.record.as_ref()?);
        let place = if is_file(&path) { Place::File(path) } else { Place::Folder(path) };
        let reel = Reel::new(&self.recordings, place, None, None);
        let options = RecordOptions { correlate: flags.correlate, upstream, ..RecordOptions::default() };
        match Recorder::new(options, reel) {
            Ok(recorder) => Some(Arc::new(recorder)),
            // The usual rules are right.
            Err(problems) => {
                problems
                    .into_iter()
                    .for_each(|problem| self.report.whole(Failure::Usage, "--record", problem));
                None
            }
        }
    }

    /// Flags about recording, where nothing is recorded.
    pub(super) fn check_record_flags(&mut self, flags: &Flags) {
        if flags.correlate && flags.record.is_none() {
            let problem = Problem::new("`--correlate` has no effect: nothing is recorded");
            let hint = "it goes with `--record PATH`; in a config it stands in `record:`";
            self.report.whole(Failure::Usage, "--correlate", problem.hint(hint));
        }
    }
}

/// Whether a recording's place is a file rather than a folder.
pub(crate) fn is_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jsonl")
}

/// What the flags ask for, as a section.
pub(super) fn effective_of_flags(flags: &Flags) -> Option<Setting<Value>> {
    let path = flags.record.as_ref()?;
    let key = if is_file(path) { keys::Record::File } else { keys::Record::Dir };
    let value = json!({ key.name(): path, keys::Record::Correlate.name(): flags.correlate });
    Some(Setting { value, origin: Origin::Flag("--record") })
}

/// The section as it is in effect: its place named from the working directory.
pub(super) fn effective(file: &File, spec: &RecordSpec) -> Value {
    let (_, shown) = file.beside(&spec.name);
    let key = if spec.is_folder { keys::Record::Dir } else { keys::Record::File };
    match spec.node.to_value() {
        Value::Object(mut members) => {
            members.insert(key.name().into(), json!(*shown));
            members.into()
        }
        _ => json!({ key.name(): *shown }),
    }
}
