//! The lines that points choose.

use std::collections::BTreeSet;

use mockforge_ws_diagnostic::{Problem, closest};

use super::Point;
use super::script::Script;

/// How many labels and types are told.
const MOST_TOLD: usize = 20;

/// The entries that the points choose, in the order of the script.
pub(super) fn chosen(script: &Script, points: &[Point], problems: &mut Vec<Problem>) -> Vec<usize> {
    let mut hits = vec![false; points.len()];
    let mut chosen = Vec::new();
    for (index, entry) in script.entries.iter().enumerate() {
        let message = script.inbound(entry);
        let mut is_chosen = false;
        for (point, hit) in points.iter().zip(&mut hits) {
            if point.chooses(entry.label.as_deref(), message.as_ref()) {
                (*hit, is_chosen) = (true, true);
            }
        }
        if is_chosen {
            chosen.push(index);
        }
    }
    if points.is_empty() {
        let problem = Problem::new("there is no point at which to augment the script");
        problems.push(problem.hint(there_is(script)).under("points"));
    }
    for (index, point) in points.iter().enumerate().filter(|(index, _)| !hits[*index]) {
        let names = script.labels.iter().chain(&script.types).map(String::as_str);
        let meant = point.name().and_then(|name| closest(name, names));
        let meant = meant.map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
        let problem = Problem::new(format!("`{point}` chooses no line of the script"));
        problems.push(problem.hint(format!("{meant}{}", there_is(script))).under(index).under("points"));
    }
    chosen
}

/// The labels and types of a script, in words.
fn there_is(script: &Script) -> String {
    let list = |what: &str, names: &BTreeSet<String>| match names.len() {
        0 => format!("no {what}"),
        count => {
            let told: Vec<&str> = names.iter().take(MOST_TOLD).map(String::as_str).collect();
            let more = if count > MOST_TOLD { ", …" } else { "" };
            format!("{what}: {}{more}", told.join(", "))
        }
    };
    format!("{}; {}", list("labels", &script.labels), list("types", &script.types))
}
