//! What a handshake has to bring: a header, a query parameter, a cookie, a token.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderName, HeaderValue, StatusCode, header};
use mockforge_ws_core::{Hello, Inbound, Message, Refusal};
use mockforge_ws_match::Pattern;
use mockforge_ws_template::Template;

use super::response::{Response, Scratch};

/// An element of `require:`.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) wanted: Wanted,
    /// The places that are looked at; one of them is enough.
    pub(crate) places: Vec<Credential>,
    /// How a client is refused; parts that it leaves out are the usual ones.
    pub(crate) otherwise: Response,
}

/// What has to be there.
#[derive(Debug)]
pub(crate) enum Wanted {
    Present,
    Absent,
    /// One of these.
    Equals(Vec<Template>),
    Matches(Box<Pattern>),
    /// One of these, which nobody is told.
    Token(Vec<Template>),
}

/// Where a value is looked for.
#[derive(Debug)]
pub(crate) enum Credential {
    /// `Authorization: Bearer VALUE` (RFC 6750, section 2.1).
    Bearer,
    At(Place),
}

#[derive(Debug)]
pub(crate) enum Place {
    Header(HeaderName),
    Query(String),
    Cookie(String),
}

impl Check {
    /// The answer to a client that does not bring it. It tells neither what came nor what was expected.
    pub(super) fn refusal(&self, hello: &Hello, scratch: &mut Scratch<'_>) -> Option<Refusal> {
        let came: Vec<_> = self.places.iter().flat_map(|place| place.values(hello)).collect();
        if self.passes(&came, scratch) {
            return None;
        }
        let places: Vec<_> = self.places.iter().map(ToString::to_string).collect();
        let places = places.join(" or ");
        let (status, body) = match &self.wanted {
            Wanted::Token(_) if came.is_empty() => {
                (StatusCode::UNAUTHORIZED, format!("A token is missing: it is expected in {places}.\n"))
            }
            Wanted::Token(_) => (StatusCode::UNAUTHORIZED, "The token is not valid.\n".to_string()),
            Wanted::Absent => (StatusCode::FORBIDDEN, format!("There must not be {places}.\n")),
            _ if came.is_empty() => (StatusCode::BAD_REQUEST, format!("There must be {places}.\n")),
            _ => (StatusCode::FORBIDDEN, format!("The value of {places} is not the right one.\n")),
        };
        let status = self.otherwise.status.unwrap_or(status);
        let mut usual = Refusal::new(status, body);
        if matches!(self.wanted, Wanted::Token(_)) && status == StatusCode::UNAUTHORIZED {
            usual = usual.header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Some(self.otherwise.over(usual, scratch))
    }

    fn passes(&self, came: &[Cow<'_, str>], scratch: &mut Scratch<'_>) -> bool {
        let mut any_is = |wanted: &[Template]| {
            // All are compared with all, so that the time does not tell how far it went.
            wanted.iter().fold(false, |found, template| {
                let wanted = scratch.text(template);
                // What is rendered as nothing comes of a value that is missing, and lets nobody in.
                let counts = !wanted.is_empty() || template.literal().is_some();
                came.iter().fold(found, |found, came| found | (counts && same(&wanted, came)))
            })
        };
        match &self.wanted {
            Wanted::Present => !came.is_empty(),
            Wanted::Absent => came.is_empty(),
            Wanted::Equals(wanted) | Wanted::Token(wanted) => any_is(wanted),
            Wanted::Matches(pattern) => {
                came.iter().any(|came| pattern.is_match(&Inbound::new(Message::text(came.to_string()))))
            }
        }
    }
}

/// Whether two texts are the same, in a time that depends on their lengths alone.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |bits, (a, b)| bits | (a ^ b)) == 0
}

impl Credential {
    fn values<'h>(&self, hello: &'h Hello) -> Vec<Cow<'h, str>> {
        match self {
            Self::At(place) => place.values(hello),
            Self::Bearer => headers(hello, &header::AUTHORIZATION)
                .filter_map(|value| {
                    let (scheme, token) = value.split_once(' ')?;
                    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
                    is_bearer.then(|| Cow::Owned(token.trim().to_string()))
                })
                .collect(),
        }
    }
}

impl Place {
    fn values<'h>(&self, hello: &'h Hello) -> Vec<Cow<'h, str>> {
        match self {
            Self::Header(name) => headers(hello, name).collect(),
            Self::Query(name) => {
                let named = hello.query.iter().filter(|(key, _)| key == name);
                named.map(|(_, value)| Cow::Borrowed(value.as_str())).collect()
            }
            Self::Cookie(name) => headers(hello, &header::COOKIE)
                .flat_map(|line| {
                    let pairs = line.split(';').filter_map(|pair| pair.split_once('='));
                    let named = pairs.filter(|(key, _)| key.trim() == name);
                    // The value may stand in quotes (RFC 6265, section 4.1.1).
                    named.map(|(_, value)| unquoted(value.trim()).to_string()).collect::<Vec<_>>()
                })
                .map(Cow::Owned)
                .collect(),
        }
    }
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

fn headers<'h>(hello: &'h Hello, name: &HeaderName) -> impl Iterator<Item = Cow<'h, str>> {
    hello.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()))
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bearer => f.write_str("the header `Authorization: Bearer …`"),
            Self::At(Place::Header(name)) => write!(f, "the header {name}"),
            Self::At(Place::Query(name)) => write!(f, "the query parameter {name}"),
            Self::At(Place::Cookie(name)) => write!(f, "the cookie {name}"),
        }
    }
}
