//! Where traces go, and which.

use std::time::Duration;

/// What the variables `OTEL_*` say, as values; nothing here reads them.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The collector's URL, for HTTP with its whole path; see [`at`](Self::at).
    pub endpoint: String,
    /// How to speak with it.
    pub protocol: Protocol,
    /// Headers for it, such as a key.
    pub headers: Vec<(String, String)>,
    /// How long it may take to answer.
    pub timeout: Duration,
    /// The resource's `service.name`.
    pub service: String,
    /// The resource's further attributes.
    pub resource: Vec<(String, String)>,
    /// Which part of all connections is traced, from 0 to 1, where the client's trace context does not decide.
    pub sampled: f64,
    /// Whether a client's trace context decides, where there is one.
    pub follows_parent: bool,
    /// Which part of a traced connection's messages become events of its span, from 0 to 1.
    pub messages: f64,
}

/// How spans are sent (OTLP 1.x).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Protocol buffers over gRPC; by habit on port 4317.
    Grpc,
    /// Protocol buffers over HTTP; by habit on port 4318.
    Http,
}

impl Options {
    /// The usual options for a collector at a base URL, to which HTTP adds `v1/traces`: ten seconds for an answer,
    /// the service `mockforge`, all connections unless the client says otherwise, one in a hundred messages.
    ///
    /// ```
    /// use mockforge_ws_observe::traces::{Options, Protocol};
    ///
    /// let options = Options::at("http://localhost:4318", Protocol::Http);
    /// assert_eq!(options.endpoint, "http://localhost:4318/v1/traces");
    /// ```
    pub fn at(base: &str, protocol: Protocol) -> Self {
        let endpoint = match protocol {
            Protocol::Grpc => base.to_string(),
            Protocol::Http => format!("{}/v1/traces", base.trim_end_matches('/')),
        };
        Self {
            endpoint,
            protocol,
            headers: Vec::new(),
            timeout: Duration::from_secs(10),
            service: "mockforge".to_string(),
            resource: Vec::new(),
            sampled: 1.0,
            follows_parent: true,
            messages: 0.01,
        }
    }
}
