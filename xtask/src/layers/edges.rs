//! Edges between our crates point to a strictly lower layer.

use super::table::{self, TESTKIT, TESTS, XTASK};
use crate::workspace::{Edge, Member};

/// The edges that point up or sideways, and the crates that stand in no layer.
pub(crate) fn complaints(members: &[Member]) -> Vec<String> {
    members.iter().flat_map(of_member).collect()
}

fn of_member(member: &Member) -> Vec<String> {
    let name = &*member.name;
    match name {
        TESTS => Vec::new(),
        XTASK => {
            let edges = member.edges.iter();
            edges
                .map(|edge| format!("{name} depends on {}: it must build while no crate does", edge.to))
                .collect()
        }
        TESTKIT => member.edges.iter().filter_map(|edge| of_edge(name, 1, edge)).collect(),
        _ => {
            let mut complaints = Vec::new();
            if member.folder != format!("crates/{name}") {
                complaints.push(format!("{name} lies in {}: a crate's folder is crates/NAME", member.folder));
            }
            match table::layer(name) {
                Some(layer) => {
                    complaints.extend(member.edges.iter().filter_map(|edge| of_edge(name, layer, edge)));
                }
                None => complaints.push(format!(
                    "{name} stands in no layer: add it to LAYERS in xtask/src/layers/table.rs"
                )),
            }
            complaints
        }
    }
}

fn of_edge(from: &str, layer: u8, edge: &Edge) -> Option<String> {
    let to = &*edge.to;
    // For the features that a crate's own tests need.
    if to == from && edge.dev {
        return None;
    }
    if to == TESTKIT {
        let hint = "it is for tests: make it a dev-dependency";
        return (!edge.dev).then(|| format!("{from} depends on {to}: {hint}"));
    }
    let Some(below) = table::layer(to) else {
        return Some(format!("{from} depends on {to}, which stands in no layer"));
    };
    let direction = match below.cmp(&layer) {
        std::cmp::Ordering::Less => return None,
        std::cmp::Ordering::Equal => "sideways",
        std::cmp::Ordering::Greater => "up",
    };
    let hint = if edge.dev {
        "move the test to the higher crate or to tests/"
    } else {
        "move what both need down, or let the lower crate define a trait"
    };
    Some(format!("{from} (layer {layer}) depends on {to} (layer {below}), which points {direction}: {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, edges: &[&str]) -> Member {
        let edge = |name: &&str| match name.strip_prefix("dev:") {
            Some(name) => Edge { to: name.to_owned(), dev: true },
            None => Edge { to: (*name).to_owned(), dev: false },
        };
        Member {
            name: name.to_owned(),
            folder: format!("crates/{name}"),
            edges: edges.iter().map(edge).collect(),
            ..Member::default()
        }
    }

    #[test]
    fn edges_point_down() {
        let check = |name: &str, edges: &[&str], expect: Option<&str>| {
            let complaints = complaints(&[member(name, edges)]);
            match expect {
                None => assert!(complaints.is_empty(), "{complaints:?}"),
                Some(part) => assert!(
                    complaints.len() == 1 && complaints[0].contains(part),
                    "{name} -> {edges:?}: wanted {part:?} in {complaints:?}"
                ),
            }
        };
        check("mockforge-ws-io", &["mockforge-ws-core"], None);
        check("mockforge-ws-core", &["mockforge-ws-io"], Some("points up"));
        check("mockforge-ws-core", &["mockforge-ws-jsonpath"], Some("points sideways"));
        check("mockforge-ws-replay", &["mockforge-ws-replay"], Some("points sideways"));
        check("mockforge-ws-core", &["dev:mockforge-ws-testkit"], None);
        check("mockforge-ws-core", &["mockforge-ws-testkit"], Some("make it a dev-dependency"));
        check("mockforge-ws-replay", &["dev:mockforge-ws-match"], None);
        check("mockforge-ws-replay", &["dev:mockforge-ws-replay"], None);
        check("mockforge-ws-replay", &["dev:mockforge-ws-proxy"], Some("points sideways"));
        check("mockforge-ws-replay", &["dev:mockforge-ws"], Some("move the test"));
        check("mockforge-ws-testkit", &["mockforge-ws-core"], None);
        check("mockforge-ws-testkit", &["mockforge-ws-template"], Some("points sideways"));
        check("mockforge-ws-tests", &["mockforge-ws-cli", "dev:mockforge-ws"], None);
        check("xtask", &["mockforge-ws-core"], Some("build while no crate does"));
        check("mockforge-ws-cli", &["mockforge-ws-tests"], Some("stands in no layer"));
        check("mockforge-ws-new", &[], Some("add it to LAYERS"));
    }

    #[test]
    fn the_folder_has_the_crates_name() {
        let moved = Member { folder: "crates/core".into(), ..member("mockforge-ws-core", &[]) };
        assert_eq!(
            complaints(&[moved]),
            ["mockforge-ws-core lies in crates/core: a crate's folder is crates/NAME"]
        );
    }
}
