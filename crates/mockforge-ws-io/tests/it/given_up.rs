//! Over TCP: who is given up is reset, so that the kernel keeps nothing for them; all others are not.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mockforge_ws_core::{Conn, Cx, Ended, Event, Limits, Message, Session, Status, close};
use mockforge_ws_io::{
    self as io, Connected, Context, MissedPong, Socket, Stream, Timing, bridge, drive, splice,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

const SECOND: Duration = Duration::from_secs(1);

/// Our end and theirs.
async fn tcp() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let (theirs, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    (accepted.expect("somebody connects").0, theirs.expect("somebody listens"))
}

/// How a session on a TCP connection ends for a client that reads when it is over, and what it then reads.
async fn ended(session: impl Session + 'static, context: &Context) -> (Ended, Result<Vec<u8>, ErrorKind>) {
    let (ours, mut theirs) = tcp().await;
    let peer = io::server(ours, Bytes::new(), Limits::default()).await;
    let ended = drive(peer, Box::new(session), Conn::alone("/ws"), context).await;
    (ended, rest(&mut theirs).await)
}

async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, ErrorKind> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.map(|_| bytes).map_err(|error| error.kind())
}

/// Sends as much as there is room for, always.
fn firehose(_: Event, cx: &mut Cx<'_>) {
    while !cx.full() {
        cx.send(Message::text("x".repeat(10_000)));
    }
}

fn silent(_: Event, _: &mut Cx<'_>) {}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_reset() {
    let timing = Timing { write: Some(10 * SECOND), ..Timing::default() };
    let (ended, read) = ended(firehose, &Context { timing, ..Context::default() }).await;
    assert_eq!((ended.status, read.err()), (Status::Timeout, Some(ErrorKind::ConnectionReset)));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_no_ping_is_reset_where_it_is_aborted() {
    for (missed_pong, is_reset) in [(MissedPong::Abort, true), (MissedPong::Close, false)] {
        let timing = Timing { heartbeat: Some(SECOND), missed_pong, ..Timing::default() };
        let (ended, read) = ended(silent, &Context { timing, ..Context::default() }).await;
        assert_eq!(
            (ended.status, read.is_err()),
            (Status::Timeout, is_reset),
            "{missed_pong:?} {ended:?} {read:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_take_what_was_sent_before_the_end_is_reset_in_the_end() {
    let timing = Timing { lifetime: Some(10 * SECOND), ..Timing::default() };
    let (ended, read) = ended(firehose, &Context { timing, ..Context::default() }).await;
    assert_eq!((ended.status, read.err()), (Status::Timeout, Some(ErrorKind::ConnectionReset)));
}

#[tokio::test(start_paused = true)]
async fn a_client_has_all_that_was_sent_before_the_connection_is_dropped() {
    let aborts = |event: Event, cx: &mut Cx<'_>| {
        if let Event::Opened = event {
            cx.send(Message::text("last words"));
            cx.abort();
        }
    };
    let (_, read) = ended(aborts, &Context::default()).await;
    assert_eq!(read.as_deref(), Ok(&b"\x81\x0alast words"[..]));
    let closes = |event: Event, cx: &mut Cx<'_>| {
        if let Event::Opened = event {
            cx.send(Message::text("last words"));
            cx.close(Some(close::frame(4000, "")));
        }
    };
    // Nor does it matter that the close frame is not answered.
    let (ended, read) = ended(closes, &Context::default()).await;
    assert_eq!(ended.status, Status::Timeout);
    assert_eq!(read.as_deref(), Ok(&b"\x81\x0alast words\x88\x02\x0f\xa0"[..]));
}

#[tokio::test(start_paused = true)]
async fn where_bytes_are_copied_too() {
    let timing = Timing { write: Some(10 * SECOND), ..Timing::default() };
    let context = Context { timing, ..Context::default() };
    let ((near, mut deaf), (far, mut behind)) = (tcp().await, tcp().await);
    let ends = ((near, Bytes::new()), (far, Bytes::new()));
    let spliced = splice(ends.0, ends.1, "ws://upstream/", Conn::alone("/ws"), &context);
    let frame = [&[0x82, 126, 0xff, 0xff][..], &vec![0; 0xffff]].concat();
    let sending = async { while behind.write_all(&frame).await.is_ok() {} };
    let (ended, ()) = tokio::join!(spliced, sending);
    assert_eq!((ended.status, rest(&mut deaf).await), (Status::Timeout, Err(ErrorKind::ConnectionReset)));
}

#[tokio::test(start_paused = true)]
async fn another_server_that_answers_no_ping_is_reset() {
    let timing = Timing { heartbeat: Some(SECOND), ..Timing::default() };
    let context = Context { timing, ..Context::default() };
    let ((near, mut theirs), (far, mut mute)) = (tcp().await, tcp().await);
    let upstream = Connected::new("ws://upstream/", io::client(far, Bytes::new(), Limits::default()).await);
    let near = io::server(near, Bytes::new(), Limits::default()).await;
    let closing = |event: Event, cx: &mut Cx<'_>| {
        if let Event::Upstream(_) = event {
            cx.close(None);
        }
    };
    let bridged = bridge(near, upstream, Box::new(closing), Conn::alone("/ws"), &context);
    let _ = tokio::join!(bridged, rest(&mut theirs));
    assert_eq!(rest(&mut mute).await, Err(ErrorKind::ConnectionReset));
}

