//! The machine of a rule set as a picture: Mermaid for Markdown, DOT for Graphviz.

use std::fmt::Write as _;

use mockforge_ws_match::Pattern;
use serde_json::Value;

use crate::correlate::Tracked;
use crate::rules::{Compiled, Rule, Rules, StateId, Trigger};

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphNotation {
    /// A Mermaid state diagram.
    Mermaid,
    /// Graphviz's DOT.
    Dot,
}

/// A way from a state, or from any, to another.
struct Edge {
    /// `None` for any state.
    from: Option<StateId>,
    to: StateId,
    label: String,
}

impl Rules {
    /// The machine as a picture; `None` where there is none.
    ///
    /// ```
    /// use mockforge_ws_interactive::{GraphNotation, Rules};
    /// use serde_json::json;
    ///
    /// let section = json!({ "state": "out", "rules": [
    ///     { "on": "^login$", "in": "out", "to": "in" },
    ///     { "on": "^logout$", "in": "in", "to": "out" },
    /// ]});
    /// let rules = Rules::compile(&section, &Default::default()).unwrap();
    /// let graph = rules.graph(GraphNotation::Mermaid).unwrap();
    /// assert!(graph.contains("[*] --> s0\n  s0 --> s1 : ^login$\n  s1 --> s0 : ^logout$\n"), "{graph}");
    /// ```
    pub fn graph(&self, notation: GraphNotation) -> Option<String> {
        let rules = &*self.0;
        let start = rules.start?;
        let edges = edges(rules);
        Some(match notation {
            GraphNotation::Mermaid => mermaid(rules, start, &edges),
            GraphNotation::Dot => dot(rules, start, &edges),
        })
    }
}

fn edges(rules: &Compiled) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut add = |rule: &Rule, label: String| {
        let Some(to) = rule.actions.to else { return };
        match &rule.states {
            Some(states) => {
                edges.extend(states.iter().map(|from| Edge { from: Some(*from), to, label: label.clone() }));
            }
            None => edges.push(Edge { from: None, to, label }),
        }
    };
    for rule in &rules.rules {
        add(rule, label(rules, rule));
    }
    for (after, rule) in rules.states.iter().filter_map(|state| state.timeout.as_ref()) {
        add(rule, format!("after {after:?}"));
    }
    rules.default.iter().for_each(|rule| add(rule, "any other message".into()));
    rules.invalid_json.iter().for_each(|rule| add(rule, "invalid JSON".into()));
    for stream in &rules.streams {
        stream.end.iter().for_each(|rule| add(rule, format!("the end of {}", stream.name)));
    }
    edges
}

/// What makes a rule fire, in few words.
fn label(rules: &Compiled, rule: &Rule) -> String {
    let mut label = match &rule.trigger {
        Trigger::Any => rule.name.to_string(),
        Trigger::Message(index) => words(&rules.patterns.patterns()[*index]),
        Trigger::Connect => "connect".into(),
        Trigger::Disconnect => "disconnect".into(),
        Trigger::Ping => "ping".into(),
        Trigger::Pong => "pong".into(),
        Trigger::Idle(time) => format!("idle {time:?}"),
        Trigger::Every(time) => format!("every {time:?}"),
        Trigger::After(time) => format!("after {time:?}"),
        Trigger::Becomes(guard) => format!("becomes {guard}"),
        Trigger::Room { name, .. } => format!("{}{}", name.name, if name.is_prefix { "*" } else { "" }),
        Trigger::Tracker => {
            let tracker =
                rules.trackers.iter().find(|tracker| std::ptr::eq(&rules.rules[tracker.rule], rule));
            tracker.map_or_else(String::new, |tracker| tracked(&tracker.what))
        }
    };
    if let Some(guard) = &rule.when {
        let _ = write!(label, " [{guard}]");
    }
    if let Some((times, _)) = rule.times {
        let _ = write!(label, " ×{times}");
    }
    label
}

/// A pattern as people say it: `$.type is login` for the object that says so.
fn words(pattern: &Pattern) -> String {
    let bare = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let Some(map) = pattern.spec().as_object() else { return pattern.to_string() };
    let members: Vec<_> = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
    match members[..] {
        [("jsonpath", path), (test, value)] | [(test, value), ("jsonpath", path)] => {
            let path = bare(path);
            match test {
                "equals" => format!("{path} is {}", bare(value)),
                "exists" => {
                    if value == true {
                        path
                    } else {
                        format!("no {path}")
                    }
                }
                test => format!("{path} {test} {}", bare(value)),
            }
        }
        [("regex" | "exact" | "jsonpath" | "type", value)] => bare(value),
        _ => pattern.to_string(),
    }
}

fn tracked(what: &Tracked) -> String {
    let within =
        |time: &Option<std::time::Duration>| time.map_or_else(String::new, |t| format!(" within {t:?}"));
    match what {
        Tracked::Sequence { patterns, within: time } => {
            let patterns: Vec<_> = patterns.iter().map(words).collect();
            format!("{}{}", patterns.join(", then "), within(time))
        }
        Tracked::Count { pattern, count, within: time } => {
            format!("{count} of {}{}", words(pattern), within(time))
        }
        Tracked::Absent { pattern, wait, after } => {
            let after = after.as_ref().map_or_else(String::new, |after| format!(" after {}", words(after)));
            format!("no {} for {wait:?}{after}", words(pattern))
        }
    }
}

fn mermaid(rules: &Compiled, start: StateId, edges: &[Edge]) -> String {
    // What ends a statement or a label is written as Mermaid's entity codes.
    let plain = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                '#' | ';' | '"' | '<' | '>' | '{' | '}' | ':' => {
                    let _ = write!(out, "#{};", u32::from(c));
                }
                '\n' | '\r' | '\t' => out.push(' '),
                c => out.push(c),
            }
        }
        out
    };
    let mut out = String::from("stateDiagram-v2\n");
    for (id, state) in rules.states.iter().enumerate() {
        let _ = writeln!(out, "  state \"{}\" as s{id}", plain(&state.name));
    }
    if edges.iter().any(|edge| edge.from.is_none()) {
        out.push_str("  state \"any state\" as any\n");
    }
    let _ = writeln!(out, "  [*] --> s{start}");
    for Edge { from, to, label } in edges {
        let from = from.map_or_else(|| "any".to_string(), |from| format!("s{from}"));
        let _ = writeln!(out, "  {from} --> s{to} : {}", plain(label));
    }
    for (id, _) in rules.states.iter().enumerate().filter(|(_, state)| state.is_final) {
        let _ = writeln!(out, "  s{id} --> [*]");
    }
    out
}

fn dot(rules: &Compiled, start: StateId, edges: &[Edge]) -> String {
    let quoted =
        |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "));
    let mut out = String::from("digraph machine {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
    out.push_str("  start [shape=point];\n");
    for (id, state) in rules.states.iter().enumerate() {
        let shape = if state.is_final { ", peripheries=2" } else { "" };
        let _ = writeln!(out, "  s{id} [label={}{shape}];", quoted(&state.name));
    }
    if edges.iter().any(|edge| edge.from.is_none()) {
        out.push_str("  any [label=\"any state\", style=\"rounded,dashed\"];\n");
    }
    let _ = writeln!(out, "  start -> s{start};");
    for Edge { from, to, label } in edges {
        let from = from.map_or_else(|| "any".to_string(), |from| format!("s{from}"));
        let _ = writeln!(out, "  {from} -> s{to} [label={}];", quoted(label));
    }
    out.push_str("}\n");
    out
}
