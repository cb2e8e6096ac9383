//! Regexes of the `regex` crate: linear in the message, searched rather than anchored, limited in size.

use std::sync::Arc;

use mockforge_ws_diagnostic::Problem;
use regex::{Regex, RegexBuilder};

use crate::groups::Groups;
use crate::syntax;

/// How large one compiled regex may be, in bytes.
pub(crate) const SIZE_LIMIT: usize = 10 << 20;

#[derive(Debug, Clone)]
pub(crate) struct Expression {
    regex: Regex,
    names: Arc<[Option<String>]>,
}

/// Two regexes are the same where they are written the same way.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Expression {
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let regex = RegexBuilder::new(text)
            .size_limit(SIZE_LIMIT)
            .build()
            .map_err(|error| vec![syntax::problem(text, &error)])?;
        let names = regex.capture_names().map(|name| name.map(str::to_string)).collect();
        Ok(Self { regex, names })
    }

    pub(crate) fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The groups of the first match; 0 is the match as a whole.
    pub(crate) fn captures(&self, text: &str) -> Option<Groups> {
        let groups = if self.names.len() == 1 {
            // Without groups the search for them is spared.
            vec![Some(self.regex.find(text)?.as_str().to_string())]
        } else {
            let captures = self.regex.captures(text)?;
            captures.iter().map(|group| group.map(|group| group.as_str().to_string())).collect()
        };
        Some(Groups::new(Arc::clone(&self.names), groups))
    }

    /// Whether it would match with letters of either case.
    pub(crate) fn matches_ignoring_case(&self, text: &str) -> bool {
        RegexBuilder::new(self.as_str())
            .case_insensitive(true)
            .size_limit(SIZE_LIMIT)
            .build()
            .is_ok_and(|regex| regex.is_match(text))
    }
}
