//! Where a session took place: the URL of the server that it was recorded in front of, or of this one.

use mockforge_ws_core::Hello;

/// The URL without user, password and query, which stand elsewhere or nowhere; `None` where the client did not
/// say which host it meant. A server's URL without a path has every client's, one with a path has that in place
/// of the route's own.
pub(super) fn url(upstream: Option<&str>, hello: &Hello) -> Option<String> {
    let Some(upstream) = upstream else {
        let host = hello.headers.get("host")?.to_str().ok()?;
        let scheme = if hello.secure { "wss" } else { "ws" };
        return Some(format!("{scheme}://{host}{}", hello.path));
    };
    let (scheme, rest) = upstream.split_once("://")?;
    let rest = rest.split('?').next().unwrap_or_default();
    let (authority, own) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let own = own.trim_end_matches('/');
    let below = match own {
        "" => hello.path.as_str(),
        _ => hello.path.strip_prefix(fixed(&hello.route)).unwrap_or_default().trim_end_matches('/'),
    };
    Some(format!("{scheme}://{host}{own}{below}"))
}

/// The whole segments of a route before its first parameter.
fn fixed(route: &str) -> &str {
    let fixed = match route.split_once('{') {
        Some((before, _)) => before.rsplit_once('/').map_or("", |(segments, _)| segments),
        None => route,
    };
    fixed.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_by_tls_has_its_scheme() {
        let mut hello = Hello { secure: true, ..Hello::new("/ws") };
        hello.headers.append("host", "localhost:3001".parse().unwrap());
        assert_eq!(url(None, &hello).as_deref(), Some("wss://localhost:3001/ws"));
    }

    #[test]
    fn the_url_is_the_servers() {
        let check = |upstream: Option<&str>, route: &str, path: &str, wanted: Option<&str>| {
            let mut hello = Hello { route: route.into(), ..Hello::new(path) };
            assert_eq!(url(upstream, &hello).is_some(), upstream.is_some(), "nobody named a host");
            hello.headers.append("host", "localhost:3001".parse().unwrap());
            assert_eq!(url(upstream, &hello).as_deref(), wanted, "{upstream:?} {route} {path}");
        };
        check(None, "/chat/{room}", "/chat/lobby", Some("ws://localhost:3001/chat/lobby"));
        check(Some("wss://a.example"), "/{*path}", "/v1/feed", Some("wss://a.example/v1/feed"));
        check(Some("wss://me:pw@a.example:8443/?key=k"), "/", "/", Some("wss://a.example:8443/"));
        check(Some("ws://a.example/v2"), "/ws", "/ws", Some("ws://a.example/v2"));
        check(Some("ws://a.example/v2/"), "/ws/{*path}", "/ws/a/b", Some("ws://a.example/v2/a/b"));
        check(Some("ws://a.example/v2?k=/@"), "/{id}", "/7", Some("ws://a.example/v2/7"));
    }
}
