//! Connecting to other servers: answers of all kinds, repetition, the breaker, pools, TLS and proxies.

#![expect(clippy::unwrap_used, reason = "the servers here fail as the tests do")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mockforge_ws_core::{Breaker, Bytes, Dial, DialErrorKind, Dialled, Limits, Message, Pool, Tls, Upstream};
use mockforge_ws_io::{Connected, ConnectionPool, Dialer, Proxies};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_async;

/// A listener on a free port, with a task for each connection.
async fn listen<Serving>(serve: impl Fn(TcpStream, usize) -> Serving + Send + 'static) -> u16
where
    Serving: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, number));
        }
    });
    port
}

/// Greets with the number of the connection, and echoes.
async fn echo(stream: impl AsyncRead + AsyncWrite + Unpin, number: usize) {
    let Ok(mut socket) = accept_async(stream).await else { return };
    socket.send(Message::text(format!("connection {number}"))).await.unwrap();
    while let Some(Ok(message)) = socket.next().await {
        if message.is_text() && socket.send(message).await.is_err() {
            return;
        }
    }
}

fn dial(scheme: &str, port: u16, upstream: &Arc<Upstream>) -> Dial {
    Dial::new(format!("{scheme}://localhost:{port}/feed?token=x").parse().unwrap(), Arc::clone(upstream))
}

async fn connect(dialer: &Arc<Dialer>, dial: Dial) -> Result<Connected, Dialled> {
    Ok(dialer.dial(dial).await?.connected(Limits::default()).await)
}

async fn greeting(connected: &mut Connected) -> String {
    connected.peer.next().await.unwrap().unwrap().to_string()
}

fn failure(dialled: Result<Connected, Dialled>) -> (DialErrorKind, String) {
    match dialled {
        Err(Dialled::Failed(error)) => (error.kind, error.reason),
        other => panic!("it should have failed: {:?}", other.map(|connected| connected.url)),
    }
}

/// What a server may answer that is no upgrade, and the word that tells it.
#[tokio::test]
async fn answers_that_are_no_upgrade() {
    let check = |response: &'static str, word: &'static str| async move {
        let port = listen(move |mut stream, _| async move {
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(response.as_bytes()).await;
        })
        .await;
        let upstream = Arc::default();
        let (kind, reason) = failure(connect(&Arc::default(), dial("ws", port, &upstream)).await);
        assert_eq!(kind, DialErrorKind::Handshake, "{reason}");
        assert!(reason.starts_with(&format!("ws://localhost:{port}/feed: ")), "{reason}");
        assert!(reason.contains(word), "{reason}");
    };
    const UPGRADE: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    check("", "lost before there was an answer").await;
    check("SSH-2.0-OpenSSH\r\n\r\n", "no HTTP answer").await;
    check("HTTP/1.1 101 Switching Protocols\r\n\r\n", "does not upgrade").await;
    check(Box::leak(format!("{UPGRADE}Sec-WebSocket-Accept: x\r\n\r\n").into_boxed_str()), "does not answer")
        .await;
}

#[tokio::test]
async fn a_refusal_comes_whole() {
    let port = listen(|mut stream, _| async move {
        let mut head = [0; 1024];
        let _ = stream.read(&mut head).await;
        let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nKeep-Alive: 5\r\n\
                      Content-Length: 6\r\n\r\nno way";
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let upstream = Arc::default();
    let Err(Dialled::Refused(refusal)) = connect(&Arc::default(), dial("ws", port, &upstream)).await else {
        panic!("it should be refused")
    };
    assert_eq!((refusal.status.as_u16(), &refusal.body[..]), (401, &b"no way"[..]));
    assert_eq!(refusal.headers["www-authenticate"], "Bearer");
    assert!(!refusal.headers.contains_key("keep-alive") && !refusal.headers.contains_key("content-length"));
}

#[tokio::test]
async fn what_fails_is_repeated_and_what_keeps_failing_is_left_alone() {
    let came = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&came);
    let port = listen(move |stream, number| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            if number == 2 {
                echo(stream, number).await;
            }
        }
    })
    .await;
    let breaker = Some(Breaker { failures: 3, rest: Duration::from_secs(600) });
    let upstream =
        Arc::new(Upstream { retries: 2, backoff: Duration::from_millis(1), breaker, ..Upstream::default() });
    let dialer = Arc::default();
    let mut connected = connect(&dialer, dial("ws", port, &upstream)).await.unwrap();
    assert_eq!(greeting(&mut connected).await, "connection 2");

    let (kind, reason) = failure(connect(&dialer, dial("ws", port, &upstream)).await);
    assert_eq!(kind, DialErrorKind::Handshake, "{reason}");
    assert_eq!(came.load(Ordering::SeqCst), 6, "three attempts");
    let (kind, _) = failure(connect(&dialer, dial("ws", port, &upstream)).await);
    assert_eq!((kind, came.load(Ordering::SeqCst)), (DialErrorKind::Resting, 6), "nobody has tried");
    // What is known of a server is known of that configuration of it.
    let other = Arc::default();
    failure(connect(&dialer, dial("ws", port, &other)).await);
    assert_eq!(came.load(Ordering::SeqCst), 7);
}

