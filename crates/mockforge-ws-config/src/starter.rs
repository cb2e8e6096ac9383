//! What `mockforge init` writes.

/// The files of a new project, each with its name and its contents. They pass `check --strict` and run as
/// they are.
///
/// ```
/// let names: Vec<_> = mockforge_ws_config::starter().iter().map(|(name, _)| *name).collect();
/// assert_eq!(names, ["mockforge.yaml", "market.jsonl"]);
/// ```
pub fn starter() -> &'static [(&'static str, &'static str)] {
    &[
        ("mockforge.yaml", include_str!("../starter/mockforge.yaml")),
        ("market.jsonl", include_str!("../starter/market.jsonl")),
    ]
}
