//! A folder for one test, and what is said about what is in it.

use std::fs;
use std::path::{Path, PathBuf};

use mockforge_ws_config::{Config, Environment, Flags, Problems, load};
use tempfile::TempDir;

/// A folder with files, gone when it is dropped.
pub(crate) struct Folder {
    root: TempDir,
}

impl Folder {
    pub(crate) fn new<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        let folder = Self { root: TempDir::new().unwrap() };
        // What stands above the folder must not be found.
        folder.write(".git/HEAD", "");
        for (name, contents) in files {
            folder.write(name, contents);
        }
        folder
    }

    pub(crate) fn write(&self, name: &str, contents: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The environment of a process that runs in a folder below.
    pub(crate) fn environment<const N: usize>(&self, below: &str, vars: [(&str, &str); N]) -> Environment {
        Environment::with(self.path(below), vars)
    }

    pub(crate) fn load(&self, flags: &Flags) -> Result<Config, Problems> {
        load(flags, &self.environment("", []))
    }

    /// What is wrong with a run in this folder.
    pub(crate) fn told(&self, flags: &Flags) -> String {
        self.load(flags).map_or_else(|problems| problems.to_string(), |config| panic!("{}", config.print()))
    }
}

/// The fixtures of this crate.
pub(crate) fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Its files, by name.
pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fixtures(folder).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[expect(clippy::disallowed_methods, reason = "a fixture is read as it stands")]
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
