//! Our own evaluator for plain paths: names, indices, wildcards, and filters that compare with literals.
//!
//! It allocates nothing, and its work is linear in the message. All other paths are `serde_json_path`'s.

mod parse;
mod query;

pub(crate) use parse::parse;
pub(crate) use query::find;
