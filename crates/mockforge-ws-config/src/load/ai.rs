//! Routes whose events come from a narrative.

use mockforge_ws_core::Stack;
use mockforge_ws_layers::first::First;

use super::settings::FileRoutes;
use super::{File, Loader};
use crate::tree::{Data, Node};
use crate::{ai, files};

impl Loader<'_> {
    /// The mode of an `ai:` section of a config file.
    pub(super) fn ai(&mut self, node: &Node, file: &File, from_file: &FileRoutes) -> Option<Stack> {
        let mut schema = None;
        let read = ai::read(&node.to_value(), self.environment, |name| {
            let (path, _) = file.beside(name);
            schema = Some(path.clone());
            files::config(&path)
        });
        self.files.extend(schema);
        let mode = read.and_then(|ai| ai.mode()).map_err(|problems| {
            for problem in problems {
                let span = node.locate(&file.source, &problem);
                self.report.invalid(&file.source, span, problem);
            }
        });
        match node.get("interactive").filter(|rules| matches!(rules.data, Data::Mapping(_))) {
            None => mode.ok().map(Stack::new),
            Some(rules) => {
                let rules = self.rules_at(rules, &file.source, from_file);
                Some(Stack::new(First::new(rules?, mode.ok()?)))
            }
        }
    }
}
