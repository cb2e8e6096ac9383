//! Limits: `handshake_limits:`, and times that may be none.

use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_server::Handshakes;

use super::Lower;
use crate::keys;
use crate::section::Located;
use crate::tree::Node;
use crate::values;

impl Lower<'_> {
    pub(super) fn handshake_limits(&mut self, node: &Node) -> Located<Handshakes> {
        let mut limits = Handshakes::default();
        for (key, node) in self.fields(node) {
            match key {
                keys::HandshakeLimits::Timeout => {
                    if let Some(timeout) = self.at_most(node) {
                        match timeout.value {
                            Some(timeout) => limits.timeout = timeout,
                            None => self.invalid(node, Problem::new("a client needs some time: `10s`")),
                        }
                    }
                }
                keys::HandshakeLimits::MaxPending => {
                    self.count(node, "a number of clients", &mut limits.max_pending);
                }
                keys::HandshakeLimits::MaxHeaders => {
                    self.count(node, "a number of headers", &mut limits.max_headers);
                }
                keys::HandshakeLimits::MaxHeaderSize => {
                    self.count(node, "a size in bytes", &mut limits.max_header_size);
                }
                keys::HandshakeLimits::MaxRequestLine => {
                    self.count(node, "a size in bytes", &mut limits.max_request_line);
                }
            }
        }
        Located { value: limits, span: node.span }
    }

    /// A time; none at all is no limit.
    pub(super) fn at_most(&mut self, node: &Node) -> Option<Located<Option<Duration>>> {
        let time = self.duration(node)?;
        Some(Located { value: Some(time).filter(|time| !time.is_zero()), span: node.span })
    }

    /// A number that handshakes are limited by: large enough for one, and small enough to be kept in memory.
    fn count(&mut self, node: &Node, what: &str, slot: &mut usize) {
        if let Some(count) = self.whole(node, what, |number| values::handshake_limit(number, what)) {
            *slot = count.value;
        }
    }
}
