//! The layers: which crate stands where. The one place to add a crate to.

/// Crates that may not depend on each other, only on those of lower layers.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) number: u8,
    pub(crate) title: &'static str,
    pub(crate) crates: &'static [&'static str],
}

/// The layers from the lowest to the highest.
pub(crate) const LAYERS: &[Layer] = &[
    Layer {
        number: 0,
        title: "vocabulary",
        crates: &["mockforge-ws-core", "mockforge-ws-diagnostic", "mockforge-ws-jsonpath"],
    },
    Layer {
        number: 1,
        title: "languages and layers",
        crates: &["mockforge-ws-layers", "mockforge-ws-match", "mockforge-ws-template"],
    },
    Layer {
        number: 2,
        title: "modes",
        crates: &[
            "mockforge-ws-ai",
            "mockforge-ws-interactive",
            "mockforge-ws-proxy",
            "mockforge-ws-replay",
            "mockforge-ws-verify",
        ],
    },
    Layer { number: 4, title: "event loop", crates: &["mockforge-ws-io"] },
    Layer {
        number: 5,
        title: "server, handlers and clients",
        crates: &["mockforge-ws-handlers", "mockforge-ws-llm", "mockforge-ws-observe", "mockforge-ws-server"],
    },
    Layer { number: 6, title: "configuration", crates: &["mockforge-ws-config"] },
    Layer { number: 7, title: "facade", crates: &["mockforge-ws"] },
    Layer { number: 8, title: "binary", crates: &["mockforge-ws-cli"] },
];

/// Crates below this layer touch nothing of the world: no sockets, clocks, threads or files.
pub(crate) const WORLD: u8 = 4;

/// The simulator: any crate's tests may use it and nothing else may.
pub(crate) const TESTKIT: &str = "mockforge-ws-testkit";

/// The package of end-to-end tests, which may use everything and is used by nothing.
pub(crate) const TESTS: &str = "mockforge-ws-tests";

/// The project's own commands, which build without any of the crates.
pub(crate) const XTASK: &str = "xtask";

/// The layer of a crate.
pub(crate) fn layer(name: &str) -> Option<u8> {
    LAYERS.iter().find(|layer| layer.crates.contains(&name)).map(|layer| layer.number)
}

/// Whether a crate may not touch the world.
pub(crate) fn is_pure(name: &str) -> bool {
    name == TESTKIT || layer(name).is_some_and(|layer| layer < WORLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_rises_and_names_each_crate_once() {
        assert!(LAYERS.windows(2).all(|pair| pair[0].number < pair[1].number));
        let mut names: Vec<&str> = LAYERS.iter().flat_map(|layer| layer.crates).copied().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
