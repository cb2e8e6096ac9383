//! The mode: where a handshake goes, and what the answer leads to.

use std::fmt;
use std::sync::Arc;

use http::{StatusCode, header};
use mockforge_ws_core::{
    Accept, Cx, Dial, DialError, Dialled, Dialling, Elapsed, Event, Fact, Hello, Mode, Opening, Refusal,
    Session, Upstream, UpstreamFact,
};
use mockforge_ws_layers::backlog::Bounds;

use crate::session::{Forward, Way};
use crate::{Passage, Rules, Target, Transform, guard, passage};

/// A proxy to one server: a mode.
///
/// The client is answered when the server is: a refusal reaches the client with its status, headers and body; a
/// server that can't be reached is a 502, one that does not answer in time a 504, unless there is a
/// [fallback](Self::fallback).
#[derive(Clone)]
pub struct Proxy {
    target: Target,
    passage: Passage,
    upstream: Arc<Upstream>,
    way: Arc<Way>,
    local: Option<Arc<dyn Mode>>,
    fallback: Option<Arc<dyn Mode>>,
    subprotocols: Vec<String>,
    allow_origins: Vec<String>,
}

/// What is done when a server is lost that has been connected: it is dialled again, and the client stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reconnect {
    /// What is kept of the client's messages meanwhile.
    pub backlog: Bounds,
}

impl Proxy {
    /// Forwards to a server, with the usual changes to the handshake.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            passage: Passage::default(),
            upstream: Arc::default(),
            way: Arc::default(),
            local: None,
            fallback: None,
            subprotocols: Vec::new(),
            allow_origins: Vec::new(),
        }
    }

    /// The same, with other changes to the handshake.
    #[must_use]
    pub fn passage(self, passage: Passage) -> Self {
        Self { passage, ..self }
    }

    /// The same, with how the server is reached. Connections that wait in a pool have one handshake for all: then
    /// no header of the client's goes on, and `subprotocols` are offered in place of the client's.
    #[must_use]
    pub fn upstream(self, upstream: Upstream, subprotocols: Vec<String>) -> Self {
        let fixed = self.passage.fixed || upstream.pool.is_some();
        let passage = Passage { fixed, ..self.passage };
        Self { upstream: Arc::new(upstream), passage, subprotocols, ..self }
    }

    /// The same, with rules for what goes by.
    #[must_use]
    pub fn rules(self, rules: Rules) -> Self {
        self.with(|way| way.rules = Some(rules))
    }

    /// The same, with a function that sees each message that goes on by the rules, as they have made it.
    #[must_use]
    pub fn transform(self, transform: Transform) -> Self {
        self.with(|way| way.transform = Some(transform))
    }

    /// The same, where a server that is lost is dialled again.
    #[must_use]
    pub fn reconnect(self, reconnect: Reconnect) -> Self {
        self.with(|way| way.reconnect = Some(reconnect))
    }

    fn with(mut self, change: impl FnOnce(&mut Way)) -> Self {
        change(Arc::make_mut(&mut self.way));
        self
    }

    /// The same, with a mode that hears the client's messages first. What it answers does not go on: what it
    /// reports as [unanswered](mockforge_ws_core::Fact::Unanswered) does.
    #[must_use]
    pub fn local(self, mode: impl Mode + 'static) -> Self {
        Self { local: Some(Arc::new(mode)), ..self }
    }

    /// The same, with a mode that serves clients while the server can't be reached, or answers with 502, 503 or 504.
    #[must_use]
    pub fn fallback(self, mode: impl Mode + 'static) -> Self {
        Self { fallback: Some(Arc::new(mode)), ..self }
    }

    /// The same, with pages that may use it although it adds credentials: origins, or `*`. Pages on this machine
    /// always may.
    #[must_use]
    pub fn allow_origins(self, origins: Vec<String>) -> Self {
        Self { allow_origins: origins, ..self }
    }

    /// Where it forwards to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    fn adds_credentials(&self) -> bool {
        self.passage.adds_credentials()
            || self.target.credentials().is_some()
            || self.upstream.tls.identity.is_some()
    }

    /// Whether somebody looks at messages.
    fn inspects(&self) -> bool {
        let Way { rules, transform, reconnect } = &*self.way;
        rules.is_some() || transform.is_some() || reconnect.is_some() || self.local.is_some()
    }

    /// What a dial has led to.
    fn answered(&self, dialled: Dialled, dial: Option<Box<Dial>>, hello: &Hello) -> Opening {
        match dialled {
            Dialled::Open(answer) => {
                let local = match self.local.as_ref().map(|mode| mode.open(hello)) {
                    None => None,
                    Some(Opening::Accept(accept)) => Some(accept.session),
                    Some(other) => return other,
                };
                let session: Box<dyn Session> = Box::new(Forward::new(Arc::clone(&self.way), local, dial));
                let headers = passage::inward(&answer);
                Accept { session, subprotocol: answer.subprotocol, headers }.into()
            }
            Dialled::Refused(refusal) => match &self.fallback {
                Some(fallback) if is_down(refusal.status) => {
                    let reason = format!("{} answered with {}", self.target.base(), refusal.status);
                    instead(&**fallback, hello, reason)
                }
                _ => (*refusal).into(),
            },
            Dialled::Failed(error) => match &self.fallback {
                Some(fallback) => instead(&**fallback, hello, error.reason),
                None => unreachable(&error).into(),
            },
        }
    }
}

