//! How a route answers opening handshakes: late, with headers, for some clients and not for others.
//!
//! It stands in front of any mode and knows nothing of what is served behind it.

mod check;
mod origin;
mod response;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::HeaderMap;
use mockforge_ws_core::{Hello, Mode, Opening, Refusal};
use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

use crate::{Options, compile};

pub(crate) use check::{Check, Credential, Place, Wanted};
pub(crate) use origin::{Origin, Origins};
pub(crate) use response::{Body, Headers, LONGEST_HEADER, Response, header_value};

use response::Scratch;

/// A `handshake:` section, compiled. A clone is a reference, and counts the same handshakes.
///
/// ```
/// use http::StatusCode;
/// use mockforge_ws_core::{Hello, Mode, Opening, echo::Echo};
/// use mockforge_ws_interactive::Handshake;
/// use serde_json::json;
///
/// let section = json!({
///     "headers": { "x-room": "{{query.room}}" },
///     "require": [{ "token": "t1", "in": ["bearer", "query:access_token"] }],
/// });
/// let mode = Handshake::compile(&section, &[], &Default::default()).unwrap().around(Echo::default());
///
/// let query = |pairs: &[(&str, &str)]| {
///     let owned = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string()));
///     Hello::new("/ws").with_query(owned.collect())
/// };
/// let Opening::Accept(accept) = mode.open(&query(&[("access_token", "t1"), ("room", "7")])) else { panic!() };
/// assert_eq!(accept.headers["x-room"], "7");
/// let Opening::Refuse(refusal) = mode.open(&query(&[])) else { panic!() };
/// assert_eq!(refusal.status, StatusCode::UNAUTHORIZED);
/// assert_eq!(refusal.headers["www-authenticate"], "Bearer");
/// ```
#[derive(Debug, Clone)]
pub struct Handshake(Arc<Compiled>);

#[derive(Debug, Default)]
pub(crate) struct Compiled {
    pub(crate) delay: Option<Duration>,
    pub(crate) refuse: Option<Refuse>,
    pub(crate) origins: Origins,
    /// In the order in which they are asked; the first that fails refuses.
    pub(crate) checks: Vec<Check>,
    pub(crate) subprotocol: Option<Selection>,
    pub(crate) headers: Headers,
    /// The handshakes so far.
    pub(crate) count: AtomicU64,
}

/// `refuse:`
#[derive(Debug)]
pub(crate) struct Refuse {
    pub(crate) response: Response,
    /// How many are refused, from the first; `None` for all.
    pub(crate) times: Option<u64>,
}

/// `subprotocol:`
#[derive(Debug)]
pub(crate) enum Selection {
    /// One of these is offered, or the client is refused.
    Required(Box<[String]>),
    /// What the client offers first.
    Any,
    /// This one, offered or not.
    Forced(String),
}

impl Handshake {
    /// Compiles a `handshake:` section of a route that speaks these subprotocols.
    ///
    /// # Errors
    /// All mistakes, each with the way to it. A key that could not have any effect is one.
    ///
    /// ```
    /// use mockforge_ws_interactive::Handshake;
    /// use serde_json::json;
    ///
    /// let section = json!({ "origins": [], "refuse": 101, "dealy": "1s" });
    /// let problems = Handshake::compile(&section, &[], &Default::default()).unwrap_err();
    /// assert_eq!(problems.len(), 4);
    /// ```
    pub fn compile(
        section: &Value,
        subprotocols: &[String],
        options: &Options,
    ) -> Result<Self, Vec<Problem>> {
        compile::handshake(section, subprotocols, options).map(|compiled| Self(Arc::new(compiled)))
    }

    /// A mode that lets those handshakes through to `mode` that pass.
    pub fn around(self, mode: impl Mode + 'static) -> impl Mode + 'static {
        move |hello: &Hello| {
            let answer = self.0.answer(hello, &mode);
            match self.0.delay {
                Some(delay) => Opening::After(delay, Box::new(answer)),
                None => answer,
            }
        }
    }
}

impl Compiled {
    fn answer(&self, hello: &Hello, mode: &impl Mode) -> Opening {
        let number = self.count.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let mut scratch = Scratch::new(hello, number);
        match self.refused(hello, number, &mut scratch) {
            Some(refusal) => refusal.into(),
            None => self.dress(mode.open(hello), hello, &mut scratch),
        }
    }

    /// The answer to a client that gets no further.
    fn refused(&self, hello: &Hello, number: u64, scratch: &mut Scratch<'_>) -> Option<Refusal> {
        if let Some(Refuse { response, times }) = &self.refuse
            && times.is_none_or(|times| number <= times)
        {
            return Some(response.refusal(scratch));
        }
        self.origins
            .refusal(hello)
            .or_else(|| self.checks.iter().find_map(|check| check.refusal(hello, scratch)))
            .or_else(|| match &self.subprotocol {
                Some(Selection::Required(spoken))
                    if !hello.subprotocols.iter().any(|name| spoken.contains(name)) =>
                {
                    Some(Refusal::subprotocol(&hello.subprotocols, spoken.iter().map(String::as_str)))
                }
                _ => None,
            })
    }

    /// What the mode has answered, with what the section adds.
    fn dress(&self, opening: Opening, hello: &Hello, scratch: &mut Scratch<'_>) -> Opening {
        let selected = match &self.subprotocol {
            Some(Selection::Any) => hello.subprotocols.first().cloned(),
            Some(Selection::Forced(name)) => Some(name.clone()),
            Some(Selection::Required(_)) | None => None,
        };
        let mut added = HeaderMap::new();
        let outcome = self.headers.add_to(&mut added, scratch);
        opening.and_then(move |mut accept| match outcome {
            Ok(()) => {
                accept.subprotocol = selected.or(accept.subprotocol);
                accept.headers.extend(added);
                accept.into()
            }
            Err(refusal) => (*refusal).into(),
        })
    }
}