#[tokio::test]
async fn pooled_connections_are_open_before_and_go_to_the_next_only_where_they_may() {
    for reuse in [false, true] {
        let port = listen(echo).await;
        let pool = Some(Pool { size: 2, idle: Duration::from_secs(60), reuse });
        let upstream = Arc::new(Upstream { pool, ..Upstream::default() });
        let dialer = Arc::default();
        let mut first = connect(&dialer, dial("ws", port, &upstream)).await.unwrap();
        assert_eq!(first.reusable, reuse);
        let name = greeting(&mut first).await;
        first.peer.send(Message::text("hi")).await.unwrap();
        assert_eq!(greeting(&mut first).await, "hi");
        drop(first);
        let mut seen = Vec::new();
        for _ in 0..4 {
            let mut next = connect(&dialer, dial("ws", port, &upstream)).await.unwrap();
            next.peer.send(Message::text("who?")).await.unwrap();
            let heard = greeting(&mut next).await;
            // A connection that somebody has used has greeted already.
            seen.push(if heard == "who?" { "used".to_string() } else { heard });
        }
        assert_eq!(seen.contains(&"used".to_string()), reuse, "{seen:?}");
        assert!(reuse || !seen.contains(&name), "{seen:?}");
    }
}

/// A server that is not configured any more has its waiting connections closed.
#[tokio::test]
async fn a_pool_ends_with_its_configuration() {
    let (told, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let port = listen(move |stream, number| {
        let told = told.clone();
        async move {
            echo(stream, number).await;
            told.send(()).unwrap();
        }
    })
    .await;
    let pool = Some(Pool { size: 2, idle: Duration::from_millis(200), reuse: true });
    let upstream = Arc::new(Upstream { pool, ..Upstream::default() });
    let dialer = Arc::default();
    let mut connected = connect(&dialer, dial("ws", port, &upstream)).await.unwrap();
    assert_eq!(greeting(&mut connected).await, "connection 0");
    drop((connected, upstream));
    ended.recv().await.unwrap();
}

#[tokio::test]
async fn a_pool_by_itself() {
    let port = listen(echo).await;
    let (pool, url) = (ConnectionPool::new(1), format!("ws://localhost:{port}/"));
    for expect in ["connection 0", "again"] {
        let connection = pool.get_connection(&url).await.unwrap();
        if expect == "again" {
            connection.forward_message(Message::text("again")).await.unwrap();
        }
        assert_eq!(connection.next_message().await.unwrap(), Some(Message::text(expect)));
    }
    let error = pool.get_connection("http://localhost/").await.unwrap_err();
    assert!(error.reason.contains("begins with ws://"), "{error}");
}

/// A server that shows a certificate of a CA of its own, and asks for one of the same where `mutual`.
async fn secure(mutual: bool) -> (u16, Bytes, (Bytes, Bytes)) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let issue = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![name.to_string()]).unwrap().signed_by(&key, &ca).unwrap();
        (certificate, key)
    };
    let (certificate, key) = issue("localhost");
    let (client, client_key) = issue("client");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if mutual {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(ca.der().clone()).unwrap();
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let config = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let port = listen(move |stream, number| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                echo(stream, number).await;
            }
        }
    })
    .await;
    (port, ca.pem().into(), (client.pem().into(), client_key.serialize_pem().into()))
}

