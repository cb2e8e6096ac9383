//! The diagram of the crates (mermaid) and the table beside it, from their manifests and the layers.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::layers::table::{self, LAYERS};
use crate::workspace::Member;

/// The diagram and the table, as Markdown.
pub(crate) fn render(members: &[Member]) -> String {
    format!("{}\n{}", diagram(members), listing(members))
}

/// The highest layer on top. An edge that follows from others is left out.
fn diagram(members: &[Member]) -> String {
    let mut text = String::from("```mermaid\nflowchart TD\n");
    for layer in LAYERS.iter().rev() {
        let present: Vec<&Member> = present(members, layer.crates).collect();
        if present.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  subgraph layer{}[\"{} {}\"]", layer.number, layer.number, layer.title);
        for member in present {
            let _ = writeln!(text, "    {}[\"{}\"]", id(&member.name), short(&member.name));
        }
        text.push_str("  end\n");
    }
    for layer in LAYERS.iter().rev() {
        for member in present(members, layer.crates) {
            for to in direct(members, member) {
                let _ = writeln!(text, "  {} --> {}", id(&member.name), id(to));
            }
        }
    }
    let pure = LAYERS.iter().filter(|layer| layer.number < table::WORLD);
    let pure: Vec<String> =
        pure.flat_map(|layer| present(members, layer.crates)).map(|member| id(&member.name)).collect();
    if !pure.is_empty() {
        text.push_str("  classDef pure stroke-dasharray: 4 3\n");
        let _ = writeln!(text, "  class {} pure", pure.join(","));
    }
    text.push_str("```\n");
    text
}

fn listing(members: &[Member]) -> String {
    let mut text = String::from("| layer | crate | what it is | uses |\n|---|---|---|---|\n");
    for layer in LAYERS.iter().rev() {
        for member in present(members, layer.crates) {
            let uses: Vec<&str> = normal(member).map(short).collect();
            let _ = writeln!(
                text,
                "| {} {} | `{}` | {} | {} |",
                layer.number,
                layer.title,
                member.name,
                member.description,
                uses.join(", ")
            );
        }
    }
    text
}

fn present<'a>(members: &'a [Member], names: &'a [&str]) -> impl Iterator<Item = &'a Member> {
    members.iter().filter(move |member| names.contains(&member.name.as_str()))
}

/// What a crate itself depends on, its tests aside.
fn normal(member: &Member) -> impl Iterator<Item = &str> {
    member.edges.iter().filter(|edge| !edge.dev).map(|edge| edge.to.as_str())
}

/// The dependencies that no other dependency leads to.
fn direct<'a>(members: &'a [Member], member: &'a Member) -> Vec<&'a str> {
    let beyond: BTreeSet<&str> = normal(member).flat_map(|next| below(members, next)).collect();
    normal(member).filter(|to| !beyond.contains(to)).collect()
}

/// Everything below a crate.
fn below<'a>(members: &'a [Member], name: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Member> = members.iter().filter(|member| member.name == name).collect();
    while let Some(member) = open.pop() {
        for next in normal(member) {
            if found.insert(next) {
                open.extend(members.iter().filter(|member| member.name == next));
            }
        }
    }
    found
}

/// The name without what all have in common.
fn short(name: &str) -> &str {
    name.strip_prefix("mockforge-ws-").unwrap_or(name)
}

/// A word that mermaid takes as a node's name.
fn id(name: &str) -> String {
    match short(name) {
        "mockforge-ws" => "facade".to_owned(),
        short => short.replace('-', "_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Edge;

    fn member(name: &str, edges: &[(&str, bool)]) -> Member {
        let edges = edges.iter().map(|(to, dev)| Edge { to: (*to).to_owned(), dev: *dev }).collect();
        Member { name: name.into(), description: format!("The {name}."), edges, ..Member::default() }
    }

    #[test]
    fn edges_that_follow_from_others_are_left_out() {
        let members = [
            member("mockforge-ws", &[("mockforge-ws-core", false), ("mockforge-ws-io", false)]),
            member("mockforge-ws-core", &[("mockforge-ws-testkit", true)]),
            member("mockforge-ws-io", &[("mockforge-ws-core", false)]),
            member("mockforge-ws-tests", &[("mockforge-ws", false)]),
        ];
        let expected = "\
```mermaid
flowchart TD
  subgraph layer7[\"7 facade\"]
    facade[\"mockforge-ws\"]
  end
  subgraph layer4[\"4 event loop\"]
    io[\"io\"]
  end
  subgraph layer0[\"0 vocabulary\"]
    core[\"core\"]
  end
  facade --> io
  io --> core
  classDef pure stroke-dasharray: 4 3
  class core pure
```

| layer | crate | what it is | uses |
|---|---|---|---|
| 7 facade | `mockforge-ws` | The mockforge-ws. | core, io |
| 4 event loop | `mockforge-ws-io` | The mockforge-ws-io. | core |
| 0 vocabulary | `mockforge-ws-core` | The mockforge-ws-core. |  |
";
        assert_eq!(render(&members), expected);
    }

    #[test]
    fn a_cycle_does_not_hang() {
        let members = [
            member("mockforge-ws-core", &[("mockforge-ws-io", false)]),
            member("mockforge-ws-io", &[("mockforge-ws-core", false)]),
        ];
        assert!(render(&members).contains("flowchart"));
    }
}
