//! `mockforge augment`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde_json::{Map, Value};

use super::model::{ModelFlags, flag};

/// Give a script more messages, or other ones, that a narrative tells of.
///
/// Messages are inserted after the lines that --at chooses, or with --rewrite take the place of theirs. All else stays as
/// it is, to the byte, and each generated line is marked by a comment. Look at the changes first: --dry-run.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Augment {
    /// The script
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// What the messages are about, in your words
    #[arg(long, value_name = "TEXT")]
    narrative: String,

    /// Which lines: a label, a type of messages, a JSONPath, or a /regex/ (repeatable)
    #[arg(long, value_name = "POINT", required = true)]
    pub(crate) at: Vec<String>,

    /// Other messages in place of those of the lines
    #[arg(long)]
    pub(crate) rewrite: bool,

    /// How many messages are inserted at each point
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "rewrite")]
    pub(crate) per_point: usize,

    /// The JSON Schema of each message
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    schema: Option<PathBuf>,

    #[command(flatten)]
    model: ModelFlags,

    /// The number from which everything random follows [default: drawn]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// The script to write [default: stdout]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,

    /// Print what would change, and write nothing
    #[arg(long, conflicts_with_all = ["out", "force"])]
    pub(crate) dry_run: bool,

    /// Overwrite a file that is there
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}

impl Augment {
    /// The same as an `ai:` section.
    pub(crate) fn section(&self) -> Value {
        let mut section = Map::from_iter([("narrative".to_string(), self.narrative.as_str().into())]);
        let schema = self.schema.as_ref().map(|file| file.display().to_string());
        section.extend(schema.map(|file| ("schema".to_string(), file.into())));
        self.model.put_into(&mut section);
        section.into()
    }

    /// The flag that a key of the section, or an option of the augmentation, comes from.
    pub(crate) fn flag(key: &str) -> String {
        flag(key, &[("points", "--at")])
    }
}

const EXAMPLES: &str = "\
Examples:
  mockforge augment feed.jsonl --narrative 'A sudden crash' --at type:trade --dry-run
  mockforge augment chat.jsonl --narrative 'Bob interrupts, ever ruder' --at user_message --per-point 2 --out rude.jsonl
  mockforge augment chat.jsonl --narrative 'The same in French' --at '$.text' --rewrite --provider openai --out fr.jsonl";
