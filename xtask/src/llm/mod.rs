//! `llm`: the binary against a real language model, too slow for every run of the tests.

mod model;
mod running;
mod scenes;

use anyhow::Result;

use crate::process;
use crate::report::Report;
use crate::workspace::Workspace;

/// Plays every scene, whatever became of those before, and prints all that was said.
pub(crate) fn run() -> Result<()> {
    let metadata = Workspace::metadata()?;
    process::run(&mut process::cargo(&["build", "--quiet", "--package", "mockforge-ws-cli"]))?;
    let binary = metadata.target_directory.join("debug/mockforge");
    let folder = metadata.target_directory.join("llm");
    let model = model::Model::start(folder.as_std_path())?;
    let stage = scenes::Stage::new(binary.as_std_path(), folder.as_std_path(), &model)?;
    let mut report = Report::default();
    for (name, scene) in scenes::ALL {
        report.step(*name, || scene(&stage));
    }
    report.finish()
}
