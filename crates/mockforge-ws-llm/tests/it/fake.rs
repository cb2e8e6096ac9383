//! A provider on the loopback: it notes what it is asked, and answers what it was told to.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use axum::serve::ListenerExt as _;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt as _, StreamExt as _};
use mockforge_ws_llm::{Client, LlmOptions, Provider, Retries, Timeouts};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task;

/// What it was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// What it answers.
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: BoxStream<'static, Result<Bytes, Broken>>,
}

/// Makes the server drop the connection in the middle of a body.
#[derive(Debug)]
pub(crate) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken")
    }
}

impl std::error::Error for Broken {}

impl Answer {
    /// A body, byte by byte, each on its way before the next is looked at.
    pub(crate) fn trickle(body: impl AsRef<[u8]>) -> Self {
        let bytes = body.as_ref().to_vec();
        let body = stream::iter(bytes).then(|byte| async move {
            task::yield_now().await;
            Ok(Bytes::from(vec![byte]))
        });
        Self { status: 200, headers: Vec::new(), body: body.boxed() }
    }

    pub(crate) fn status(status: u16, body: impl Into<String>) -> Self {
        let body = Bytes::from(body.into());
        Self { status, headers: Vec::new(), body: stream::iter([Ok(body)]).boxed() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// After that, it goes on with another body.
    pub(crate) fn then(
        mut self,
        rest: impl stream::Stream<Item = Result<Bytes, Broken>> + Send + 'static,
    ) -> Self {
        self.body = self.body.chain(rest).boxed();
        self
    }

    /// After that is on its way, the connection breaks.
    pub(crate) fn cut(self) -> Self {
        let broken = async {
            task::yield_now().await;
            Err(Broken)
        };
        self.then(broken.into_stream())
    }

    /// After that, nothing comes any more. `left` is told when the client is gone.
    pub(crate) fn stall(self, left: &Arc<Notify>) -> Self {
        let guard = Guard(Arc::clone(left));
        self.then(
            async move {
                let _guard = guard;
                std::future::pending().await
            }
            .into_stream(),
        )
    }
}

struct Guard(Arc<Notify>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// The provider.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    parts: Parts,
}

#[derive(Clone, Default)]
struct Parts {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    was_asked: Arc<Notify>,
}

impl Fake {
    /// Listens, and gives these answers one after the other.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let parts =
            Parts { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Parts::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        let app = Router::new().fallback(answer).with_state(parts.clone());
        task::spawn(axum::serve(listener, app).into_future());
        Self { address, parts }
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.parts.asked.lock().unwrap().clone()
    }

    /// Until it is asked.
    pub(crate) async fn was_asked(&self) {
        self.parts.was_asked.notified().await;
    }

    /// What it was asked, once.
    pub(crate) fn asked_once(&self) -> Asked {
        let [asked] = <[Asked; 1]>::try_from(self.asked()).expect("it was asked once");
        asked
    }

    /// Options with which it is asked as some provider, and again without delay.
    pub(crate) fn options(&self, provider: Provider) -> LlmOptions {
        LlmOptions {
            provider,
            model: "some-model".into(),
            base_url: Some(format!("http://{}", self.address)),
            key: Some("sk-test-key".into()),
            retries: Retries { wait: Duration::from_millis(1), ..Retries::default() },
            timeouts: Timeouts::default(),
            ..LlmOptions::default()
        }
    }

    pub(crate) fn client(&self, provider: Provider) -> Client {
        Client::new(self.options(provider)).unwrap()
    }
}

async fn answer(
    State(parts): State<Parts>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, Infallible> {
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    parts.asked.lock().unwrap().push(Asked { uri, headers, body });
    parts.was_asked.notify_one();
    let answer = parts.answers.lock().unwrap().pop_front();
    let answer = answer.unwrap_or_else(|| Answer::status(500, "the play is over"));
    let mut response = Response::new(Body::from_stream(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    for (name, value) in answer.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    Ok(response)
}
