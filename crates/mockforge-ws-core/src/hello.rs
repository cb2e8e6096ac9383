//! The handshake as the server saw it.

use std::net::SocketAddr;

use http::HeaderMap;

use crate::{Seed, Wall};

/// Names and values in the order they came: path parameters and query parameters.
pub type Params = Vec<(String, String)>;

/// A client's opening handshake (RFC 6455, section 4.1), taken apart once.
///
/// ```
/// use mockforge_ws_core::Hello;
///
/// let hello = Hello::new("/chat/lobby").with_params(vec![("room".into(), "lobby".into())]);
/// assert_eq!(hello.param("room"), Some("lobby"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Hello {
    /// The path asked for, percent-encoded as it came, without the query.
    pub path: String,
    /// The route that took the handshake, as configured: `/chat/{room}`. Where routes share a path, it is
    /// followed by what tells them apart.
    pub route: String,
    /// The path parameters, decoded.
    pub params: Params,
    /// The query parameters, decoded.
    pub query: Params,
    /// The query as it came, without the question mark; `None` where there is none.
    pub raw_query: Option<Box<str>>,
    /// All headers.
    pub headers: HeaderMap,
    /// The subprotocols that the client offers, in its order of preference.
    pub subprotocols: Vec<String>,
    /// Where the client connects from, where that is known.
    pub peer: Option<SocketAddr>,
    /// Whether it came by TLS: `wss://`.
    pub secure: bool,
    /// The route's seed: what is random in the answer draws from it.
    pub seed: Seed,
    /// When it came.
    pub wall: Wall,
}

impl Hello {
    /// A handshake for `path` and nothing else; the route is the path itself.
    pub fn new(path: impl Into<String>) -> Self {
        let path = path.into();
        Self { route: path.clone(), path, ..Self::default() }
    }

    /// The same with these path parameters.
    #[must_use]
    pub fn with_params(mut self, params: Params) -> Self {
        self.params = params;
        self
    }

    /// The same with these query parameters.
    #[must_use]
    pub fn with_query(mut self, query: Params) -> Self {
        self.query = query;
        self
    }

    /// The path parameter of that name.
    pub fn param(&self, name: &str) -> Option<&str> {
        find(&self.params, name)
    }

    /// The first query parameter of that name.
    pub fn query_param(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// The first value of that header, where it is visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn find<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
