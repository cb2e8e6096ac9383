//! Counting by hand, for programs that serve WebSockets themselves.

use std::time::Duration;

use mockforge_ws_core::Status;

use super::Registry;
use super::route::ErrorKind;

impl Registry {
    /// A connection was opened.
    pub fn record_ws_connection_established(&self) {
        self.by_hand().connections.increment(1);
        self.by_hand().active.increment(1);
    }

    /// A connection is over. What is no [status](IntoStatus) counts as an error.
    pub fn record_ws_connection_closed(&self, duration: impl IntoSeconds, status: impl IntoStatus) {
        let status = status.into_status();
        self.by_hand().active.decrement(1);
        self.by_hand().duration(status).record(duration.into_seconds());
        self.by_hand().error(ErrorKind::Ended(status));
    }

    /// A message came.
    pub fn record_ws_message_received(&self) {
        self.by_hand().received.messages.increment(1);
    }

    /// A message was sent.
    pub fn record_ws_message_sent(&self) {
        self.by_hand().sent.messages.increment(1);
    }

    /// Something went wrong that ends no connection.
    pub fn record_ws_error(&self) {
        self.by_hand().error(ErrorKind::Session);
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for std::time::Duration {}
    impl Sealed for f64 {}
    impl Sealed for mockforge_ws_core::Status {}
    impl Sealed for &str {}
}

/// A length of time: a [`Duration`], or seconds as `f64`.
pub trait IntoSeconds: sealed::Sealed {
    /// In seconds.
    fn into_seconds(self) -> f64;
}

impl IntoSeconds for Duration {
    fn into_seconds(self) -> f64 {
        self.as_secs_f64()
    }
}

impl IntoSeconds for f64 {
    fn into_seconds(self) -> f64 {
        self
    }
}

/// How a connection ended: a [`Status`], or the word for one, such as `client_close`.
pub trait IntoStatus: sealed::Sealed {
    /// As a status; words are few, so that there are few series.
    fn into_status(self) -> Status;
}

impl IntoStatus for Status {
    fn into_status(self) -> Status {
        self
    }
}

impl IntoStatus for &str {
    fn into_status(self) -> Status {
        use Status::{ClientClose, HandlerError, Limit, Normal, ProxyError, SendError, Timeout};
        let words = [Normal, ClientClose, SendError, ProxyError, HandlerError, Limit, Timeout];
        words.into_iter().find(|status| status.as_str() == self).unwrap_or(Status::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_moves_its_series() {
        let registry = Registry::new();
        registry.record_ws_connection_established();
        registry.record_ws_connection_established();
        registry.record_ws_message_received();
        registry.record_ws_message_sent();
        registry.record_ws_message_sent();
        registry.record_ws_error();
        registry.record_ws_connection_closed(Duration::from_millis(700), "timeout");
        registry.record_ws_connection_closed(2.0, "a word from a user's code");
        let page = registry.render();
        for line in [
            "connections_active 0",
            "connections_total 2",
            "messages_received_total 1",
            "messages_sent_total 2",
            "errors_total{kind=\"session\"} 1",
            "errors_total{kind=\"timeout\"} 1",
            "errors_total{kind=\"error\"} 1",
            "connection_duration_seconds_sum{status=\"timeout\"} 0.7",
            "connection_duration_seconds_bucket{status=\"error\",le=\"1\"} 0",
            "connection_duration_seconds_bucket{status=\"error\",le=\"5\"} 1",
        ] {
            assert!(page.contains(&format!("\nmockforge_ws_{line}\n")), "no {line} in {page}");
        }
        assert!(!page.contains("a word"), "{page}");
    }

    #[test]
    fn every_status_has_its_word() {
        for status in ["normal", "client_close", "error", "send_error", "proxy_error", "handler_error"] {
            assert_eq!(status.into_status().as_str(), status);
        }
        assert_eq!(("limit".into_status(), "timeout".into_status()), (Status::Limit, Status::Timeout));
    }
}
