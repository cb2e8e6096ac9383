//! The URLs of recordings: as those of WebSockets, with their secrets masked, and the paths in them.

/// What stands for a secret.
const MASK: &str = "***";

/// Parts of the names of parameters whose values are secrets.
const SECRETS: [&str; 11] = [
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "credential",
    "auth",
    "private",
    "session",
    "signature",
    "jwt",
];

/// The URL of a WebSocket, without secrets and without a fragment. No URL has control characters, and those of
/// what is none must not play with a terminal.
pub(super) fn cleaned(url: &str) -> String {
    let url: String = url.split('#').next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    let url = url.as_str();
    let Some((scheme, rest)) = split(url) else { return url.to_string() };
    let (before, query) = match rest.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (rest, None),
    };
    let authority = before.find('/').unwrap_or(before.len());
    // What stands before the `@` is a name and a password.
    let host = before[..authority].rfind('@').map_or(0, |at| at + 1);
    let mut out = format!("{scheme}://{}", &before[host..]);
    for (index, pair) in query.iter().flat_map(|query| query.split('&')).enumerate() {
        out.push(if index == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => {
                out.push_str(name);
                out.push('=');
                out.push_str(MASK);
            }
            _ => out.push_str(pair),
        }
    }
    out
}

/// The URL of a WebSocket as it is to be written, if it is one.
pub(super) fn of_web_socket(url: &str) -> Option<String> {
    let (scheme, rest) = split(url)?;
    let is_one = ["ws", "wss"].contains(&scheme) && !rest.is_empty() && !rest.starts_with(['/', '?', '#']);
    let is_plain = !url.contains(|c: char| c.is_whitespace() || c.is_control());
    (is_one && is_plain).then(|| format!("{scheme}://{rest}"))
}

/// The scheme as that of a WebSocket, and the rest.
fn split(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    Some(match scheme {
        "http" => ("ws", rest),
        "https" => ("wss", rest),
        scheme => (scheme, rest),
    })
}

/// The path, `/` where there is none.
pub(super) fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let rest = rest.split('?').next().unwrap_or_default();
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

/// Host and path: what a recording is called by.
pub(super) fn place(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('?').next().unwrap_or_default()
}

/// The host, with the port where there is one.
pub(super) fn host(url: &str) -> &str {
    place(url).split('/').next().unwrap_or_default()
}

/// The query's pairs, as written.
pub(super) fn query(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = url.split_once('?').map(|(_, query)| query);
    let pairs = query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn is_secret(name: &str) -> bool {
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    SECRETS.iter().any(|part| plain.contains(part))
        || plain.ends_with("key")
        || plain == "sig"
        || plain == "sid"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_those_of_web_sockets_without_secrets() {
        let check = |url: &str, expect: &str| assert_eq!(cleaned(url), expect);
        check("wss://a.example/feed?symbol=X", "wss://a.example/feed?symbol=X");
        check("http://a:80/feed", "ws://a:80/feed");
        check("https://bob:pw@a/x?Access_Token=s&v=2#top", "wss://a/x?Access_Token=***&v=2");
        check("ws://a?key=s", "ws://a?key=***");
        check("ws://a/x?flag&sid=1", "ws://a/x?flag&sid=***");
        check("ws://a/users/@me", "ws://a/users/@me");
        check("not a\u{1b}[2J URL\n", "not a[2J URL");
        check("", "");
    }

    #[test]
    fn paths() {
        let check = |url: &str, expect: &str| assert_eq!(path(url), expect, "{url}");
        check("wss://a.example/feed/1?symbol=X/Y", "/feed/1");
        check("wss://a.example", "/");
        check("wss://a.example?x=/", "/");
        check("nothing", "/");
        assert_eq!(place("wss://a.example/feed?x"), "a.example/feed");
        assert_eq!(host("wss://a.example:81/feed?x"), "a.example:81");
        assert_eq!(query("ws://a/?x=1&&y").collect::<Vec<_>>(), [("x", "1"), ("y", "")]);
    }
}
