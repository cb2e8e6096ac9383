//! Running connections that are reached from outside: past the session, and behind what has come before.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use mockforge_ws_core::{
    Conn, Cx, Event, FactSink, Follower, Hello, Interest, Message, Order, Party, Record, Remote, Status,
    Unreached, close, echo::Echo,
};
use mockforge_ws_io::{Context, splice};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use crate::{next, start};

/// Takes the way to each connection.
#[derive(Clone, Default)]
struct Reach(Arc<Mutex<Vec<Remote>>>);

impl FactSink for Reach {
    fn note(&self, _: Record<'_>) {}

    fn follow(&self, _: &Hello) -> Option<Box<dyn Follower>> {
        Some(Box::new(self.clone()))
    }

    fn interest(&self) -> Interest {
        Interest::Nothing
    }
}

impl Follower for Reach {
    fn note(&mut self, _: Record<'_>) {}

    fn reach(&mut self, remote: &mut dyn FnMut() -> Remote) {
        self.0.lock().expect("no test panics with it").push(remote());
    }
}

impl Reach {
    fn context(&self) -> Context {
        Context { sink: Arc::new(self.clone()), ..Context::default() }
    }

    fn remote(&self) -> Remote {
        self.0.lock().expect("no test panics with it").pop().expect("a connection was opened")
    }
}

#[tokio::test]
async fn orders_are_done_one_after_the_other() {
    let reach = Reach::default();
    let (mut client, task) = start(Echo::new("echo: "), &reach.context()).await;
    client_says(&mut client, "a", "echo: a").await;
    let remote = reach.remote();
    remote.order(Order::Send(Message::text("one"))).unwrap();
    let (told, number) = tokio::sync::oneshot::channel();
    let visit = move |conn: &mut Conn| told.send(conn.id().number).expect("the test waits for it");
    remote.order(Order::Visit(Box::new(visit))).unwrap();
    remote.order(Order::Send(Message::binary(vec![2]))).unwrap();
    remote.order(Order::Close(Some(close::frame(4001, "over")))).unwrap();
    assert_eq!(next(&mut client).await, Some(Message::text("one")));
    assert_eq!(number.await, Ok(1));
    assert_eq!(next(&mut client).await, Some(Message::binary(vec![2])));
    assert_eq!(next(&mut client).await, Some(Message::Close(Some(close::frame(4001, "over")))));
    assert_eq!(next(&mut client).await, None);
    let ended = task.await.unwrap();
    assert_eq!((ended.status, ended.by), (Status::Normal, Party::Server));
    assert_eq!(remote.order(Order::Close(None)), Err(Unreached::Over));
    assert!(!remote.abort());
}

async fn client_says(client: &mut mockforge_ws_io::PairPeer, text: &str, answer: &str) {
    futures_util::SinkExt::send(client, Message::text(text)).await.expect("it is read");
    assert_eq!(next(client).await, Some(Message::text(answer)));
}

/// The client reads nothing, so that only what is not sent can reach it.
#[tokio::test]
async fn a_deaf_client_can_be_dropped_and_no_more_waits_for_it_than_may() {
    let reach = Reach::default();
    let firehose = |_: Event, cx: &mut Cx<'_>| {
        while !cx.full() {
            cx.send(Message::text("x".repeat(1000)));
        }
    };
    let (client, task) = start(firehose, &reach.context()).await;
    while reach.0.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let remote = reach.remote();
    let orders = std::iter::repeat_with(|| remote.order(Order::Send(Message::text("y".repeat(1 << 20)))));
    let taken = orders.take(100).take_while(Result::is_ok).count();
    assert!((3..100).contains(&taken), "{taken} MiB were taken");
    assert_eq!(remote.order(Order::Send(Message::text("z".repeat(1 << 22)))), Err(Unreached::Full));
    assert!(remote.abort());
    let ended = task.await.unwrap();
    assert_eq!((ended.status, ended.frame, ended.by), (Status::Normal, None, Party::Server));
    drop(client);
}

#[tokio::test]
async fn copied_bytes_can_be_ended_and_not_added_to() {
    for is_abort in [false, true] {
        let reach = Reach::default();
        let context = reach.context();
        let ((near, mut client), (far, mut behind)) = (duplex(1000), duplex(1000));
        let ends = ((near, Bytes::new()), (far, Bytes::new()));
        let conn = Conn::alone("/ws");
        let spliced = splice(ends.0, ends.1, "ws://upstream/", conn, &context);
        let remote = reach.remote();
        let visited = async {
            behind.write_all(b"\x81\x01a").await.unwrap();
            let mut frame = [0; 3];
            client.read_exact(&mut frame).await.unwrap();
            remote.order(Order::Send(Message::text("between"))).unwrap();
            if is_abort {
                assert!(remote.abort());
            } else {
                remote.order(Order::Close(Some(close::frame(4001, "")))).unwrap();
            }
            let mut rest = Vec::new();
            client.shutdown().await.unwrap();
            client.read_to_end(&mut rest).await.unwrap();
            rest
        };
        let (ended, rest) = tokio::join!(spliced, visited);
        assert_eq!((ended.status, ended.by), (Status::Normal, Party::Server));
        assert_eq!(rest, if is_abort { &b""[..] } else { &b"\x88\x02\x0f\xa1"[..] });
    }
}
