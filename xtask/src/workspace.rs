//! The workspace as plain data, read once: what the rules and the generators look at.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, TargetKind};

use crate::process;

/// The packages of the workspace and what lies at its root.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// The packages, by name.
    pub(crate) members: Vec<Member>,
    /// The names of what lies at the root and is not ignored by git.
    pub(crate) entries: Vec<String>,
}

/// A package.
#[derive(Debug, Default)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Relative to the root, with `/`.
    pub(crate) folder: String,
    pub(crate) description: String,
    pub(crate) manifest: toml::Table,
    /// Dependencies on other packages of the workspace.
    pub(crate) edges: Vec<Edge>,
    /// The names of its benchmarks.
    pub(crate) benches: Vec<String>,
    /// Its Rust files, by path.
    pub(crate) sources: Vec<Source>,
}

/// A dependency on a package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) to: String,
    /// For its tests, examples and benchmarks only.
    pub(crate) dev: bool,
}

/// A Rust file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) lines: usize,
    /// Whether it opens with `//!`.
    pub(crate) introduced: bool,
}

/// The folder of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the workspace's folder")
}

impl Workspace {
    /// Reads the workspace.
    pub(crate) fn read() -> Result<Self> {
        let metadata = Self::metadata()?;
        let mut members =
            metadata.workspace_packages().into_iter().map(Member::read).collect::<Result<Vec<_>>>()?;
        members.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { members, entries: entries()? })
    }

    /// What cargo says about the packages of the workspace.
    pub(crate) fn metadata() -> Result<Metadata> {
        let mut command = MetadataCommand::new();
        Ok(command.manifest_path(root().join("Cargo.toml")).no_deps().exec()?)
    }
}

impl Member {
    fn read(package: &Package) -> Result<Self> {
        let manifest = package.manifest_path.as_std_path();
        let folder = manifest.parent().expect("a manifest lies in a folder");
        let text = std::fs::read_to_string(manifest).with_context(|| manifest.display().to_string())?;
        let ours = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
        let mut edges: Vec<Edge> = ours
            .map(|dependency| Edge {
                to: dependency.name.clone(),
                dev: dependency.kind == DependencyKind::Development,
            })
            .collect();
        edges.sort();
        edges.dedup();
        let benches = package.targets.iter().filter(|target| target.is_kind(TargetKind::Bench));
        let mut sources = Vec::new();
        read_sources(folder, &mut sources)?;
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self {
            name: package.name.to_string(),
            folder: relative(folder),
            description: package.description.clone().unwrap_or_default(),
            manifest: text.parse().with_context(|| manifest.display().to_string())?,
            edges,
            benches: benches.map(|target| target.name.clone()).collect(),
            sources,
        })
    }
}

/// The Rust files under a folder; what git ignores by habit (`target`, hidden folders, `node_modules`) is
/// passed over.
fn read_sources(folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    for entry in folder.read_dir().with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                read_sources(&path, sources)?;
            }
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            sources.push(Source {
                path: relative(&path),
                lines: text.lines().count(),
                introduced: text.starts_with("//!"),
            });
        }
    }
    Ok(())
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// What lies at the root: as git sees it, or in a copy without git all but the build's output.
fn entries() -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let mut names: Vec<String> = match process::output(&mut git) {
        Ok(files) => files.split_terminator('\0').map(first_component).collect(),
        Err(_) => {
            let all = root().read_dir()?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
            let all = all.collect::<std::io::Result<Vec<_>>>()?;
            all.into_iter().filter(|name| name != "target" && name != ".git").collect()
        }
    };
    names.sort();
    names.dedup();
    // The index still names what has been deleted.
    names.retain(|name| root().join(name).exists());
    Ok(names)
}

fn first_component(path: &str) -> String {
    path.split('/').next().unwrap_or_default().to_owned()
}
