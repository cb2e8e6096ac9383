//! Who follows a connection hears of it what the sink hears, and nothing of others.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as Task, Poll};

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use mockforge_ws_core::{
    Conn, Cx, Dial, Dialled, Elapsed, Event, Fact, FactSink, Follower, FromUpstream, Hello, Interest,
    Message, Passed, Record, Session, ToUpstream,
};
use mockforge_ws_io::{Connected, Context, PairPeer, Peer, bridge, pair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Error;

use crate::two_ends::forward;
use crate::{next, start};

/// Each connection's news, by its follower; the sink itself counts what it is told and wants no followers of
/// connections to `/quiet`.
#[derive(Default, Clone)]
struct Watch {
    followed: Arc<Mutex<Vec<Vec<String>>>>,
    noted: Arc<Mutex<usize>>,
}

struct Notes(Vec<String>, Watch);

impl FactSink for Watch {
    fn note(&self, _: Record<'_>) {
        *self.noted.lock().expect("no test panics with it") += 1;
    }

    fn follow(&self, hello: &Hello) -> Option<Box<dyn Follower>> {
        (hello.path != "/quiet").then(|| Box::new(Notes(Vec::new(), self.clone())) as _)
    }

    fn interest(&self) -> Interest {
        Interest::Counts
    }
}

impl Follower for Notes {
    fn note(&mut self, record: Record<'_>) {
        self.0.push(record.fact.name().into());
    }

    fn passed(&mut self, messages: &[Passed], _: Elapsed) {
        for Passed { way, is_text, len } in messages {
            self.0.push(format!("{way:?} {is_text} {len}"));
        }
    }

    fn carry(&mut self, url: &http::Uri, headers: &mut http::HeaderMap) {
        self.0.push(format!("carry {}", url.path()));
        headers.insert("traceparent", http::HeaderValue::from_static("ours"));
    }

    fn dialled(&mut self, dialled: &Dialled) {
        self.0.push(match dialled {
            Dialled::Open(_) => "open".into(),
            Dialled::Refused(refusal) => format!("refused {}", refusal.status.as_u16()),
            Dialled::Failed(_) => "failed".into(),
        });
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        self.1.followed.lock().expect("no test panics with it").push(std::mem::take(&mut self.0));
    }
}

impl Watch {
    fn taken(&self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.followed.lock().expect("no test panics with it"))
    }
}

fn context(sink: impl FactSink + 'static) -> Context {
    Context { sink: Arc::new(sink), ..Context::default() }
}

fn echo(event: Event, cx: &mut Cx<'_>) {
    if let Event::Received(inbound) = event
        && inbound.is_data()
    {
        cx.send(inbound.into_message());
    }
}

#[tokio::test]
async fn each_connection_has_a_follower_of_its_own_for_each_sink_that_follows() {
    let (one, two) = (Watch::default(), Watch::default());
    let context =
        context(vec![Arc::new(()) as Arc<dyn FactSink>, Arc::new(one.clone()), Arc::new(two.clone())]);
    for messages in [1, 2] {
        let (mut client, task) = start(echo, &context).await;
        for _ in 0..messages {
            client.send(Message::text("a")).await.unwrap();
            next(&mut client).await.unwrap();
        }
        client.send(Message::Close(None)).await.unwrap();
        assert!(next(&mut client).await.is_some());
        drop(client);
        task.await.unwrap();
    }
    let (from, to) = ("FromClient true 1", "ToClient true 1");
    let first = vec!["opened", from, to, "closed"];
    let second = vec!["opened", from, to, from, to, "closed"];
    for watch in [one, two] {
        assert_eq!(watch.taken(), [first.clone(), second.clone()]);
        assert_eq!(*watch.noted.lock().unwrap(), 4, "the sinks are told facts as well, and no messages");
    }
}

/// Shows its news while the connection is open.
#[derive(Default, Clone)]
struct Live(Arc<Mutex<Vec<String>>>);

impl FactSink for Live {
    fn note(&self, _: Record<'_>) {}

    fn follow(&self, _: &Hello) -> Option<Box<dyn Follower>> {
        Some(Box::new(self.clone()))
    }

    fn interest(&self) -> Interest {
        Interest::Counts
    }
}

impl Live {
    fn tell(&self, news: &str) {
        self.0.lock().expect("no test panics with it").push(news.into());
    }

    fn taken(&self) -> String {
        std::mem::take(&mut *self.0.lock().expect("no test panics with it")).join(" ")
    }
}

impl Follower for Live {
    fn note(&mut self, record: Record<'_>) {
        self.tell(record.fact.name());
    }

    fn passed(&mut self, messages: &[Passed], _: Elapsed) {
        self.tell(&format!("{}x{:?}", messages.len(), messages[0].way));
    }

    fn rest(&mut self, _: Elapsed) {
        self.tell("rest");
    }
}

/// A connection that tells when it is flushed.
struct Flushed(PairPeer, Live);

impl Stream for Flushed {
    type Item = Result<Message, Error>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(task)
    }
}