/// Opens a fallback, and has it told why.
fn instead(fallback: &dyn Mode, hello: &Hello, reason: String) -> Opening {
    fallback.open(hello).and_then(move |accept| {
        let session = Box::new(Instead { reason: Some(reason), inner: accept.session });
        Accept { session, ..accept }.into()
    })
}

/// A session in place of the server's.
struct Instead {
    reason: Option<String>,
    inner: Box<dyn Session>,
}

impl Session for Instead {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        if let Some(reason) = self.reason.take() {
            cx.note(Fact::Upstream(UpstreamFact::Failed { reason }));
        }
        self.inner.on(event, cx);
    }

    fn deadline(&self) -> Option<Elapsed> {
        self.inner.deadline()
    }

    fn held_bytes(&self) -> usize {
        self.inner.held_bytes()
    }
}

fn is_down(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}

fn unreachable(error: &DialError) -> Refusal {
    let body = format!("The upstream gave no answer.\n{}\n", error.reason);
    Refusal { reason: Some(error.reason.clone()), ..Refusal::new(error.status(), body) }
}

impl Mode for Proxy {
    fn open(&self, hello: &Hello) -> Opening {
        if self.adds_credentials()
            && let Some(refusal) = guard::refusal(hello, &self.allow_origins)
        {
            return refusal.into();
        }
        let Some(url) = self.target.url(hello) else {
            let body = format!("Nothing is proxied at {}.\n", hello.path);
            return Refusal::new(StatusCode::NOT_FOUND, body).into();
        };
        let headers = self.passage.outward(hello, &url, self.target.credentials());
        let mut dial = Dial::new(url, Arc::clone(&self.upstream));
        dial.headers = headers;
        dial.subprotocols =
            if self.passage.fixed { self.subprotocols.clone() } else { hello.subprotocols.clone() };
        let splice = !self.inspects();
        if splice {
            let offered = hello.headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS);
            dial.extensions = offered.iter().cloned().collect();
        }
        let again = self.way.reconnect.map(|_| Box::new(dial.clone()));
        // Other modes open by the handshake; without one of them nobody needs it again.
        let needs_hello = self.local.is_some() || self.fallback.is_some();
        let hello = if needs_hello { hello.clone() } else { Hello::default() };
        let proxy = self.clone();
        let then = Box::new(move |dialled| proxy.answered(dialled, again, &hello));
        Opening::Dial(Box::new(Dialling { dial, splice, then }))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("target", &self.target.base()).finish_non_exhaustive()
    }
}
