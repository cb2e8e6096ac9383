//! Routes and their modes.

use std::path::Path;

use mockforge_ws_diagnostic::Problem;

use super::Lower;
use crate::effective::Pick;
use crate::inputs::Kind;
use crate::keys::{self, Keys as _};
use crate::section::{Located, ModeSpec, RouteSpec};
use crate::tree::{Data, Node};
use crate::values;

impl Lower<'_> {
    pub(super) fn routes(&mut self, node: &Node) -> Vec<RouteSpec> {
        match &node.data {
            Data::List(elements) => elements.iter().filter_map(|element| self.route(element)).collect(),
            Data::Mapping(members) => {
                let hint = match members.first() {
                    Some(first) if first.key.starts_with('/') => {
                        format!("write `- path: {}` and the rest below it", first.key)
                    }
                    _ => "each route begins with `- path:`".into(),
                };
                self.expected::<()>(node, "a list of routes", Some(&hint));
                Vec::new()
            }
            _ => {
                self.expected::<()>(node, "a list of routes", None);
                Vec::new()
            }
        }
    }

    fn route(&mut self, node: &Node) -> Option<RouteSpec> {
        use keys::Route as Key;
        let (mut path, mut subprotocols, mut latency, mut faults) = (None, Vec::new(), None, None);
        let (mut speed, mut seed, mut handshake, mut reload, mut record) = (None, None, None, None, None);
        let mut rate_limit = None;
        let mut modes: Vec<(Key, Option<Located<ModeSpec>>)> = Vec::new();
        let fields = self.fields(node);
        let said = |key: Key| fields.iter().any(|(other, _)| *other == key);
        let (has_path, is_route) = (said(Key::Path), matches!(node.data, Data::Mapping(_)));
        for (key, node) in fields {
            let located = |value| Located { value, span: node.span };
            match key {
                Key::Path => path = self.text(node, "a path", values::path),
                Key::Subprotocols => {
                    subprotocols = self.texts(node, "names", values::subprotocol).unwrap_or_default();
                }
                Key::Replay => {
                    modes.push((
                        key,
                        self.replay(node).map(|(file, pick)| located(ModeSpec::Replay(file, pick))),
                    ));
                }
                Key::Proxy => {
                    modes.push((key, self.proxy(node).map(|spec| located(ModeSpec::Proxy(Box::new(spec))))));
                }
                Key::Echo => modes.push((key, Some(located(ModeSpec::Echo(self.echo(node)))))),
                Key::Interactive => modes.push((key, Some(located(ModeSpec::Interactive(node.clone()))))),
                Key::Ai => modes.push((key, Some(located(ModeSpec::Ai(node.clone()))))),
                Key::Latency => latency = self.latency(node),
                Key::Faults => faults = self.faults(node),
                Key::Speed => speed = self.speed(node),
                Key::RateLimit => rate_limit = self.rate_limit(node),
                Key::Seed => seed = self.whole(node, "a seed", values::seed),
                Key::Handshake => handshake = Some(node.clone()),
                Key::Reload => reload = self.text(node, "`keep` or `close`", values::reload),
                Key::Record => record = self.record(node),
            }
        }
        if !is_route {
            return None;
        }
        if !has_path {
            self.invalid(node, Problem::new("the route has no `path`").hint("write `path: /ws`, say"));
        }
        if modes.is_empty() && !has_unknown_keys(node) {
            let problem = Problem::new("nothing serves the route");
            self.invalid(
                node,
                problem.hint(
                    "give it one of `replay: FILE`, `interactive: {rules: […]}`, `proxy: URL`, `ai: NARRATIVE`, `echo: {}`",
                ),
            );
        }
        if let [(first, _), (second, _), ..] = modes[..] {
            let (first, second) = (first.name(), second.name());
            let problem = Problem::new(format!("the route has both `{first}` and `{second}`"));
            self.invalid(node, problem.hint(one_mode(first, second)));
            return None;
        }
        let mode = modes.pop()?.1?;
        let path = path?;
        Some(RouteSpec {
            path,
            subprotocols,
            mode,
            latency,
            faults,
            speed,
            rate_limit,
            seed,
            handshake,
            reload,
            record,
        })
    }

    pub(super) fn replay(&mut self, node: &Node) -> Option<(Located<String>, Pick)> {
        if !matches!(node.data, Data::Mapping(_)) {
            return self.file(node).map(|file| (file, Pick::default()));
        }
        let (mut file, mut pick, mut picks_at, mut is_good) = (None, Pick::default(), None, true);
        let fields = self.fields(node);
        let said = fields.iter().any(|(key, _)| *key == keys::Replay::File);
        for (key, node) in fields {
            match key {
                keys::Replay::File => file = self.file(node),
                keys::Replay::Index => {
                    let index = self.whole(node, "the number of a WebSocket", values::number_from_one);
                    is_good &= index.is_some();
                    (pick.index, picks_at) = (index.map(|index| index.value), Some(node));
                }
                keys::Replay::Url => {
                    let part = self.text(node, "a part of a URL", |text| Ok(text.to_string()));
                    is_good &= part.is_some();
                    (pick.url, picks_at) = (part.map(|part| part.value), Some(node));
                }
            }
        }
        if !said {
            self.invalid(node, Problem::new("`replay:` names no file").hint("write `replay: FILE`"));
        }
        let file = file.filter(|_| is_good)?;
        if let Some(node) = picks_at
            && Kind::of(Path::new(&file.value)) != Kind::Har
        {
            let problem = Problem::new("`index` and `url` have no effect: the file is no HAR");
            self.invalid(node, problem.hint("a script is played as a whole; take the key away"));
        }
        Some((file, pick))
    }

    pub(super) fn echo(&mut self, node: &Node) -> Option<String> {
        let mut prefix = None;
        for (key, node) in self.fields(node) {
            match key {
                keys::Echo::Prefix => {
                    prefix = self.text(node, "a text", |text| Ok(text.to_string())).map(|text| text.value);
                }
            }
        }
        prefix
    }
}

/// What can be done about two modes.
fn one_mode(first: &str, second: &str) -> &'static str {
    match [first, second].contains(&"proxy") {
        true if [first, second].contains(&"interactive") => {
            "rules that answer before the server does stand in `proxy:`, as `interactive:`"
        }
        true => "what serves while the server is away stands in `proxy:`, as `fallback:`",
        false => "a route has one mode; make two routes of it",
    }
}

/// Whether something was asked for that is no key, or none yet; that has been said, and may be the mode.
fn has_unknown_keys(node: &Node) -> bool {
    let Data::Mapping(members) = &node.data else { return false };
    members.iter().any(|member| keys::Route::named(&member.key).is_none())
}
