//! Which mode serves which path.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use mockforge_ws_core::{FactSink, Seed, Stack};

/// A path and what serves it.
///
/// Paths are axum's: `/chat/{room}` takes one segment, `/files/{*rest}` all that follow.
#[derive(Clone)]
pub struct Route {
    /// The path pattern.
    pub path: String,
    /// What serves it.
    pub mode: Stack,
    /// The subprotocols that the route speaks: the first of these that the client offers is selected,
    /// unless the mode has selected one itself. Routes may share a path where theirs differ.
    pub subprotocols: Vec<String>,
    /// The seed of this route's connections, where it is not the server's.
    pub seed: Option<Seed>,
    /// Whether a [reload](crate::Handle::reload) closes the connections that are open, with 1012 (RFC 6455's
    /// registry: service restart); otherwise they keep what they have.
    pub close_on_reload: bool,
    /// Who is told the facts of its connections beside the site's sink: a recorder, as a rule.
    pub sink: Option<Arc<dyn FactSink>>,
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
            sink: None,
            about: String::new(),
        }
    }

    /// What its connections are numbered by and what they share is called by: the path, and where others have
    /// it too, the first subprotocol.
    pub(crate) fn id(&self, shares_path: bool) -> Arc<str> {
        match self.subprotocols.first().filter(|_| shares_path) {
            Some(subprotocol) => format!("{} ({subprotocol})", self.path).into(),
            None => self.path.as_str().into(),
        }
    }

    /// The same with a word about what serves it.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, mode, subprotocols, seed, close_on_reload, sink, about } = self;
        f.debug_struct("Route")
            .field("path", path)
            .field("mode", mode)
            .field("subprotocols", subprotocols)
            .field("seed", seed)
            .field("close_on_reload", close_on_reload)
            .field("has_sink", &sink.is_some())
            .field("about", about)
            .finish()
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
    /// The place of the route among those given, from 0.
    pub index: usize,
    /// The subprotocol that another route of the path speaks too, where that is what is wrong.
    pub subprotocol: Option<String>,
}

/// Routes whose paths are well-formed and do not overlap.
///
/// Several may have one and the same path when their subprotocols differ, one of them perhaps without any. Of
/// the subprotocols that a client offers the first that one of them speaks decides; where there is none it is
/// the route without, or else the client gets 400.
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
    /// let route = |path: &str, subprotocols: &[&str]| Route {
    ///     subprotocols: subprotocols.iter().map(ToString::to_string).collect(),
    ///     ..Route::new(path, Stack::new(Echo::default()))
    /// };
    /// assert!(Routes::new([route("/a/{x}", &[]), route("/a/b", &[])]).is_ok());
    /// let error = Routes::new([route("/a/{x}", &[]), route("/a/{y}", &[])]).unwrap_err();
    /// assert!(error.to_string().contains("`/a/{x}`"), "{error}");
    ///
    /// assert!(Routes::new([route("/a", &["v1"]), route("/a", &["v2"]), route("/a", &[])]).is_ok());
    /// let error = Routes::new([route("/a", &["v1"]), route("/a", &["v2", "v1"])]).unwrap_err();
    /// assert_eq!((error.index, error.subprotocol.as_deref()), (1, Some("v1")));
    /// ```
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Result<Self, RouteError> {
        let routes: Vec<_> = routes.into_iter().collect();
        let mut seen = matchit::Router::new();
        // What is spoken at each path; nothing is what a route without subprotocols speaks.
        let mut spoken: HashMap<&str, HashSet<Option<&str>>> = HashMap::new();
        for (index, Route { path, subprotocols, .. }) in routes.iter().enumerate() {
            let error = |problem| RouteError { path: path.clone(), problem, index, subprotocol: None };
            if !spoken.contains_key(path.as_str()) {
                check(path)
                    .and_then(|()| seen.insert(path, ()).map_err(|error| explain(&error)))
                    .map_err(error)?;
            }
            let here = spoken.entry(path).or_default();
            if subprotocols.is_empty() && !here.insert(None) {
                return Err(error(format!("takes the same requests as `{path}`")));
            }
            let known = subprotocols.iter().find(|name| here.contains(&Some(name)));
            if let Some(known) = known {
                let problem = format!("another route of this path speaks `{known}` too");
                return Err(RouteError { subprotocol: Some(known.clone()), ..error(problem) });
            }
            here.extend(subprotocols.iter().map(|name| Some(name.as_str())));
        }
        Ok(Self(routes))
    }

    /// The routes in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }

    /// The routes by their paths.
    pub(crate) fn by_path(&self) -> Vec<(&str, Vec<&Route>)> {
        let mut paths: Vec<(&str, Vec<&Route>)> = Vec::new();
        let mut places = HashMap::new();
        for route in &self.0 {
            let place = *places.entry(route.path.as_str()).or_insert(paths.len());
            match paths.get_mut(place) {
                Some((_, routes)) => routes.push(route),
                None => paths.push((&route.path, vec![route])),
            }
        }
        paths
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