#[tokio::test]
async fn tls_trusts_whom_it_is_told_to() {
    let (port, roots, identity) = secure(false).await;
    let attempt = |tls: Tls| async move {
        let upstream = Arc::new(Upstream { tls, ..Upstream::default() });
        connect(&Arc::default(), dial("wss", port, &upstream)).await
    };
    let (kind, reason) = failure(attempt(Tls::default()).await);
    assert_eq!(kind, DialErrorKind::Tls);
    assert!(reason.contains("UnknownIssuer") && reason.contains("name its CA"), "{reason}");
    let trusting = Tls { roots: Some(roots), ..Tls::default() };
    assert_eq!(greeting(&mut attempt(trusting).await.unwrap()).await, "connection 1");
    let careless = Tls { insecure: true, ..Tls::default() };
    assert_eq!(greeting(&mut attempt(careless).await.unwrap()).await, "connection 2");
    let broken = Tls { roots: Some(Bytes::from_static(b"no PEM")), ..Tls::default() };
    assert!(failure(attempt(broken).await).1.contains("no certificate in PEM"));
    drop(identity);
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_there_is_one() {
    let (port, roots, identity) = secure(true).await;
    let attempt = |identity| {
        let tls = Tls { roots: Some(roots.clone()), identity, insecure: false };
        let upstream = Arc::new(Upstream { tls, ..Upstream::default() });
        async move { connect(&Arc::default(), dial("wss", port, &upstream)).await }
    };
    assert_eq!(greeting(&mut attempt(Some(identity)).await.unwrap()).await, "connection 0");
    // TLS 1.3 tells a missing certificate after the handshake, with the first bytes that are read.
    let (kind, reason) = failure(attempt(None).await);
    assert!(matches!(kind, DialErrorKind::Tls | DialErrorKind::Handshake), "{reason}");
}

/// Joins two connections.
async fn join(mut one: TcpStream, target: &str) {
    let mut other = TcpStream::connect(target).await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut one, &mut other).await;
}

#[tokio::test]
async fn servers_are_reached_through_proxies() {
    let port = listen(echo).await;
    let connects = listen(|mut stream, _| async move {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(
            head.contains("Proxy-Authorization: Basic dXNlcjpwYXNz")
                || head.contains("proxy-authorization: Basic dXNlcjpwYXNz"),
            "{head}"
        );
        let target = head.split(' ').nth(1).unwrap().to_string();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        join(stream, &target).await;
    })
    .await;
    let socks = listen(|mut stream, _| async move {
        // RFC 1928: a greeting with methods, a request for a name and a port.
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).await.unwrap();
        stream.write_all(&[5, 0]).await.unwrap();
        let mut request = [0; 5];
        stream.read_exact(&mut request).await.unwrap();
        assert_eq!(request[..4], [5, 1, 0, 3]);
        let mut name = vec![0; usize::from(request[4]) + 2];
        stream.read_exact(&mut name).await.unwrap();
        let (name, port) = name.split_at(name.len() - 2);
        let port = u16::from_be_bytes([port[0], port[1]]);
        let target = format!("{}:{port}", std::str::from_utf8(name).unwrap());
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        join(stream, &target).await;
    })
    .await;
    let upstream = Arc::default();
    let through = |proxies: Proxies| connect_through(proxies, dial("ws", port, &upstream));
    let http = format!("http://user:pass@localhost:{connects}");
    let mut connected = through(Proxies::new(&http, "", "", "")).await.unwrap();
    assert_eq!(greeting(&mut connected).await, "connection 0");
    let mut connected =
        through(Proxies::new("", "", &format!("socks5h://localhost:{socks}"), "")).await.unwrap();
    assert_eq!(greeting(&mut connected).await, "connection 1");
    let nobody = "http://localhost:1";
    let mut connected = through(Proxies::new(nobody, "", "", "localhost")).await.unwrap();
    assert_eq!(greeting(&mut connected).await, "connection 2");
    let (kind, reason) = failure(through(Proxies::new(nobody, "", "", "")).await);
    assert_eq!(kind, DialErrorKind::Connect);
    assert!(reason.contains("through the proxy http://localhost"), "{reason}");
    let (_, reason) = failure(through(Proxies::new("https://localhost:1", "", "", "")).await);
    assert!(reason.contains("only http://"), "{reason}");
}

async fn connect_through(proxies: Proxies, dial: Dial) -> Result<Connected, Dialled> {
    connect(&Arc::new(Dialer::new(proxies)), dial).await
}