/// Both ends of a TLS connection.
async fn tls() -> (server::TlsStream<TcpStream>, client::TlsStream<TcpStream>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_string()]).expect("the name is good");
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("it is well formed");
    let ring = || Arc::new(rustls::crypto::ring::default_provider());
    let ours = ServerConfig::builder_with_provider(ring()).with_safe_default_protocol_versions();
    let ours = ours.expect("ring has them").with_no_client_auth().with_single_cert(vec![certificate], key);
    let theirs = ClientConfig::builder_with_provider(ring()).with_safe_default_protocol_versions();
    let theirs = theirs.expect("ring has them").with_root_certificates(roots).with_no_client_auth();
    let (near, far) = tcp().await;
    let acceptor = TlsAcceptor::from(Arc::new(ours.expect("the key is the certificate's")));
    let connector = TlsConnector::from(Arc::new(theirs));
    let name = "localhost".try_into().expect("it is a name");
    let (server, client) = tokio::join!(acceptor.accept(near), connector.connect(name, far));
    (server.expect("a handshake"), client.expect("a handshake"))
}

/// A client of TLS takes an end without `close_notify` for an attack (RFC 8446, section 6.1).
#[tokio::test]
async fn tls_ends_in_order_where_the_connection_does() {
    let (ours, mut theirs) = tls().await;
    let peer = io::server(ours, Bytes::new(), Limits::default()).await;
    let context = Context::default();
    let driven = drive(peer, Box::new(silent), Conn::alone("/ws"), &context);
    let closed = async {
        theirs.write_all(&[0x88, 0x80, 0, 0, 0, 0]).await.unwrap();
        rest(&mut theirs).await
    };
    let (ended, read) = tokio::join!(driven, closed);
    assert_eq!((ended.status, read), (Status::ClientClose, Ok(vec![0x88, 0])));
}

#[tokio::test]
async fn tls_is_reset_with_what_it_runs_over() {
    let (ours, mut theirs) = tls().await;
    let mut boxed: Box<dyn Socket> = Box::new(ours);
    boxed.abort();
    drop(boxed);
    assert_eq!(rest(&mut theirs).await, Err(ErrorKind::ConnectionReset));

    let (mut theirs, ours) = tls().await;
    let mut ours = Stream::Tls(Box::new(ours));
    ours.abort();
    drop(ours);
    assert_eq!(rest(&mut theirs).await, Err(ErrorKind::ConnectionReset));
}
