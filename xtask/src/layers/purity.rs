//! A pure crate is built without anything that touches the world.

/// Crates that open sockets, read clocks or start threads.
const BANNED: &[&str] = &["tokio", "mio", "hyper", "axum", "reqwest", "socket2"];

/// The banned crates in a pure crate's tree, as `cargo tree --prefix none` prints it.
pub(crate) fn complaints(name: &str, tree: &str) -> Vec<String> {
    let mut found: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    found.sort_unstable();
    found.dedup();
    let found = found.into_iter().filter(|found| BANNED.contains(found));
    found
        .map(|found| {
            format!(
                "{name} is pure and yet built with {found}: see \
                 `cargo tree -p {name} -e normal --all-features -i {found}`"
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_touches_the_world_is_found_once() {
        let tree = "us v0.1.0 (/somewhere)\nbytes v1.0.0\ntokio v1.0.0\nmio v1.0.0\ntokio v1.0.0 (*)\n";
        let complaints = complaints("us", tree);
        assert_eq!(complaints.len(), 2, "{complaints:?}");
        assert!(complaints[0].contains("built with mio") && complaints[1].contains("built with tokio"));
    }

    #[test]
    fn a_name_that_only_begins_alike_is_not_meant() {
        assert!(complaints("us", "us v0.1.0\ntokio-macros v1.0.0\nhyperx v1.0.0\n").is_empty());
    }
}
