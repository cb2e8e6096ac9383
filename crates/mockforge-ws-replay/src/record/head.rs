//! The first line of a recording: what it is of, with what is secret left out.

use mockforge_ws_core::Hello;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::SessionName;
use super::redact::{Hidden, Rules};
use super::secrets::Secrets;
use super::url::url;
use crate::Header;

/// Headers that belong to the handshake and say nothing of the session.
const PLUMBING: &[&str] =
    &["connection", "upgrade", "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions"];

/// The header of a session's recording.
pub(super) fn header(
    session: &SessionName,
    hello: &Hello,
    subprotocol: Option<&str>,
    upstream: Option<&str>,
    rules: &Rules,
    secrets: &mut Secrets,
) -> Header {
    let mut head = Head { rules, secrets, variables: Map::new() };
    // What is secret by its name is known before anything is looked through for it.
    let query = head.query(hello);
    let headers = head.headers(hello);
    let mut recorded = Map::new();
    recorded.insert("from".into(), "mockforge".into());
    recorded.insert("at".into(), session.at.format(&Rfc3339).unwrap_or_default().into());
    if let Some(url) = url(upstream, hello) {
        recorded.insert("url".into(), head.plain(&url).into());
    }
    recorded.insert("path".into(), head.plain(&hello.path).into());
    for (key, members) in [("query", query), ("headers", headers)] {
        if !members.is_empty() {
            recorded.insert(key.into(), members.into());
        }
    }
    if let Some(upstream) = upstream {
        recorded.insert("upstream".into(), head.plain(upstream).into());
    }
    let name = head.plain(&format!("{}#{}", session.path, session.number));
    let subprotocol = subprotocol.map(|name| head.plain(name)).into_iter().collect();
    Header {
        name: Some(name),
        subprotocol,
        variables: head.variables,
        recorded: Some(recorded.into()),
        ..Header::default()
    }
}

struct Head<'h> {
    rules: &'h Rules,
    secrets: &'h mut Secrets,
    variables: Map<String, Value>,
}

impl Head<'_> {
    /// A text with the placeholders of its secrets.
    fn plain(&mut self, text: &str) -> String {
        let (mut out, mut from, mut hidden) = (String::new(), 0, Vec::new());
        self.rules.find(text, self.secrets, &mut hidden);
        for Hidden { at, variable, .. } in hidden {
            self.variables.insert(variable.name(), variable.value());
            out.push_str(&text[from..at.start]);
            out.push_str(&variable.placeholder());
            from = at.end;
        }
        out + &text[from..]
    }

    /// The placeholder of a text that is secret as a whole.
    fn secret(&mut self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let variable = self.secrets.remember(text, false);
        self.secrets.announce(text);
        self.variables.insert(variable.name(), variable.value());
        variable.placeholder()
    }

    fn query(&mut self, hello: &Hello) -> Map<String, Value> {
        let hides = |name: &str| self.rules.hides_query(name);
        let pairs: Vec<_> = hello.query.iter().map(|(name, value)| (name, value, hides(name))).collect();
        let mut members = Map::new();
        for (name, value, hides) in pairs {
            let value = if hides { self.secret(value) } else { self.plain(value) };
            add(&mut members, self.plain(name), value);
        }
        members
    }

    fn headers(&mut self, hello: &Hello) -> Map<String, Value> {
        let mut members = Map::new();
        for (name, value) in &hello.headers {
            let name = name.as_str();
            if PLUMBING.contains(&name) {
                continue;
            }
            let value = String::from_utf8_lossy(value.as_bytes());
            let value = match (self.rules.hides_header(name), name) {
                (false, _) => self.plain(&value),
                (true, "cookie") => self.cookies(&value),
                (true, "authorization" | "proxy-authorization") => self.credentials(&value),
                (true, _) => self.secret(&value),
            };
            add(&mut members, name.to_string(), value);
        }
        members
    }

    /// `a=b; c=d`: the values.
    fn cookies(&mut self, value: &str) -> String {
        let cookie = |cookie: &str| match cookie.split_once('=') {
            Some((name, value)) => format!("{name}={}", self.secret(value)),
            None => self.secret(cookie),
        };
        value.split("; ").map(cookie).collect::<Vec<_>>().join("; ")
    }

    /// `Bearer x`: what comes after the scheme.
    fn credentials(&mut self, value: &str) -> String {
        match value.split_once(' ') {
            Some((scheme, secret)) => format!("{scheme} {}", self.secret(secret)),
            None => self.secret(value),
        }
    }
}

/// A name that comes again has a list of values.
fn add(members: &mut Map<String, Value>, name: String, value: String) {
    match members.get_mut(&name) {
        None => drop(members.insert(name, value.into())),
        Some(Value::Array(values)) => values.push(value.into()),
        Some(first) => *first = json!([first.take(), value]),
    }
}

/// The wall time of a message.
pub(super) fn wall(session: &SessionName, at: std::time::Duration) -> OffsetDateTime {
    let passed = time::Duration::try_from(at).unwrap_or_default();
    session.at.checked_add(passed).unwrap_or(session.at)
}
