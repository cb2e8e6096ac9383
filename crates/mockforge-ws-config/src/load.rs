//! Puts flags, environment and files together.

mod ai;
mod handshake;
mod har;
mod paths;
mod proxy;
mod recordings;
mod routes;
mod settings;
mod tls;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mockforge_ws_core::Tls;
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_interactive::Rules;
use mockforge_ws_replay::Script;
use mockforge_ws_replay::har::Har;
use mockforge_ws_template as template;

pub(crate) use recordings::is_file;

use crate::config::Parts;
use crate::effective::Pick;
use crate::inputs::{Inputs, Kind, Named, STDIN, inputs};
use crate::lower::lower;
use crate::report::Report;
use crate::section::Section;
use crate::source::{Source, Span};
use crate::tree::{Node, Notation};
use crate::{Config, Environment, Failure, Flags, Origin, Problems, Recordings, files};

/// Reads everything that the flags and the environment name, and the config file that is found, and puts it
/// together: flag > environment > file > default.
///
/// # Errors
/// All mistakes of all inputs at once. Nothing is ignored: a flag or key that could not have any effect is
/// one of them. Variables are there for many programs at a time, so one that has nothing to do is none.
///
/// ```
/// use mockforge_ws_config::{Environment, Flags, load};
///
/// let environment = Environment::with("/", [("MOCKFORGE_WS_PORT", "4000")]);
/// let config = load(&Flags::default(), &environment).unwrap();
/// assert_eq!(config.port.value, 4000);
/// assert_eq!(config.port.origin.to_string(), "MOCKFORGE_WS_PORT");
/// ```
pub fn load(flags: &Flags, environment: &Environment) -> Result<Config, Problems> {
    load_with(flags, environment, &Recordings::default())
}

/// The same with recordings that may be under way.
pub(crate) fn load_with(
    flags: &Flags,
    environment: &Environment,
    recordings: &Recordings,
) -> Result<Config, Problems> {
    let mut loader = Loader::new(environment);
    loader.recordings = recordings.clone();
    let config = loader.config(flags, Purpose::Serve);
    let Loader { report, files, .. } = loader;
    let (warnings, sources) = report.warnings()?;
    let mut config = config.expect("what keeps a configuration from being made is an error");
    config.parts.files = files;
    config.parts.warnings = warnings;
    config.parts.sources = sources;
    Ok(config)
}

/// Reads and compiles one script as `load` would, with the variables of the environment and nothing else.
/// `file` is relative to the working directory, and shown as it is given; `-` is the standard input. Of a HAR it
/// is the one WebSocket.
///
/// # Errors
/// When the file can't be read, and all mistakes in it.
///
/// ```no_run
/// use std::path::Path;
/// use mockforge_ws_config::{Environment, script};
///
/// let script = script(Path::new("feed.jsonl"), &Environment::real())?;
/// println!("{}", script.timeline());
/// # Ok::<(), mockforge_ws_config::Problems>(())
/// ```
pub fn script(file: &Path, environment: &Environment) -> Result<Script, Problems> {
    let mut loader = Loader::new(environment);
    loader.templates.expand = settings::expand(&mut loader.report, None, environment, None, None).value;
    let named = crate::inputs::named(file, Origin::Default, environment);
    let script = loader.script(&named.path, named.shown.into(), &Pick::default(), &named.origin, None);
    loader.report.warnings()?;
    Ok(script.expect("what keeps a script from being made is an error"))
}

/// The text of a script that [compiles](script), for who wants to change it.
///
/// # Errors
/// When the file can't be read, and all mistakes in it.
pub fn script_text(file: &Path, environment: &Environment) -> Result<String, Problems> {
    let mut loader = Loader::new(environment);
    loader.templates.expand = settings::expand(&mut loader.report, None, environment, None, None).value;
    let named = crate::inputs::named(file, Origin::Default, environment);
    let bytes = if named.shown == STDIN { files::script_on_stdin() } else { files::script(&named.path) };
    let text = match bytes {
        Ok(bytes) => {
            loader.compile_script(&bytes, named.shown.into());
            String::from_utf8(bytes).ok()
        }
        Err(problem) => {
            loader.missing(&named.shown, &named.origin, None, problem);
            None
        }
    };
    loader.report.warnings()?;
    Ok(text.expect("what is no text does not compile"))
}

