//! The registry: where series are kept, and the page that Prometheus scrapes.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use ::metrics::{Counter, Gauge, KeyName, Label, Recorder, SharedString, Unit};
use mockforge_ws_core::{FactSink, Follower, Hello, Interest, Record, Refused};

use super::family::{self, METADATA, describe};
use super::follower::Counting;
use super::installed::Installed;
use super::page::Page;
use super::route::Route;

/// How many routes have series of their own; those that come later share one. Routes are configured, so this is
/// for programs that make them up as they go.
const MAX_ROUTES: usize = 1000;
/// The label of the routes beyond.
const OTHER: &str = "(other)";

/// The metrics of one or more servers. A sink of facts; clones are the same registry.
///
/// Each series has the label `route`, which is the configured path; nothing that a client says becomes a label.
/// Only data messages are counted. Where bytes are copied between a client and another server, messages are
/// neither sized nor timed.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    recorder: Arc<dyn Recorder + Send + Sync>,
    /// The same, where it is our own.
    page: Option<Arc<Page>>,
    routes: Mutex<HashMap<Box<str>, Arc<Route>>>,
    /// What is recorded by hand has no route.
    by_hand: OnceLock<Route>,
    refused: Mutex<HashMap<u16, Counter>>,
    gauges: Mutex<Vec<(Gauge, Reading)>>,
}

type Reading = Box<dyn Fn() -> f64 + Send + Sync>;

impl Registry {
    /// A registry with a recorder of its own, to be [rendered](Self::render) for Prometheus.
    pub fn new() -> Self {
        let page = Arc::new(Page::default());
        Self::on(Arc::clone(&page) as _, Some(page))
    }

    /// A registry that records with somebody else's recorder, who decides on buckets, and renders.
    ///
    /// ```
    /// use metrics::NoopRecorder;
    /// use mockforge_ws_observe::metrics::Registry;
    ///
    /// assert_eq!(Registry::with_recorder(NoopRecorder).render(), "");
    /// ```
    pub fn with_recorder(recorder: impl Recorder + Send + Sync + 'static) -> Self {
        Self::on(Arc::new(recorder), None)
    }

    /// As [`with_recorder`](Self::with_recorder), for the recorder that the program has installed for all of it.
    pub fn installed() -> Self {
        Self::with_recorder(Installed)
    }

    fn on(recorder: Arc<dyn Recorder + Send + Sync>, page: Option<Arc<Page>>) -> Self {
        describe(&*recorder);
        Self(Arc::new(Inner {
            recorder,
            page,
            routes: Mutex::default(),
            by_hand: OnceLock::new(),
            refused: Mutex::default(),
            gauges: Mutex::default(),
        }))
    }

    /// The page for Prometheus (text format 0.0.4). Empty where the recorder is somebody else's.
    pub fn render(&self) -> String {
        self.read_gauges();
        self.0.page.as_ref().map_or_else(String::new, |page| page.render())
    }

    /// A gauge that is read whenever the page is rendered.
    ///
    /// ```
    /// use mockforge_ws_observe::metrics::{Registry, Unit};
    ///
    /// let registry = Registry::new();
    /// registry.gauge("mockforge_ws_queue_bytes", Unit::Bytes, "Bytes that wait in queues.", || 42.0);
    /// assert!(registry.render().contains("\nmockforge_ws_queue_bytes 42\n"));
    /// ```
    pub fn gauge(
        &self,
        name: &'static str,
        unit: Unit,
        help: &'static str,
        read: impl Fn() -> f64 + Send + Sync + 'static,
    ) {
        self.0.recorder.describe_gauge(KeyName::from(name), Some(unit), help.into());
        let gauge = self.0.recorder.register_gauge(&name.into(), &METADATA);
        self.0.gauges.lock().unwrap_or_else(PoisonError::into_inner).push((gauge, Box::new(read)));
    }

    /// Reads the [gauges](Self::gauge), for a recorder that somebody else renders.
    pub fn read_gauges(&self) {
        for (gauge, read) in self.0.gauges.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            gauge.set(read());
        }
    }

    pub(super) fn by_hand(&self) -> &Route {
        self.0.by_hand.get_or_init(|| Route::new(Arc::clone(&self.0.recorder), None))
    }

    /// The series of a route, made by its first connection.
    fn route(&self, name: &str) -> Arc<Route> {
        let mut routes = self.0.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = routes.get(name) {
            return Arc::clone(route);
        }
        let name = if routes.len() < MAX_ROUTES { name } else { OTHER };
        let label = SharedString::from(name.to_string());
        let made = || Arc::new(Route::new(Arc::clone(&self.0.recorder), Some(label)));
        Arc::clone(routes.entry(name.into()).or_insert_with(made))
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("renders", &self.0.page.is_some()).finish_non_exhaustive()
    }
}

impl FactSink for Registry {
    fn note(&self, _: Record<'_>) {}

    fn refused(&self, refused: Refused<'_>) {
        let mut counters = self.0.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let counter = counters.entry(refused.status).or_insert_with_key(|status| {
            let key = family::HANDSHAKES_REFUSED.key(vec![Label::new("status", status.to_string())]);
            self.0.recorder.register_counter(&key, &METADATA)
        });
        counter.increment(1);
    }

    fn follow(&self, hello: &Hello) -> Option<Box<dyn Follower>> {
        Some(Box::new(Counting::new(self.route(&hello.route))))
    }

    fn interest(&self) -> Interest {
        Interest::Counts
    }
}

/// The registry of the process, for programs that want no other. It is made by the first who asks, and renders
/// by itself; no recorder is installed for it.
///
/// ```
/// # use mockforge_ws_observe::get_global_registry;
/// # let (duration, status) = (std::time::Duration::from_secs(3), "client_close");
/// let registry = get_global_registry();
/// registry.record_ws_connection_established();
/// registry.record_ws_message_received();
/// registry.record_ws_message_sent();
/// registry.record_ws_connection_closed(duration, status);
/// # assert!(registry.render().contains("mockforge_ws_messages_sent_total 1"));
/// ```
pub fn get_global_registry() -> &'static Registry {
    static GLOBAL: LazyLock<Registry> = LazyLock::new(Registry::new);
    &GLOBAL
}
