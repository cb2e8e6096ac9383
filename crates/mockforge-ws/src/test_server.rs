//! A router on a free port, for tests.

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// Serves any axum router on a free loopback port until it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use mockforge_ws::{TestServer, router};
///
/// let server = TestServer::new(router()).await;
/// assert!(server.url().starts_with("ws://127.0.0.1:"));
/// # }
/// ```
#[derive(Debug)]
pub struct TestServer {
    url: String,
    task: AbortHandle,
}

impl TestServer {
    /// Starts on the present tokio runtime.
    ///
    /// # Panics
    /// Where no loopback port is free.
    pub async fn new(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let address = listener.local_addr().expect("a bound listener has an address");
        let task = tokio::spawn(async move {
            // Ends with the runtime or when the server is dropped; accepting itself does not fail.
            let _ = axum::serve(listener, router).await;
        });
        Self { url: format!("ws://{address}/ws"), task: task.abort_handle() }
    }

    /// `ws://127.0.0.1:PORT/ws`
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
