//! Which mode serves which path.

use mockforge_ws_core::{Seed, Stack};

/// A path and what serves it.
///
/// Paths are axum's: `/chat/{room}` takes one segment, `/files/{*rest}` all that follow.
#[derive(Debug, Clone)]
pub struct Route {
    /// The path pattern.
    pub path: String,
    /// What serves it.
    pub mode: Stack,
    /// The subprotocols that the route speaks: the first of these that the client offers is selected,
    /// unless the mode has selected one itself.
    pub subprotocols: Vec<String>,
    /// The seed of this route's connections, where it is not the server's.
    pub seed: Option<Seed>,
    /// Whether a [reload](crate::Handle::reload) closes the connections that are open, with 1012 (RFC 6455's
    /// registry: service restart); otherwise they keep what they have.
    pub close_on_reload: bool,
    /// What serves it, in a few words for people: `echo`, `replay of feed.jsonl`.
    pub about: String,
}

impl Route {
    /// A route without subprotocols, on the server's seed.
    pub fn new(path: impl Into<String>, mode: Stack) -> Self {
        Self {
            path: path.into(),
            mode,
            subprotocols: Vec::new(),
            seed: None,
            close_on_reload: false,
            about: String::new(),
        }
    }

    /// The same with a word about what serves it.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }
}

/// A path that cannot be routed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("route `{path}`: {problem}")]
pub struct RouteError {
    /// The path as given.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Routes whose paths are well-formed and do not overlap.
#[derive(Debug, Clone, Default)]
pub struct Routes(Vec<Route>);

impl Routes {
    /// Checks the paths.
    ///
    /// # Errors
    /// The first path that does not start with `/`, is malformed, or takes the same requests as an earlier one.
    ///
    /// ```
    /// use mockforge_ws_core::{Stack, echo::Echo};
    /// use mockforge_ws_server::{Route, Routes};
    ///
    /// let route = |path: &str| Route::new(path, Stack::new(Echo::default()));
    /// assert!(Routes::new([route("/a/{x}"), route("/a/b")]).is_ok());
    /// let error = Routes::new([route("/a/{x}"), route("/a/{y}")]).unwrap_err();
    /// assert!(error.to_string().contains("`/a/{x}`"), "{error}");
    /// ```
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Result<Self, RouteError> {
        let routes: Vec<_> = routes.into_iter().collect();
        let mut seen = matchit::Router::new();
        for Route { path, .. } in &routes {
            check(path)
                .and_then(|()| seen.insert(path, ()).map_err(|error| explain(&error)))
                .map_err(|problem| RouteError { path: path.clone(), problem })?;
        }
        Ok(Self(routes))
    }

    /// The routes in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }
}

fn check(path: &str) -> Result<(), String> {
    if !path.starts_with('/') {
        return Err("a path begins with `/`".into());
    }
    match path.split('/').find(|segment| segment.starts_with([':', '*'])) {
        Some(segment) => Err(format!(
            "`{segment}` is an older notation; write `{{name}}` for one segment and `{{*name}}` for the rest"
        )),
        None => Ok(()),
    }
}

fn explain(error: &matchit::InsertError) -> String {
    match error {
        matchit::InsertError::Conflict { with } => format!("takes the same requests as `{with}`"),
        matchit::InsertError::InvalidParamSegment => {
            "a parameter takes a whole segment, as in `/chat/{room}`".into()
        }
        matchit::InsertError::InvalidParam => "a parameter needs a name within `{}`".into(),
        matchit::InsertError::InvalidCatchAll => "`{*rest}` can only stand at the end".into(),
        other => other.to_string(),
    }
}
