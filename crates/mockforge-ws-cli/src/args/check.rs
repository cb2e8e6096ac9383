//! `mockforge check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

/// Check scripts and configs without serving them.
///
/// Every problem is shown with its place and a hint. A config's scripts are checked with it.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Check {
    /// Scripts (.jsonl), recordings (.har) and configs; without one, the config that `serve` would find
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// Print what happens when, for each script
    #[arg(long)]
    pub(crate) timeline: bool,

    /// Print the machine of each route's rules as a state diagram
    #[arg(long, value_name = "NOTATION", num_args = 0..=1, require_equals = true, default_missing_value = "mermaid")]
    pub(crate) graph: Option<Graph>,

    /// Fail on warnings too
    #[arg(long)]
    pub(crate) strict: bool,
}

/// How a state diagram is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Graph {
    /// Mermaid, which Markdown pages show
    Mermaid,
    /// Graphviz's DOT
    Dot,
}

const EXAMPLES: &str = "\
Examples:
  mockforge check                            the config of this folder, and its scripts
  mockforge check --strict scripts/*.jsonl   for CI
  mockforge check --timeline feed.jsonl      what is sent when, and what is waited for
  mockforge check --graph=dot | dot -Tsvg    the states of the rules as a picture";
