//! Limits: `handshake_limits:`, `rate_limit:`, and times that may be none.

use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_layers::rate::Over;
use mockforge_ws_server::Handshakes;
use serde_json::Value;

use super::Lower;
use crate::keys;
use crate::rate_limit::{self, By, RateLimited};
use crate::section::Located;
use crate::tree::{Data, Node};
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

    pub(super) fn rate_limit(&mut self, node: &Node) -> Option<Located<RateLimited>> {
        let (mut messages, mut per, mut by) = (None, None, By::default());
        let (mut over, mut reply) = (Over::default(), None);
        let fields = self.fields(node);
        let said = |key| fields.iter().any(|(other, _)| *other == key);
        let is_whole = said(keys::RateLimit::Messages) && said(keys::RateLimit::Per);
        for (key, node) in fields {
            match key {
                keys::RateLimit::Messages => messages = self.whole(node, "a number of messages", Ok),
                keys::RateLimit::Per => per = self.duration(node),
                keys::RateLimit::By => {
                    by = self.text(node, "what is counted together", values::by).map_or(by, |by| by.value);
                }
                keys::RateLimit::Over if matches!(node.data, Data::Mapping(_)) => {
                    for (key, node) in self.fields(node) {
                        match key {
                            keys::Over::Reply => reply = self.reply(node),
                        }
                    }
                    over = reply.as_ref().map_or(over, |reply| Over::Reply(rate_limit::reply(reply)));
                }
                keys::RateLimit::Over => {
                    let what = "`delay`, `drop`, `close` or `{ reply: … }`";
                    over = self.text(node, what, values::over).map_or(over, |over| over.value);
                }
            }
        }
        if !is_whole && matches!(node.data, Data::Mapping(_) | Data::Null) {
            let problem = Problem::new("a rate is so many `messages` in a time, `per`");
            self.invalid(node, problem.hint("write `rate_limit: { messages: 1000, per: 60s }`"));
        }
        match rate_limit::rate(messages?.value, per?) {
            Ok(rate) => Some(Located { value: RateLimited { rate, by, over, reply }, span: node.span }),
            Err(problem) => {
                self.invalid(node, problem);
                None
            }
        }
    }

    /// What is answered to a message beyond the limit.
    fn reply(&mut self, node: &Node) -> Option<Value> {
        let value = node.to_value();
        if value.to_string().contains("{{") {
            let problem = Problem::new("the answer is sent as it stands, and would have `{{` in it");
            self.invalid(node, problem.hint("templates are for the answers of rules"));
            return None;
        }
        Some(value)
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
