//! Telling every connection that the server goes away.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// A switch that can be thrown once and is seen by everybody who holds a clone.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use mockforge_ws_io::Shutdown;
///
/// let shutdown = Shutdown::default();
/// let seen = tokio::spawn({
///     let shutdown = shutdown.clone();
///     async move { shutdown.begun().await }
/// });
/// shutdown.begin();
/// seen.await.unwrap();
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    switch: Arc<Switch>,
}

#[derive(Debug, Default)]
struct Switch {
    thrown: AtomicBool,
    notify: Arc<Notify>,
}

impl Shutdown {
    /// Throws the switch.
    pub fn begin(&self) {
        self.switch.thrown.store(true, Ordering::Release);
        self.switch.notify.notify_waiters();
    }

    /// Whether it has been thrown.
    #[inline]
    pub fn has_begun(&self) -> bool {
        self.switch.thrown.load(Ordering::Acquire)
    }

    /// Waits until it has been thrown.
    pub async fn begun(&self) {
        let notified = self.switch.notify.notified();
        if !self.has_begun() {
            notified.await;
        }
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch { shutdown: self.clone(), notified: None, waker: None }
    }
}

/// One task's view: registers the task's waker once, after which a look costs one atomic load.
#[derive(Debug)]
pub(crate) struct Watch {
    shutdown: Shutdown,
    notified: Option<Pin<Box<OwnedNotified>>>,
    waker: Option<Waker>,
}

impl Watch {
    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            self.register(cx);
        }
        self.shutdown.has_begun()
    }

    fn register(&mut self, cx: &mut Context<'_>) {
        let notify = &self.shutdown.switch.notify;
        let notified = self.notified.get_or_insert_with(|| Box::pin(Arc::clone(notify).notified_owned()));
        // Ready means that the switch is thrown; the caller looks at that next.
        let _ = notified.as_mut().poll(cx);
        self.waker = Some(cx.waker().clone());
    }
}
