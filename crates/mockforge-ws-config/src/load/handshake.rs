//! How routes answer opening handshakes.

use mockforge_ws_core::Stack;
use mockforge_ws_interactive::{Handshake, Options};

use super::Loader;
use crate::section::RouteSpec;
use crate::source::Source;

impl Loader<'_> {
    /// A route's mode behind its `handshake:`, if it has one. `None` where either is wrong.
    pub(super) fn behind_handshake(
        &mut self,
        place: Option<(&Source, &RouteSpec)>,
        mode: Option<Stack>,
    ) -> Option<Stack> {
        let Some((source, spec)) = place else { return mode };
        let Some(node) = &spec.handshake else { return mode };
        let subprotocols: Vec<_> = spec.subprotocols.iter().map(|name| name.value.clone()).collect();
        let options = Options::from(self.templates.clone());
        match Handshake::compile(&node.to_value(), &subprotocols, &options) {
            Ok(handshake) => mode.map(|mode| Stack::new(handshake.around(mode))),
            Err(problems) => {
                for problem in problems {
                    let span = node.locate(source, &problem);
                    self.report.invalid(source, span, problem);
                }
                None
            }
        }
    }
}
