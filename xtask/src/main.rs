//! The project's own commands: `cargo xtask help` lists them.
//!
//! One file a command, and this one `match`. No crate of the workspace is a dependency, so that the rules
//! can be checked while the crates do not build.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program prints")]
#![expect(
    clippy::disallowed_methods,
    reason = "a development tool reads the workspace's files and the environment that cargo gives it"
)]

mod bench;
mod ci;
mod codegen;
mod deny;
mod diagram;
mod features;
mod fuzz;
mod help;
mod layers;
mod lint;
mod llm;
mod process;
mod records;
mod report;
mod tables;
mod test;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match command(&args) {
        None => {
            eprintln!("error: {}", help::mistake(&args));
            ExitCode::from(2)
        }
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs what the arguments name; `None` where they name nothing.
fn command(args: &[&str]) -> Option<Result<()>> {
    Some(match args {
        ["test"] => test::run(),
        ["lint"] => lint::run(),
        ["layers"] => layers::run(),
        ["codegen"] => codegen::write(),
        ["codegen", "--check"] => codegen::check(),
        ["bench", rest @ ..] => bench::run(rest),
        ["fuzz"] => fuzz::run(fuzz::DEFAULT_SECONDS),
        ["fuzz", seconds] => fuzz::run(seconds.parse().ok()?),
        ["deny"] => deny::run(deny::Checks::Offline),
        ["deny", "--advisories"] => deny::run(deny::Checks::All),
        ["llm"] => llm::run(),
        ["ci"] => ci::run(),
        ["help" | "--help" | "-h"] | [] => help::run(),
        _ => return None,
    })
}
