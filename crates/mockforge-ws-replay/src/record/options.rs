//! What is recorded, and what is hidden.

/// How sessions are recorded.
///
/// ```
/// use mockforge_ws_replay::record::{RecordOptions, Redaction};
///
/// let mut options = RecordOptions { correlate: true, ..RecordOptions::default() };
/// options.redact.jsonpaths.push("$.user.email".into());
/// options.redact.headers.push("x-tenant*".into());
/// assert!(options.redact.members.iter().any(|name| name == "password"));
/// assert!(Redaction::off().members.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordOptions {
    /// What is replaced by a variable.
    pub redact: Redaction,
    /// Whether identifiers, times and UUIDs become templates, so that the recording serves a client that
    /// chooses other identifiers at another time.
    pub correlate: bool,
    /// Where the sessions come from, for the header.
    pub upstream: Option<String>,
}

/// What is secret. The same value is the same variable, `{{var.secret1}}`, wherever it is met again.
///
/// Names are compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// Headers of the handshake; `*` at either end of a name stands for anything.
    pub headers: Vec<String>,
    /// Query parameters, in the handshake and wherever a message has a URL.
    pub query: Vec<String>,
    /// Members of JSON objects, at any depth, also of JSON within the strings of JSON. Of an object or an array
    /// all texts and numbers in it are secret.
    pub members: Vec<String>,
    /// JSONPaths (RFC 9535) into messages.
    pub jsonpaths: Vec<String>,
    /// Regexes; where there is a group, that is what is secret, otherwise all that matches.
    pub regexes: Vec<String>,
    /// Whether what looks like a key is one: `Bearer …`, JSON Web Tokens, `sk-…`, `ghp_…`, passwords in URLs
    /// and others.
    pub shapes: bool,
}

const HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "*token*",
    "*secret*",
    "*apikey*",
    "*api-key*",
];

const QUERY: &[&str] = &[
    "token",
    "access_token",
    "auth_token",
    "id_token",
    "api_key",
    "apikey",
    "key",
    "sig",
    "signature",
    "password",
    "secret",
    "client_secret",
    "x-amz-security-token",
    "x-amz-signature",
];

const MEMBERS: &[&str] = &[
    "token",
    "access_token",
    "accessToken",
    "refresh_token",
    "refreshToken",
    "id_token",
    "idToken",
    "auth_token",
    "authToken",
    "session_token",
    "sessionToken",
    "password",
    "passwd",
    "passphrase",
    "secret",
    "client_secret",
    "clientSecret",
    "secret_key",
    "secretKey",
    "private_key",
    "privateKey",
    "api_key",
    "apiKey",
    "x-api-key",
    "authorization",
    "cookie",
];

impl Redaction {
    /// Nothing is secret.
    pub fn off() -> Self {
        Self {
            headers: Vec::new(),
            query: Vec::new(),
            members: Vec::new(),
            jsonpaths: Vec::new(),
            regexes: Vec::new(),
            shapes: false,
        }
    }
}

impl Default for Redaction {
    /// The usual names of credentials, and what looks like one.
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Self {
            headers: owned(HEADERS),
            query: owned(QUERY),
            members: owned(MEMBERS),
            jsonpaths: Vec::new(),
            regexes: Vec::new(),
            shapes: true,
        }
    }
}