/// What a client trusts and shows: what the flags about [another server](Flags::upstream_ca) say of TLS.
///
/// # Errors
/// Files that can't be read, and what they should hold and don't.
///
/// ```
/// use mockforge_ws_config::{Environment, Flags, client_tls};
///
/// let flags = Flags { upstream_ca: Some("none.pem".into()), ..Flags::default() };
/// let problems = client_tls(&flags, &Environment::with("/", [("", "")])).unwrap_err();
/// assert_eq!(problems.to_string(), "none.pem: error: there is no such file");
/// ```
pub fn client_tls(flags: &Flags, environment: &Environment) -> Result<Tls, Problems> {
    let mut loader = Loader::new(environment);
    let tls = loader.tls_of_flags(flags);
    loader.report.warnings()?;
    Ok(tls.expect("what keeps it from being made is an error"))
}

/// What a configuration is loaded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be served.
    Serve,
    /// To be looked at.
    Check,
}

/// A config file that could be read.
pub(crate) struct File {
    pub(crate) source: Source,
    pub(crate) section: Section,
    /// The folder that its paths are relative to.
    folder: PathBuf,
    /// The same, as the user names it.
    shown_folder: PathBuf,
}

/// Where a config names a file, if one does.
type Place<'s> = Option<(&'s Source, Span)>;

/// Rules that stand in a file of their own.
pub(crate) struct RulesFile {
    source: Source,
    node: Node,
    /// The folder that its paths are relative to.
    folder: PathBuf,
}

impl File {
    /// A file that the config names.
    fn beside(&self, name: &str) -> (PathBuf, Arc<str>) {
        (self.folder.join(name), self.shown_folder.join(name).display().to_string().into())
    }
}

/// Reads and compiles, and remembers what it has read.
pub(crate) struct Loader<'e> {
    pub(crate) environment: &'e Environment,
    pub(crate) report: Report,
    /// What was read, in order.
    pub(crate) files: Vec<PathBuf>,
    /// Rules that compiled, by the path of their route.
    rules: Vec<(String, Rules)>,
    /// Scripts by their path; `None` for one that is wrong.
    /// Of a HAR with the number of the WebSocket; 0 for the others.
    scripts: Vec<((PathBuf, usize), Option<Script>)>,
    /// HAR files by their path; `None` for one that is wrong.
    hars: Vec<(PathBuf, Option<Arc<Har>>)>,
    templates: template::Options,
    recordings: Recordings,
}

impl<'e> Loader<'e> {
    pub(crate) fn new(environment: &'e Environment) -> Self {
        Self {
            environment,
            report: Report::default(),
            files: Vec::new(),
            rules: Vec::new(),
            scripts: Vec::new(),
            hars: Vec::new(),
            templates: template::Options::default(),
            recordings: Recordings::default(),
        }
    }

    /// The scripts that compiled, in the order in which they were met.
    pub(crate) fn compiled(&self) -> impl Iterator<Item = &Script> {
        self.scripts.iter().filter_map(|(_, script)| script.as_ref())
    }

    /// The rules that compiled, with the paths of their routes.
    pub(crate) fn compiled_rules(&self) -> &[(String, Rules)] {
        &self.rules
    }

    /// `None` only where something that was reported stands in the way.
    pub(crate) fn config(&mut self, flags: &Flags, purpose: Purpose) -> Option<Config> {
        let Inputs { config, script } = inputs(flags, self.environment, &mut self.report);
        let file = config.as_ref().and_then(|(named, by_user)| self.file(named, *by_user));
        if config.is_some() && file.is_none() && self.report.failed() {
            // What a config that can't be read allows and defines would be missed everywhere below.
            return None;
        }
        let (mut settings, from_file) = settings::settings(self, flags, file, purpose);
        settings.parts.recordings = self.recordings.clone();
        settings.parts.routes = self.routes(flags, script, &mut settings, &from_file)?;
        if flags.watch && self.files.is_empty() {
            let problem =
                Problem::new("`--watch` has no effect: there is neither a config nor a script to watch");
            self.report.whole(Failure::Usage, "--watch", problem);
        }
        Some(settings)
    }

    /// Takes what templates may use from the config that would be found, if there is a good one; what is wrong
    /// with it is another matter.
    pub(crate) fn borrow_templates(&mut self) {
        let mut other = Loader::new(self.environment);
        let config = inputs(&Flags::default(), self.environment, &mut other.report).config;
        let file = config.and_then(|(named, by_user)| other.file(&named, by_user));
        settings::settings(&mut other, &Flags::default(), file, Purpose::Check);
        if !other.report.failed() {
            self.templates = other.templates;
        }
    }

