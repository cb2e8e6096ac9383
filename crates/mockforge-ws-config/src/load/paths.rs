//! Paths that routes have for themselves, or share.

use std::collections::HashMap;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_server::{Route, Routes};

use super::Loader;
use crate::inputs::flag_problem;
use crate::section::RouteSpec;
use crate::source::Source;
use crate::{Config, Failure, Origin};

/// After so many paths that clash with others no more are looked for: each takes another look at all routes.
const MOST_CLASHES: usize = 20;

/// A route, and where a config asks for it.
pub(super) type Placed<'f> = (Route, Option<(&'f Source, &'f RouteSpec)>);

/// Adds the subprotocols to what is said about routes that share a path.
pub(super) fn tell_apart(routes: &mut [Placed<'_>]) {
    let mut counts = HashMap::new();
    for (route, _) in &*routes {
        *counts.entry(route.path.clone()).or_insert(0_usize) += 1;
    }
    for (route, _) in routes {
        if counts[&route.path] > 1 && !route.subprotocols.is_empty() {
            route.about += &format!(", for {}", route.subprotocols.join(" or "));
        }
    }
}

impl Loader<'_> {
    /// Routes whose paths do not clash; each that does is reported.
    pub(super) fn check_paths(&mut self, config: &Config, mut routes: Vec<Placed<'_>>) -> Option<Routes> {
        for clash in 0..MOST_CLASHES {
            let error = match Routes::new(routes.iter().map(|(route, _)| route.clone())) {
                Ok(routes) => return (clash == 0).then_some(routes),
                Err(error) => error,
            };
            let (route, place) = routes.remove(error.index);
            let is_shared = routes.iter().any(|(other, _)| other.path == route.path);
            let problem = Problem::new(format!("the path `{}`: {}", error.path, error.problem));
            let problem =
                problem.maybe_hint(is_shared.then_some(
                    "routes may share a path when each has other `subprotocols`, one perhaps none",
                ));
            match (place, &config.path.origin) {
                (Some((source, spec)), _) => {
                    let spoken =
                        |name: &String| spec.subprotocols.iter().find(|spoken| spoken.value == *name);
                    let at = error.subprotocol.as_ref().and_then(spoken).map_or(spec.path.span, |at| at.span);
                    self.report.invalid(source, at, problem);
                }
                (None, Origin::Env(name) | Origin::Flag(name)) => {
                    flag_problem(&mut self.report, name, &error.path, problem);
                }
                (None, Origin::File { file, .. }) => {
                    self.report.whole(Failure::Invalid, &file.clone(), problem);
                }
                (None, Origin::Default) => self.report.whole(Failure::Usage, "--ws-path", problem),
            }
        }
        None
    }
}
