//! HAR files with what lies beside them.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use mockforge_ws_diagnostic::{Diagnostic, Problem, Severity};
use mockforge_ws_replay::har::{Har, read};

use crate::inputs::STDIN;
use crate::{Environment, Failure, Problems, Sources, files};

/// Reads a HAR and the files of messages that it refers to, which have to lie in its folder or below. `file`
/// is relative to the working directory and shown as it is given; `-` is the standard input.
///
/// # Errors
/// When a file can't be read, and what is wrong with it.
///
/// ```no_run
/// use std::path::Path;
/// use mockforge_ws_config::{Environment, har};
///
/// let har = har(Path::new("session.har"), &Environment::real())?;
/// println!("{}", har.list(usize::MAX));
/// # Ok::<(), mockforge_ws_config::Problems>(())
/// ```
pub fn har(file: &Path, environment: &Environment) -> Result<Har, Problems> {
    let shown = file.display().to_string();
    let found = match &*shown {
        STDIN => read(io::stdin().lock(), shown)
            .map_err(Unread::Invalid)
            .and_then(|har| complete(har, None).map(|(har, _)| har)),
        _ => open(&environment.cwd().join(file), &shown.into()).map(|(har, _)| har),
    };
    found.map_err(|unread| {
        let (failure, diagnostic) = match unread {
            Unread::Missing(shown, problem) => (Failure::Usage, whole(&shown, problem)),
            Unread::Invalid(diagnostic) => (Failure::Invalid, diagnostic),
        };
        Problems { diagnostics: vec![diagnostic], sources: Sources::default(), failure }
    })
}

/// Why there is no HAR.
pub(crate) enum Unread {
    /// The file of that name can't be read.
    Missing(Arc<str>, Problem),
    Invalid(Diagnostic),
}

/// Reads a HAR and what it refers to, which is listed.
pub(crate) fn open(path: &Path, shown: &Arc<str>) -> Result<(Har, Vec<PathBuf>), Unread> {
    let file = files::har(path).map_err(|problem| Unread::Missing(Arc::clone(shown), problem))?;
    let har = read(file, Arc::clone(shown)).map_err(Unread::Invalid)?;
    complete(har, path.parent())
}

/// Takes the messages of attached files.
fn complete(mut har: Har, folder: Option<&Path>) -> Result<(Har, Vec<PathBuf>), Unread> {
    let mut attached = Vec::new();
    for socket in &mut har.sockets {
        let Some(name) = socket.attached.clone() else { continue };
        let refuse = |why: &str| {
            let problem = Problem::new(format!(
                "entry {} refers to the file `{}`, {why}",
                socket.entry,
                name.escape_debug()
            ));
            Unread::Invalid(whole(
                &har.file,
                problem.hint("attached files lie in the folder of the HAR or below it"),
            ))
        };
        let Some(folder) = folder else { return Err(refuse("which is unknown on the standard input")) };
        let path = within(folder, &name).ok_or_else(|| refuse("outside of the HAR's folder"))?;
        let shown = Path::new(&*har.file).with_file_name(&name).display().to_string();
        let file = files::har(&path).map_err(|problem| {
            let message = format!("entry {} refers to {shown}: {}", socket.entry, problem.message);
            Unread::Invalid(whole(&har.file, Problem { message, ..problem }))
        })?;
        socket.attach(file, shown).map_err(Unread::Invalid)?;
        attached.push(path);
    }
    Ok((har, attached))
}

/// The path of a file that a HAR names, if that is in the HAR's folder, links followed.
fn within(folder: &Path, name: &str) -> Option<PathBuf> {
    let name = Path::new(name);
    let plain = name.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let path = folder.join(name);
    // What is not there is told when it is opened.
    let stays = match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => true,
    };
    (plain && stays).then_some(path)
}

fn whole(file: &Arc<str>, problem: Problem) -> Diagnostic {
    let Problem { message, hint, .. } = problem;
    let (severity, file) = (Severity::Error, Arc::clone(file));
    Diagnostic { severity, file, line: 0, column: 0, width: 1, message, hint }
}
