//! `proxy:` of a route.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use mockforge_ws_core::{Breaker, Pool};
use mockforge_ws_diagnostic::{Problem, did_you_mean};
use mockforge_ws_layers::backlog::{Bounds, Overflow};
use mockforge_ws_proxy::{Host, Origin, Reconnect};

use super::Lower;
use crate::effective::Pick;
use crate::keys;
use crate::section::{Located, ModeSpec, ProxySpec};
use crate::tree::{Data, Node};
use crate::values;

impl Lower<'_> {
    pub(super) fn proxy(&mut self, node: &Node) -> Option<ProxySpec> {
        use keys::Proxy as Key;
        let mut spec = ProxySpec { section: node.to_value(), ..ProxySpec::default() };
        if let Data::String(_) = &node.data {
            spec.target = self.text(node, "a WebSocket URL", values::upstream);
            return spec.target.is_some().then_some(spec);
        }
        let mut rules = false;
        let whole = node;
        let fields = self.fields(node);
        let has_url = fields.iter().any(|(key, _)| *key == Key::UpstreamUrl);
        for (key, node) in fields {
            match key {
                Key::UpstreamUrl => spec.target = self.text(node, "a WebSocket URL", values::upstream),
                Key::Headers => self.proxy_headers(node, &mut spec),
                Key::Host => spec.passage.host = self.proxy_host(node).unwrap_or_default(),
                Key::Origin => spec.passage.origin = self.proxy_origin(node).unwrap_or_default(),
                Key::Forwarded => spec.passage.forwarded = self.boolean(node).is_some_and(|yes| yes.value),
                Key::Tls => self.proxy_tls(node, &mut spec),
                Key::Timeout => self.period(node, &mut spec.upstream.timeout),
                Key::Retry => self.retry(node, &mut spec),
                Key::Breaker => spec.upstream.breaker = Some(self.breaker(node)),
                Key::Pool => spec.upstream.pool = Some(self.pool(node, &mut spec.subprotocols)),
                Key::Reconnect => spec.reconnect = self.reconnect(node),
                Key::Interactive => spec.interactive = Some(node.clone()),
                // Compiled as they are written.
                Key::Rules | Key::Otherwise => rules = true,
                Key::Fallback => spec.fallback = self.fallback(node),
            }
        }
        if !has_url && matches!(node.data, Data::Mapping(_) | Data::Null) {
            self.invalid(
                node,
                Problem::new("`proxy:` names no server").hint("write `upstream_url: wss://…`"),
            );
        }
        spec.rules = rules.then(|| whole.clone());
        if spec.upstream.pool.is_some() {
            self.check_pool(node, &spec);
        }
        spec.target.is_some().then_some(spec)
    }

    /// All clients of a pool have one handshake, so what depends on the client can have no effect.
    fn check_pool(&mut self, node: &Node, spec: &ProxySpec) {
        let mut object = |what: &str| {
            let problem = Problem::new(format!("`{what}` has no effect beside `pool`"));
            self.invalid(node, problem.hint("connections of a pool are opened before there is a client"));
        };
        if !spec.passage.remove.is_empty() {
            object("remove");
        }
        if spec.passage.forwarded {
            object("forwarded");
        }
        if spec.passage.host == Host::Client {
            object("host: client");
        }
        if spec.upstream.pool.is_some_and(|pool| pool.reuse) && spec.reconnect.is_some() {
            object("reconnect");
        }
    }

    fn proxy_headers(&mut self, node: &Node, spec: &mut ProxySpec) {
        for (key, node) in self.fields(node) {
            match (key, &node.data) {
                (keys::ProxyHeaders::Set, Data::Mapping(members)) => {
                    for member in members {
                        let name = self.header_name(&member.key, &member.value);
                        let value =
                            self.text(&member.value, "the value of a header", |text| Ok(text.to_string()));
                        spec.set.extend(name.zip(value));
                    }
                }
                (keys::ProxyHeaders::Set, _) => {
                    self.expected::<()>(
                        node,
                        "headers by name, such as `{authorization: \"Bearer x\"}`",
                        None,
                    );
                }
                (keys::ProxyHeaders::Remove, _) => {
                    let names = self.texts(node, "names of headers", values::header_name).unwrap_or_default();
                    spec.passage.remove.extend(names.into_iter().map(|name| name.value));
                }
            }
        }
    }

    fn header_name(&mut self, name: &str, at: &Node) -> Option<HeaderName> {
        values::header_name(name).map_err(|problem| self.invalid(at, problem)).ok()
    }

    fn proxy_host(&mut self, node: &Node) -> Option<Host> {
        self.text(node, "`upstream`, `client`, or a host", |text| match text {
            "upstream" => Ok(Host::Upstream),
            "client" => Ok(Host::Client),
            text => header_value(text).map(Host::Fixed),
        })
        .map(|host| host.value)
    }

    fn proxy_origin(&mut self, node: &Node) -> Option<Origin> {
        self.text(node, "`client`, `upstream`, `none`, or an origin", |text| match text {
            "client" => Ok(Origin::Client),
            "upstream" => Ok(Origin::Upstream),
            "none" => Ok(Origin::Remove),
            text => values::origin(text).and_then(|text| header_value(&text)).map(Origin::Fixed),
        })
        .map(|origin| origin.value)
    }

    fn proxy_tls(&mut self, node: &Node, spec: &mut ProxySpec) {
        for (key, node) in self.fields(node) {
            match key {
                keys::ProxyTls::Ca => spec.tls.ca = self.file(node),
                keys::ProxyTls::Cert => spec.tls.cert = self.file(node),
                keys::ProxyTls::Key => spec.tls.key = self.file(node),
                keys::ProxyTls::Insecure => {
                    spec.tls.insecure = self.boolean(node).filter(|yes| yes.value).map(|yes| yes.span);
                }
            }
        }
        let object = match &spec.tls {
            tls if tls.cert.is_some() != tls.key.is_some() => {
                "a client certificate takes both `cert` and `key`"
            }
            tls if tls.insecure.is_some() && tls.ca.is_some() => "`ca` has no effect beside `insecure: true`",
            _ => return,
        };
        self.invalid(node, Problem::new(object));
    }

    fn retry(&mut self, node: &Node, spec: &mut ProxySpec) {
        spec.upstream.retries = 3;
        if let Data::Number(_) = node.data {
            let times = self.whole(node, "a number of repetitions", small);
            spec.upstream.retries = times.map_or(0, |times| times.value);
            return;
        }
        for (key, node) in self.fields(node) {
            match key {
                keys::Retry::Attempts => {
                    let times = self.whole(node, "a number of repetitions", small);
                    spec.upstream.retries = times.map_or(0, |times| times.value);
                }
                keys::Retry::Backoff => self.period(node, &mut spec.upstream.backoff),
            }
        }
    }

    fn breaker(&mut self, node: &Node) -> Breaker {
        let mut breaker = Breaker { failures: 5, rest: Duration::from_secs(30) };
        for (key, node) in self.fields(node) {
            match key {
                keys::Breaker::Failures => {
                    let failures = self.whole(node, "a number of failures", from_one);
                    breaker.failures = failures.map_or(breaker.failures, |failures| failures.value);
                }
                keys::Breaker::Rest => self.period(node, &mut breaker.rest),
            }
        }
        breaker
    }

    fn pool(&mut self, node: &Node, subprotocols: &mut Vec<String>) -> Pool {
        let mut pool = Pool { size: 4, idle: Duration::from_secs(60), reuse: false };
        let fields = match node.data {
            Data::Number(_) => {
                let size = self.whole(node, "a number of connections", from_one);
                pool.size = size.map_or(pool.size, |size| size.value as usize);
                Vec::new()
            }
            _ => self.fields(node),
        };
        for (key, node) in fields {
            match key {
                keys::Pool::Size => {
                    let size = self.whole(node, "a number of connections", from_one);
                    pool.size = size.map_or(pool.size, |size| size.value as usize);
                }
                keys::Pool::Idle => self.period(node, &mut pool.idle),
                keys::Pool::Reuse => pool.reuse = self.boolean(node).is_some_and(|yes| yes.value),
                keys::Pool::Subprotocols => {
                    let names = self.texts(node, "names", values::subprotocol).unwrap_or_default();
                    subprotocols.extend(names.into_iter().map(|name| name.value));
                }
            }
        }
        pool
    }

    fn reconnect(&mut self, node: &Node) -> Option<Reconnect> {
        if let Data::Bool(yes) = node.data {
            return yes.then(Reconnect::default);
        }
        let mut bounds = Bounds::default();
        for (key, node) in self.fields(node) {
            match key {
                keys::Reconnect::Messages => {
                    let most = self.whole(node, "a number of messages", from_one);
                    bounds.messages = most.map_or(bounds.messages, |most| most.value as usize);
                }
                keys::Reconnect::Bytes => {
                    let most = self.whole(node, "a number of bytes", from_one);
                    bounds.bytes = most.map_or(bounds.bytes, |most| most.value as usize);
                }
                keys::Reconnect::Overflow => {
                    let overflow = self.text(node, "`block`, `drop_oldest` or `close`", overflow);
                    bounds.overflow = overflow.map_or(bounds.overflow, |overflow| overflow.value);
                }
            }
        }
        Some(Reconnect { backlog: bounds })
    }

    /// One mode, as a route has it; in short the name of a script, or `echo`.
    fn fallback(&mut self, node: &Node) -> Option<Located<ModeSpec>> {
        let located = |value| Some(Located { value, span: node.span });
        if let Data::String(text) = &node.data {
            if text == "echo" {
                return located(ModeSpec::Echo(None));
            }
            return self.file(node).and_then(|file| located(ModeSpec::Replay(file, Pick::default())));
        }
        let mut modes = Vec::new();
        for (key, node) in self.fields(node) {
            match key {
                keys::Route::Replay => {
                    modes.push(self.replay(node).map(|(file, pick)| ModeSpec::Replay(file, pick)));
                }
                keys::Route::Interactive => modes.push(Some(ModeSpec::Interactive(node.clone()))),
                keys::Route::Ai => modes.push(Some(ModeSpec::Ai(node.clone()))),
                keys::Route::Echo => modes.push(Some(ModeSpec::Echo(self.echo(node)))),
                _ => {
                    let problem = Problem::new("a fallback has a mode and nothing else");
                    self.invalid(
                        node,
                        problem
                            .hint("one of `replay: FILE`, `interactive: {…}`, `ai: NARRATIVE`, `echo: {}`"),
                    );
                }
            }
        }
        if modes.len() != 1 {
            let problem = Problem::new("a fallback has one mode");
            self.invalid(
                node,
                problem.hint("one of `replay: FILE`, `interactive: {…}`, `ai: NARRATIVE`, `echo: {}`"),
            );
            return None;
        }
        located(modes.pop()??)
    }

    fn period(&mut self, node: &Node, slot: &mut Duration) {
        match self.duration(node) {
            Some(time) if time.is_zero() => {
                self.invalid(node, Problem::new("expected a time that is longer than nothing"));
            }
            Some(time) => *slot = time,
            None => {}
        }
    }
}

fn header_value(text: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(text).map_err(|_| Problem::new("the value of a header holds no control characters"))
}

fn small(number: u64) -> Result<u32, Problem> {
    u32::try_from(number)
        .ok()
        .filter(|number| *number <= 100)
        .ok_or_else(|| Problem::new(format!("expected a number from 0 to 100, found {number}")))
}

fn from_one(number: u64) -> Result<u32, Problem> {
    u32::try_from(number)
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| Problem::new(format!("expected a number from 1, found {number}")))
}

fn overflow(text: &str) -> Result<Overflow, Problem> {
    match text {
        "block" => Ok(Overflow::Block),
        "drop_oldest" => Ok(Overflow::DropOldest),
        "close" => Ok(Overflow::Close),
        _ => Err(Problem::new(format!("expected `block`, `drop_oldest` or `close`, found `{text}`"))
            .maybe_hint(did_you_mean(text, ["block", "drop_oldest", "close"]))),
    }
}