    fn file(&mut self, named: &Named, by_user: bool) -> Option<File> {
        self.files.push(named.path.clone());
        let (source, root) = match files::config(&named.path) {
            Ok(bytes) => self.tree(&named.path, &named.shown, bytes)?,
            Err(problem) => {
                self.report.whole(Failure::Usage, &named.shown, problem);
                return None;
            }
        };
        let section = lower(&source, &root, by_user, &mut self.report)?;
        let folder = |path: &Path| path.parent().map(Path::to_path_buf).unwrap_or_default();
        let shown_folder = folder(Path::new(&named.shown));
        Some(File { source, section, folder: folder(&named.path), shown_folder })
    }

    /// The tree of a file, in the notation that its name tells.
    fn tree(&mut self, path: &Path, shown: &str, bytes: Vec<u8>) -> Option<(Source, Node)> {
        let Some(notation) = Notation::of(path) else {
            let problem = Problem::new("the name does not tell the notation")
                .hint("a config is named `.yaml`, `.yml`, `.toml` or `.json`");
            self.report.whole(Failure::Usage, shown, problem);
            return None;
        };
        let source = match Source::decode(shown, bytes) {
            Ok(source) => source,
            Err(mistake) => {
                let (source, span, problem) = *mistake;
                self.report.invalid(&source, span, problem);
                return None;
            }
        };
        match notation.read(&source) {
            Ok(root) => Some((source, root)),
            Err(mistakes) => {
                for (span, problem) in mistakes {
                    self.report.invalid(&source, span, problem);
                }
                None
            }
        }
    }

    /// The rules in a file of their own; `place` is where a config names it.
    fn rules_file(&mut self, path: &Path, shown: &str, place: (&Source, Span)) -> Option<RulesFile> {
        self.files.push(path.to_path_buf());
        match files::config(path) {
            Ok(bytes) => {
                let (source, node) = self.tree(path, shown, bytes)?;
                let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
                Some(RulesFile { source, node, folder })
            }
            Err(problem) => {
                let message = format!("{shown}: {}", problem.message);
                self.report.invalid(place.0, place.1, Problem { message, ..problem });
                None
            }
        }
    }

    /// A script, read and compiled once however often it is named; of a HAR, the one that `pick` means. `place`
    /// is where a config names it; then it is the config that is wrong where the file is not there.
    pub(crate) fn script(
        &mut self,
        path: &Path,
        shown: Arc<str>,
        pick: &Pick,
        origin: &Origin,
        place: Place<'_>,
    ) -> Option<Script> {
        if Kind::of(path) == Kind::Har {
            return self.recorded(path, &shown, pick, origin, place);
        }
        let key = (path.to_path_buf(), 0);
        if let Some((_, script)) = self.scripts.iter().find(|(known, _)| *known == key) {
            return script.clone();
        }
        self.files.push(path.to_path_buf());
        let bytes = if *shown == *STDIN { files::script_on_stdin() } else { files::script(path) };
        let script = match bytes {
            Ok(bytes) => self.compile_script(&bytes, shown),
            Err(problem) => {
                self.missing(&shown, origin, place, problem);
                None
            }
        };
        self.scripts.push((key, script.clone()));
        script
    }

    fn compile_script(&mut self, bytes: &[u8], shown: Arc<str>) -> Option<Script> {
        let options = mockforge_ws_replay::Options { file: shown, template: self.templates.clone() };
        let compiled = mockforge_ws_replay::compile(bytes, &options);
        self.report.adopt(bytes, compiled.diagnostics);
        compiled.script
    }

    /// A file that can't be read.
    fn missing(&mut self, shown: &str, origin: &Origin, place: Place<'_>, problem: Problem) {
        match place {
            Some((source, span)) => {
                let message = format!("{shown}: {}", problem.message);
                self.report.invalid(source, span, Problem { message, ..problem });
            }
            None => {
                let Problem { mut message, .. } = problem;
                if let Origin::Env(name) = origin {
                    message += &format!("; it is named by {name}");
                }
                self.report.whole(Failure::Usage, shown, Problem { message, ..problem });
            }
        }
    }
}

impl Parts {
    pub(crate) fn new(flags: &Flags, environment: &Environment) -> Self {
        Self {
            flags: flags.clone(),
            environment: environment.clone(),
            routes: mockforge_ws_server::Routes::default(),
            effective: Vec::new(),
            recordings: Recordings::default(),
            files: Vec::new(),
            warnings: Vec::new(),
            sources: crate::Sources::default(),
        }
    }
}
