//! The process' environment variables and working directory, as a value.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mockforge_ws_io::Proxies;

/// The environment that a configuration is loaded in. Nothing else of the workspace reads the process' own.
///
/// ```
/// use mockforge_ws_config::Environment;
///
/// let environment = Environment::with("/srv/mocks", [("MOCKFORGE_WS_PORT", "4000")]);
/// assert_eq!(environment.var("MOCKFORGE_WS_PORT"), Some("4000"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    vars: BTreeMap<String, String>,
    cwd: PathBuf,
}

impl Environment {
    /// The process' own. Variables that are no UTF-8 are passed over.
    pub fn real() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            vars: std::env::vars_os().filter_map(text).collect(),
            cwd: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// These variables and no others, in that working directory.
    pub fn with<N: Into<String>, V: Into<String>>(
        cwd: impl Into<PathBuf>,
        vars: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let vars = vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { vars, cwd: cwd.into() }
    }

    /// Drops the variables whose names begin like this.
    pub(crate) fn forget(&mut self, prefix: &str) {
        self.vars.retain(|name, _| !name.starts_with(prefix));
    }

    /// The value of a variable.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str)
    }

    /// The ways to other servers that the usual variables name; the lower-case one wins, as with curl.
    pub fn proxies(&self) -> Proxies {
        let read = |name: &str| self.var(&name.to_lowercase()).or_else(|| self.var(name)).unwrap_or_default();
        Proxies::new(read("HTTP_PROXY"), read("HTTPS_PROXY"), read("ALL_PROXY"), read("NO_PROXY"))
    }

    /// The folder for what can be made again: `XDG_CACHE_HOME`, or what is usual on the system; none without a home.
    #[cfg(feature = "llm")]
    pub(crate) fn cache(&self) -> Option<PathBuf> {
        let named = |name: &str| self.var(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        let usual = match std::env::consts::OS {
            "macos" => named("HOME").map(|home| home.join("Library/Caches")),
            "windows" => named("LOCALAPPDATA"),
            _ => named("HOME").map(|home| home.join(".cache")),
        };
        named("XDG_CACHE_HOME").or(usual).map(|folder| folder.join("mockforge"))
    }

    /// The working directory.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }
}
