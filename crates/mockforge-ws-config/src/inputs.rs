//! Which files the flags and the environment name, and what for.

use std::path::{Path, PathBuf};

use mockforge_ws_diagnostic::Problem;

use crate::discover::{Found, discover};
use crate::report::Report;
use crate::source::{Source, Span};
use crate::tree::Notation;
use crate::{Environment, Failure, Flags, Origin};

/// The variable that names a script.
pub(crate) const REPLAY_FILE: &str = "MOCKFORGE_WS_REPLAY_FILE";

/// The variable that names a server to forward to.
pub(crate) const PROXY_URL: &str = "MOCKFORGE_WS_PROXY_UPSTREAM_URL";
/// What stands for the standard input where a file is named.
pub(crate) const STDIN: &str = "-";

/// A file to read.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// As the user names it.
    pub(crate) shown: String,
    pub(crate) origin: Origin,
}

/// What a file is by its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Script,
    Config,
    Har,
    Unknown,
}

impl Kind {
    pub(crate) fn of(file: &Path) -> Self {
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" => Self::Script,
            "har" => Self::Har,
            _ if Notation::of(file).is_some() => Self::Config,
            _ => Self::Unknown,
        }
    }
}

/// The files of a run.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// The config, and whether the user has named it.
    pub(crate) config: Option<(Named, bool)>,
    /// The script of the route that the flags make.
    pub(crate) script: Option<Named>,
}

/// Finds the files; two for one purpose are a mistake.
pub(crate) fn inputs(flags: &Flags, environment: &Environment, report: &mut Report) -> Inputs {
    let at = |path: &PathBuf, flag: &'static str| named(path, Origin::Flag(flag), environment);
    let mut inputs = Inputs {
        config: flags.config.as_ref().map(|path| (at(path, "--config"), true)),
        script: flags.replay_file.as_ref().map(|path| at(path, "--ws-replay-file")),
    };
    if let Some(file) = &flags.file {
        let file = at(file, "FILE");
        match Kind::of(&file.path) {
            Kind::Script | Kind::Har => both(report, inputs.script.as_ref(), &file, "script"),
            Kind::Config => both(report, inputs.config.as_ref().map(|(config, _)| config), &file, "config"),
            Kind::Unknown => report.whole(Failure::Usage, &file.shown, unknown_kind()),
        }
        match Kind::of(&file.path) {
            Kind::Script | Kind::Har => inputs.script = Some(file),
            Kind::Config => inputs.config = Some((file, true)),
            Kind::Unknown => {}
        }
    }
    if inputs.config.is_none() && !flags.proxy_only {
        inputs.config = discovered(environment, report).map(|config| (config, false));
    }
    inputs
}

/// What is said about a file whose name does not tell what it is.
fn unknown_kind() -> Problem {
    Problem::new("the name does not tell what the file is")
        .hint("a script is named `.jsonl` or `.har`, a config `.yaml`, `.yml`, `.toml` or `.json`")
}

fn both(report: &mut Report, first: Option<&Named>, second: &Named, what: &str) {
    if let Some(first) = first {
        let problem = Problem::new(format!("two {what}s: {} by {}, and this one", first.shown, first.origin));
        report.whole(Failure::Usage, &second.shown, problem.hint(format!("name one {what}")));
    }
}

fn discovered(environment: &Environment, report: &mut Report) -> Option<Named> {
    let Found { path, shown, rival } = discover(environment.cwd())?;
    let shown = shown.display().to_string();
    if let Some(rival) = rival {
        let problem = Problem::new(format!("{} is there too, and only one config is read", rival.display()));
        report.whole(Failure::Usage, &shown, problem.hint("remove one, or name one with `--config`"));
    }
    Some(Named { path, shown, origin: Origin::Default })
}

/// A file that a flag or a variable names, relative to the working directory.
pub(crate) fn named(path: &Path, origin: Origin, environment: &Environment) -> Named {
    Named { path: environment.cwd().join(path), shown: path.display().to_string(), origin }
}

/// A mistake about a flag as a whole.
pub(crate) fn flag_problem(report: &mut Report, flag: &str, value: &str, problem: Problem) {
    report.usage(&Source::new(flag, value), Span { start: 0, end: value.len() }, problem);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_kinds() {
        let check = |name: &str, kind: Kind| assert_eq!(Kind::of(Path::new(name)), kind, "{name}");
        check("a.jsonl", Kind::Script);
        check("A.JSONL", Kind::Script);
        check("a.json", Kind::Config);
        check("a.yml", Kind::Config);
        check("a.har", Kind::Har);
        check("a.txt", Kind::Unknown);
        check("jsonl", Kind::Unknown);
    }
}
