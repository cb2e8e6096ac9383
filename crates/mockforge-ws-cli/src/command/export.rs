//! `mockforge export`.

use mockforge_ws_config::{Environment, Failure, Problems, Sources, script};
use mockforge_ws_diagnostic::Severity;
use mockforge_ws_replay::har::{Recording, write};

use super::place::Place;
use crate::args::Export;
use crate::exit::{Exit, Stop};
use crate::{problems, terminal};

/// What it means that something is wrong.
const NOTHING: &str = "nothing is exported";

pub(super) fn run(args: &Export) -> Result<Exit, Stop> {
    let environment = Environment::real();
    if args.files.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
        return Err(Stop::usage("the standard input is one script, and is named twice"));
    }
    let mut all =
        Problems { diagnostics: Vec::new(), sources: Sources::default(), failure: Failure::Invalid };
    let mut recordings = Vec::new();
    for file in &args.files {
        match script(file, &environment) {
            Ok(script) => {
                let exported = Recording::of(&script, args.url.as_deref());
                all.diagnostics.extend(exported.diagnostics);
                recordings.extend(exported.recording);
            }
            Err(found) => {
                all.diagnostics.extend(found.diagnostics);
                all.sources.extend(found.sources);
                all.failure = all.failure.max(found.failure);
            }
        }
    }
    if all.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        return Err(problems::stop(&all, NOTHING));
    }
    terminal::stderr(&problems::render(&all.diagnostics, &all.sources));
    let place = Place::of(Some(&args.out), args.force);
    place.write(|out| write(&recordings, out))?;
    if let Place::File { path, .. } = place {
        terminal::stdout(&format!("{}\n", path.display()))?;
    }
    Ok(Exit::Ok)
}
