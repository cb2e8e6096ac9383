//! Why no events are generated.

use std::fmt;

use mockforge_ws_ai::LlmError;
use mockforge_ws_diagnostic::{Key, Problem};

/// Why no events are generated, or a script is not augmented.
#[derive(Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AiError {
    /// The config, or the script, has mistakes.
    #[error("{}", lines(.0))]
    Config(Vec<Problem>),
    /// The model has failed.
    #[error(transparent)]
    Model(#[from] LlmError),
}

impl From<Vec<Problem>> for AiError {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Config(problems)
    }
}

/// As its `Display`, so that `unwrap` in a test shows every mistake on a line of its own.
impl fmt::Debug for AiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One a line, each behind the way to the setting that it is about: `replay.provider: …`.
pub(super) fn lines(problems: &[Problem]) -> String {
    let line = |problem: &Problem| match way(&problem.path) {
        way if way.is_empty() => problem.to_string(),
        way => format!("{way}: {problem}"),
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn way(path: &[Key]) -> String {
    path.iter().fold(String::new(), |way, key| match key {
        Key::Name(name) if way.is_empty() => name.clone(),
        Key::Name(name) => format!("{way}.{name}"),
        Key::Index(index) => format!("{way}[{index}]"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_shown_with_the_way_to_them() {
        let deep = Problem::new("empty").hint("say it").under(1).under("augmentation_points").under("replay");
        let error = AiError::from(vec![Problem::new("nothing"), deep]);
        assert_eq!(format!("{error:?}"), "nothing\nreplay.augmentation_points[1]: empty (say it)");
    }
}
