//! `mockforge import`.

use std::path::{Path, PathBuf};

use mockforge_ws_config::{Environment, Failure, Problems, Sources, har};
use mockforge_ws_diagnostic::{Diagnostic, Severity};
use mockforge_ws_replay::har::{Har, Socket};

use super::place::{Place, folder, there};
use crate::args::Import;
use crate::exit::{Exit, Stop};
use crate::{problems, terminal};

/// What it means that something is wrong.
const NOTHING: &str = "nothing is imported";

pub(super) fn run(args: &Import) -> Result<Exit, Stop> {
    let har = har(&args.file, &Environment::real()).map_err(|found| problems::stop(&found, NOTHING))?;
    if args.list {
        terminal::stdout(&format!("{}\n", har.list(usize::MAX)))?;
        return Ok(Exit::Ok);
    }
    match args.out.as_deref().filter(|out| is_folder(out)) {
        Some(out) => all(args, &har, out),
        None => one(args, &har),
    }
}

/// Whether a folder is meant: one that is there, or a name with a `/` at its end.
fn is_folder(out: &Path) -> bool {
    out.is_dir() || out.as_os_str().to_string_lossy().ends_with(std::path::is_separator)
}

fn number(args: &Import) -> Option<usize> {
    args.index.map(|index| usize::try_from(index).unwrap_or(usize::MAX))
}

fn one(args: &Import, har: &Har) -> Result<Exit, Stop> {
    let (_, socket) = har.select(number(args), args.url.as_deref()).map_err(|problem| {
        let list = problem.hint.unwrap_or_default();
        let hint = format!("{list}\nchoose one with --index or --url, or write all to a folder: --out DIR/");
        Stop::usage(format!("{}: {}", har.file, problem.message)).hint(hint)
    })?;
    let (source, warnings) = scripts([socket])?;
    terminal::stderr(&problems::render(&warnings, &Sources::default()));
    let place = Place::of(args.out.as_deref(), args.force);
    place.write(|out| source.iter().try_for_each(|source| out.write_all(source.as_bytes())))?;
    if let Place::File { path, .. } = place {
        terminal::stdout(&format!("{}\n", path.display()))?;
    }
    Ok(Exit::Ok)
}

/// One file for each, or none at all where one can't be made.
fn all(args: &Import, har: &Har, out: &Path) -> Result<Exit, Stop> {
    let chosen: Vec<(usize, &Socket)> = (1..)
        .zip(&har.sockets)
        .filter(|(at, _)| number(args).is_none_or(|number| number == *at))
        .filter(|(_, socket)| args.url.as_ref().is_none_or(|url| socket.url.contains(url)))
        .collect();
    if chosen.is_empty() {
        return one(args, har);
    }
    let (sources, warnings) = scripts(chosen.iter().map(|(_, socket)| *socket))?;
    terminal::stderr(&problems::render(&warnings, &Sources::default()));
    let digits = har.sockets.len().to_string().len();
    let path = |(number, socket): &(usize, &Socket)| -> PathBuf {
        out.join(format!("{number:0digits$}{}.jsonl", slug(socket.path())))
    };
    let paths: Vec<_> = chosen.iter().map(path).collect();
    if let Some(path) = paths.iter().find(|path| !args.force && path.exists()) {
        return Err(there(path));
    }
    folder(out)?;
    for (path, source) in paths.iter().zip(sources) {
        Place::of(Some(path), args.force).write(|out| out.write_all(source.as_bytes()))?;
        terminal::stdout(&format!("{}\n", path.display()))?;
    }
    Ok(Exit::Ok)
}

/// The scripts and what is to be said about them.
fn scripts<'s>(
    sockets: impl IntoIterator<Item = &'s Socket>,
) -> Result<(Vec<String>, Vec<Diagnostic>), Stop> {
    let (mut sources, mut diagnostics) = (Vec::new(), Vec::new());
    for socket in sockets {
        let imported = socket.script();
        sources.extend(imported.source);
        diagnostics.extend(imported.diagnostics);
    }
    if diagnostics.iter().any(|found| found.severity == Severity::Error) {
        let problems = Problems { diagnostics, sources: Sources::default(), failure: Failure::Invalid };
        return Err(problems::stop(&problems, NOTHING));
    }
    Ok((sources, diagnostics))
}

/// A path as a part of the name of a file: `/v2/prices` is `-v2-prices`.
fn slug(path: &str) -> String {
    const LONGEST: usize = 60;
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '_' { c } else { '-' };
    let slug: String = path.chars().take(LONGEST).map(plain).collect();
    slug.trim_end_matches('-').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain() {
        let check = |path: &str, expect: &str| assert_eq!(slug(path), expect);
        check("/v2/prices", "-v2-prices");
        check("/", "");
        check("/../a b\0/é", "-..-a-b");
    }
}
