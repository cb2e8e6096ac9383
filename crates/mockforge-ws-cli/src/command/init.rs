//! `mockforge init`.

use std::fs::{OpenOptions, create_dir_all};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use mockforge_ws_config::starter;

use crate::args::Init;
use crate::exit::{Exit, Stop};
use crate::terminal::{self, STRONG, counted};

pub(super) fn run(args: &Init) -> Result<Exit, Stop> {
    let here = args.dir == Path::new(".");
    let path_of = |name: &str| if here { PathBuf::from(name) } else { args.dir.join(name) };
    let files = starter();
    let there: Vec<_> = files.iter().map(|(name, _)| path_of(name)).filter(|path| path.exists()).collect();
    if !there.is_empty() {
        let names: Vec<_> = there.iter().map(|path| path.display().to_string()).collect();
        return Err(Stop::usage(format!("already there, and never overwritten: {}", names.join(", ")))
            .hint("choose another folder, as in `mockforge init mocks`"));
    }
    for (name, contents) in files {
        let path = path_of(name);
        write_new(&path, contents).map_err(|error| Stop::unwritable(&path, &error))?;
        terminal::stdout(&format!("{}\n", path.display()))?;
    }
    let go = if here { String::new() } else { format!("cd {} && ", args.dir.display()) };
    let wrote = counted(files.len(), "file");
    terminal::stderr(&format!("wrote {wrote}; now run\n\n    {STRONG}{go}mockforge serve{STRONG:#}\n\n"));
    Ok(Exit::Ok)
}

fn write_new(path: &Path, contents: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(contents.as_bytes())
}
