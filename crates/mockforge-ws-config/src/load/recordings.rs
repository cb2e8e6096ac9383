//! `record:` of a route, ready to be told facts.

use std::sync::Arc;

use mockforge_ws_core::FactSink;
use mockforge_ws_diagnostic::Key;
use mockforge_ws_replay::record::Recorder;
use serde_json::{Value, json};

use super::{File, Loader};
use crate::keys::{self, Keys as _};
use crate::recordings::{Place, Reel};
use crate::section::{RecordSpec, RouteSpec};
use crate::source::Source;

impl Loader<'_> {
    /// The recorder of a route, if it is to be recorded.
    pub(super) fn recorder(
        &mut self,
        file: &File,
        source: &Source,
        route: &RouteSpec,
    ) -> Option<Arc<dyn FactSink>> {
        let spec = &route.record.as_ref()?.value;
        let (path, _) = file.beside(&spec.name);
        let place = if spec.is_folder { Place::Folder(path) } else { Place::File(path) };
        let reel = Reel::new(&self.recordings, place, spec.max_bytes, spec.max_files);
        match Recorder::new(spec.options.clone(), reel) {
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