impl Sink<Message> for Flushed {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready_unpin(task)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        self.0.start_send_unpin(message)
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Result<(), Error>> {
        self.1.tell("flush");
        self.0.poll_flush_unpin(task)
    }

    fn poll_close(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_close_unpin(task)
    }
}

impl Peer for Flushed {
    fn poll_discard(&mut self, task: &mut Task<'_>) -> Poll<()> {
        self.0.poll_discard(task)
    }
}

/// Whoever has an answer finds it counted.
#[tokio::test]
async fn followers_rest_before_anything_leaves() {
    let live = Live::default();
    let context = context(live.clone());
    let ((near, mut client), (mut server, far)) = (pair().await, pair().await);
    let upstream = Connected::new("ws://upstream/", Flushed(far, live.clone()));
    let near = Flushed(near, live.clone());
    let bridged = bridge(near, upstream, Box::new(forward), Conn::alone("/ws"), &context);
    let visited = async {
        client.send(Message::text("ask")).await.unwrap();
        let asked = next(&mut server).await.unwrap();
        let told = live.taken();
        assert!(told.contains("2xFromClient rest flush"), "{told}");
        server.send(asked).await.unwrap();
        next(&mut client).await.unwrap();
        assert_eq!(live.taken(), "2xFromUpstream rest flush");
        client.close(None).await.unwrap();
        while next(&mut server).await.is_some() {}
        while next(&mut client).await.is_some() {}
    };
    tokio::join!(bridged, visited);
}

#[tokio::test]
async fn messages_are_told_some_at_once_in_their_order_with_the_facts() {
    let live = Live::default();
    let context = context(live.clone());
    let session = |event: Event, cx: &mut Cx<'_>| {
        if let Event::Received(inbound) = event
            && inbound.is_data()
        {
            if inbound.text() == Some("fact") {
                cx.note(Fact::Finished { steps: 1 });
            }
            cx.send(Message::binary(inbound.into_message().into_data()));
        }
    };
    let (mut client, task) = start(session, &context).await;
    client.send(Message::text("a")).await.unwrap();
    next(&mut client).await.unwrap();
    let told = live.taken();
    assert!(told.starts_with("opened ") && told.ends_with("2xFromClient rest"), "{told}");

    client.send(Message::Ping(Default::default())).await.unwrap();
    client.send(Message::text("fact")).await.unwrap();
    while !next(&mut client).await.unwrap().is_binary() {}
    let told = live.taken();
    assert!(told.ends_with("1xFromClient finished 1xToClient rest"), "{told}");

    for _ in 0..20 {
        client.feed(Message::text("a")).await.unwrap();
    }
    client.flush().await.unwrap();
    for _ in 0..20 {
        next(&mut client).await.unwrap();
    }
    assert_eq!(live.taken(), "16xFromClient 16xFromClient 8xFromClient rest");
    client.send(Message::Close(None)).await.unwrap();
    while next(&mut client).await.is_some() {}
    task.await.unwrap();
    let told = live.taken();
    assert!(told.ends_with("closed"), "{told}");
}

#[tokio::test]
async fn who_is_not_followed_is_not() {
    let watch = Watch::default();
    let (ours, theirs) = pair().await;
    drop(theirs);
    mockforge_ws_io::drive(ours, Box::new(echo), Conn::alone("/quiet"), &context(watch.clone())).await;
    assert_eq!((watch.taken().len(), *watch.noted.lock().unwrap()), (0, 2));
}

/// Connects to `url` in place of the server that it was given, and closes when it knows what came of it.
fn redial(url: http::Uri) -> impl Session + 'static {
    move |event: Event, cx: &mut Cx<'_>| match event {
        Event::Opened => {
            let mut dial = Dial::new(url.clone(), Arc::default());
            dial.headers.insert("traceparent", http::HeaderValue::from_static("the client's"));
            cx.upstream(ToUpstream::Dial(Box::new(dial)));
        }
        Event::Upstream(FromUpstream::Dialled(_)) => cx.close(None),
        _ => {}
    }
}

#[tokio::test]
async fn what_a_follower_carries_is_in_the_handshake_that_a_running_session_asks_for() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/feed", listener.local_addr().unwrap()).parse().unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_buf(&mut head).await.unwrap();
        }
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        String::from_utf8(head).unwrap()
    });
    let (near, mut client) = pair().await;
    let (_server, far) = pair().await;
    let watch = Watch::default();
    let context = context(watch.clone());
    let upstream = Connected::new("ws://upstream/", far);
    let bridged = bridge(near, upstream, Box::new(redial(url)), Conn::alone("/ws"), &context);
    let ((), _) = tokio::join!(async { while next(&mut client).await.is_some() {} }, bridged);
    let asked = asked.await.unwrap();
    assert!(asked.contains("traceparent: ours\r\n") && !asked.contains("the client's"), "{asked}");
    let told = ["opened", "upstream_opened", "carry /feed", "upstream_failed", "refused 403", "closed"];
    assert_eq!(watch.taken(), [told]);
}
