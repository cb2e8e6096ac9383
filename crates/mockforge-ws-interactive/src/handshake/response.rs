//! What is answered over HTTP: statuses, headers and bodies, rendered with nothing but the handshake.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use mockforge_ws_core::{Conn, ConnId, Cx, Effects, Hello, Limits, Refusal, Seed};
use mockforge_ws_template::{JsonTemplate, Scope, Template};

/// The longest value of a header, in bytes.
pub(crate) const LONGEST_HEADER: usize = 8 << 10;
/// The longest body, in bytes; the rest is cut off.
const LONGEST_BODY: usize = 1 << 20;

/// Headers and the templates of their values.
#[derive(Debug, Default)]
pub(crate) struct Headers(pub(crate) Vec<(HeaderName, Vec<Template>)>);

/// `refuse:` and `otherwise:`; what is left out is the usual.
#[derive(Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: Headers,
    pub(crate) body: Option<Body>,
}

#[derive(Debug)]
pub(crate) enum Body {
    Text(Template),
    Json(JsonTemplate),
}

impl Response {
    /// Whether responses with this status have a body (RFC 9110, section 6.4.1).
    pub(crate) fn has_body(status: StatusCode) -> bool {
        status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
    }

    pub(super) fn refusal(&self, scratch: &mut Scratch<'_>) -> Refusal {
        let status = self.status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        self.over(Refusal::new(status, "This handshake is refused.\n"), scratch)
    }

    /// The usual refusal with what is given instead; its status has been chosen.
    pub(super) fn over(&self, usual: Refusal, scratch: &mut Scratch<'_>) -> Refusal {
        let mut refusal = usual;
        match &self.body {
            _ if !Self::has_body(refusal.status) => {
                refusal.headers.remove(header::CONTENT_TYPE);
                refusal.body.clear();
            }
            Some(Body::Text(template)) => refusal.body = scratch.text(template).into_owned().into(),
            Some(Body::Json(template)) => {
                refusal.body = scratch.json(template).into();
                let json = HeaderValue::from_static("application/json");
                refusal.headers.insert(header::CONTENT_TYPE, json);
            }
            None => {}
        }
        match self.headers.add_to(&mut refusal.headers, scratch) {
            Ok(()) => refusal,
            Err(refusal) => *refusal,
        }
    }
}

impl Headers {
    /// Puts them in place of those of the same names; the error is the answer where a value can't be sent.
    pub(super) fn add_to(&self, map: &mut HeaderMap, scratch: &mut Scratch<'_>) -> Result<(), Box<Refusal>> {
        for (name, templates) in &self.0 {
            map.remove(name);
            for template in templates {
                map.append(
                    name,
                    header_value(&scratch.text(template)).map_err(|problem| {
                        let body = format!("The header {name} can't be sent: {problem}.\n");
                        Box::new(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, body))
                    })?,
                );
            }
        }
        Ok(())
    }
}

/// The value of a header, or what is wrong with it.
pub(crate) fn header_value(text: &str) -> Result<HeaderValue, &'static str> {
    if text.len() > LONGEST_HEADER {
        return Err("its value is longer than 8 KiB");
    }
    HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| "its value has a line break or another control character")
}

/// What templates are rendered with where there is no connection yet: made when the first of them is.
pub(super) struct Scratch<'h> {
    hello: &'h Hello,
    number: u64,
    conn: Option<Conn>,
}

impl<'h> Scratch<'h> {
    pub(super) fn new(hello: &'h Hello, number: u64) -> Self {
        Self { hello, number, conn: None }
    }

    pub(super) fn text<'t>(&mut self, template: &'t Template) -> Cow<'t, str> {
        if let Some(literal) = template.literal() {
            return Cow::Borrowed(literal);
        }
        let mut out = String::new();
        self.with(|cx| template.render(&Scope::default(), cx, &mut out));
        Cow::Owned(out)
    }

    fn json(&mut self, template: &JsonTemplate) -> String {
        let mut out = String::new();
        self.with(|cx| template.render(&Scope::default(), cx, &mut out));
        out
    }

    /// What is missing is no fact: facts are of connections.
    fn with(&mut self, render: impl FnOnce(&mut Cx<'_>)) {
        let (hello, number) = (self.hello, self.number);
        let conn = self.conn.get_or_insert_with(|| {
            let id = ConnId { route: hello.route.as_str().into(), number };
            // Not the draws of the connection of that number.
            let seed = Seed(hello.seed.derive("handshake", 0));
            let limits = Limits { max_message_size: LONGEST_BODY };
            Conn::new(id, Arc::new(hello.clone()), seed, hello.wall, limits)
        });
        render(&mut Cx::new(conn, &mut Effects::new(), Duration::ZERO));
    }
}
