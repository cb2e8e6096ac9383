//! Headers, `otherwise:` and `refuse:`

use http::{HeaderName, StatusCode, header};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_template::{JsonTemplate, Template};
use serde_json::Value;

use crate::compile::{At, Compiler};
use crate::handshake::{Body, Headers, LONGEST_HEADER, Refuse, Response, header_value};

/// The keys of `otherwise:`.
pub(crate) const RESPONSE_KEYS: &[&str] = &["status", "headers", "body"];
/// The keys of `refuse:`.
pub(crate) const REFUSE_KEYS: &[&str] = &["status", "headers", "body", "times"];

/// Headers of the 101 that the server gives itself.
const OURS: &[HeaderName] =
    &[header::CONNECTION, header::UPGRADE, header::SEC_WEBSOCKET_ACCEPT, header::SEC_WEBSOCKET_PROTOCOL];
/// Headers that follow from the body.
const FRAMING: &[HeaderName] = &[header::CONTENT_LENGTH, header::TRANSFER_ENCODING];

impl Compiler<'_> {
    /// Headers of the 101.
    pub(super) fn upgrade_headers(&mut self, at: &At<'_>) -> Headers {
        self.headers(at, |name| {
            let problem = OURS
                .contains(name)
                .then(|| Problem::new(format!("the header {name} of an upgrade is the server's own")))?;
            let hint = (*name == header::SEC_WEBSOCKET_PROTOCOL)
                .then_some("`subprotocol: NAME` selects one whether or not it is offered");
            Some(problem.maybe_hint(hint))
        })
    }

    fn headers(&mut self, at: &At<'_>, refuse: impl Fn(&HeaderName) -> Option<Problem>) -> Headers {
        let Value::Object(map) = at.value else {
            let problem =
                Problem::new(format!("`headers` is a mapping of names to values, found {}", at.kind()));
            self.problem(at, problem);
            return Headers::default();
        };
        if map.is_empty() {
            self.problem(at, Problem::new("without a header `headers` has no effect"));
        }
        let mut headers = Headers::default();
        for (name, value) in map {
            let at = at.under(name.as_str(), value);
            let Some(name) = self.header_name(&at, name) else { continue };
            if let Some(problem) = refuse(&name) {
                self.problem(&at, problem);
            }
            if FRAMING.contains(&name) {
                self.problem(&at, Problem::new(format!("the header {name} follows from the body")));
            }
            if headers.0.iter().any(|(other, _)| *other == name) {
                let problem = Problem::new(format!("the header {name} stands here a second time"));
                self.problem(&at, problem.hint("give it a list of values"));
            }
            let values = Self::list(&at);
            if values.is_empty() {
                self.problem(&at, Problem::new("a list without values has no effect"));
            }
            let values = values.iter().filter_map(|at| self.header(at)).collect();
            headers.0.push((name, values));
        }
        headers
    }

    fn header(&mut self, at: &At<'_>) -> Option<Template> {
        let template = self.template(at, "the value of a header")?;
        if let Some(Err(problem)) = template.literal().map(header_value) {
            let most = format!("a value has at most {LONGEST_HEADER} bytes on one line");
            self.problem(at, Problem::new(format!("the header can't be sent: {problem}")).hint(most));
        }
        Some(template)
    }

    /// `otherwise:`
    pub(super) fn response(&mut self, at: &At<'_>) -> Option<Response> {
        if !at.value.is_object() {
            return Some(Response { status: Some(self.status(at)?), ..Response::default() });
        }
        let fields = self.object(at, RESPONSE_KEYS, "a status, or an object with `status`")?;
        if fields.is_empty() {
            self.problem(at, Problem::new("`otherwise` says nothing, so it has no effect"));
        }
        Some(self.parts_of_response(at))
    }

    /// `refuse:`
    pub(super) fn refuse(&mut self, at: &At<'_>) -> Option<Refuse> {
        if !at.value.is_object() {
            let response = Response { status: Some(self.status(at)?), ..Response::default() };
            return Some(Refuse { response, times: None });
        }
        self.object(at, REFUSE_KEYS, "a status, or an object with `status`")?;
        let times = at.get("times").and_then(|at| self.count(&at, "times"));
        if at.get("status").is_none() {
            let problem = Problem::new("`refuse` says with which `status`");
            self.problem(at, problem.hint("for example `refuse: { status: 503, times: 2 }`"));
        }
        Some(Refuse { response: self.parts_of_response(at), times })
    }

    fn parts_of_response(&mut self, at: &At<'_>) -> Response {
        let status = at.get("status").and_then(|at| self.status_code(&at));
        let headers = at.get("headers").map(|at| self.headers(&at, |_| None)).unwrap_or_default();
        let body = at.get("body").and_then(|at| self.body(&at));
        if let Some(status) = status {
            self.redirects(at, status, &headers);
            if let Some(at) = at.get("body")
                && !Response::has_body(status)
            {
                let problem = Problem::new(format!("`body` has no effect: a {} has none", status.as_u16()));
                self.problem(&at, problem);
            }
        }
        Response { status, headers, body }
    }

    /// A status that stands by itself.
    fn status(&mut self, at: &At<'_>) -> Option<StatusCode> {
        let status = self.status_code(at)?;
        self.redirects(at, status, &Headers::default());
        Some(status)
    }

    fn redirects(&mut self, at: &At<'_>, status: StatusCode, headers: &Headers) {
        let leads = headers.0.iter().any(|(name, _)| *name == header::LOCATION);
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED && !leads {
            let problem = Problem::new(format!("a {} needs the header `location`", status.as_u16()));
            let hint = format!(
                "`{{ status: {}, headers: {{ location: \"wss://example.com/ws\" }} }}`",
                status.as_u16()
            );
            self.problem(at, problem.hint(hint));
        }
    }

    fn status_code(&mut self, at: &At<'_>) -> Option<StatusCode> {
        let number = at.value.as_u64();
        if number == Some(101) {
            let problem = Problem::new("101 upgrades the connection and refuses nothing");
            self.problem(at, problem.hint("refuse with 503, say"));
            return None;
        }
        let code = number.filter(|number| (200..600).contains(number));
        let code = code.and_then(|number| StatusCode::from_u16(u16::try_from(number).ok()?).ok());
        if code.is_none() {
            let problem = Problem::new("a status is a number from 200 to 599");
            self.problem(at, problem.hint("401 asks for credentials, 403 refuses, 503 is for later"));
        }
        code
    }

    fn body(&mut self, at: &At<'_>) -> Option<Body> {
        match at.value {
            Value::Object(_) | Value::Array(_) => {
                let template = JsonTemplate::parse(at.value, &self.template);
                self.take(template, at).map(Body::Json)
            }
            _ => self.template(at, "`body`").map(Body::Text),
        }
    }
}
