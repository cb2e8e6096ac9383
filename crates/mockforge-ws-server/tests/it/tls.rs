//! TLS: what is shown, what is asked for, and what becomes of clients that do not play along.

#![expect(clippy::unwrap_used, reason = "what a test's own helpers make is good")]

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use mockforge_ws_core::{CloseCode, Message};
use mockforge_ws_io::Context;
use mockforge_ws_server::{ClientAuth, Listen, Routes, Server, ServerTls, Settings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion, version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::refusals::Refusals;
use crate::{KEY, Running, UPGRADE, ask, echo, request, run};

async fn run_with(tls: ServerTls, settings: Settings) -> Running {
    let routes = Routes::new([echo("/ws")]).expect("the route is good");
    let server = Server::bind(&Listen::free_port(), settings, routes).await.expect("a port is free");
    let server = server.with_tls(tls);
    let port = server.addresses().next().expect("one address at least").port();
    let (url, handle) = (server.url(), server.handle().clone());
    Running { url, port, handle, task: tokio::spawn(server.run()) }
}

fn self_signed() -> ServerTls {
    ServerTls::self_signed(["localhost", "127.0.0.1", "::1"], ClientAuth::None).expect("it is good")
}

/// A client that trusts that certificate, speaks these versions, and has that identity.
struct Client<'c> {
    trusts: &'c str,
    versions: &'c [&'static SupportedProtocolVersion],
    identity: Option<&'c Identity>,
}

struct Identity {
    certificate: String,
    key: String,
}

impl Client<'_> {
    async fn connect(self, host: &'static str, port: u16) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.trusts.as_bytes()).expect("PEM")).expect("a root");
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(self.versions)
            .expect("versions that are known")
            .with_root_certificates(roots);
        let mut config = match self.identity {
            None => builder.with_no_client_auth(),
            Some(Identity { certificate, key }) => builder
                .with_client_auth_cert(
                    vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM")],
                    PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM"),
                )
                .expect("they fit"),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let stream = TcpStream::connect((host, port)).await.expect("the server listens");
        let name = ServerName::try_from(host).expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}

const BOTH: &[&SupportedProtocolVersion] = &[&version::TLS12, &version::TLS13];

/// The whole way: TLS, handshake, one echo.
async fn echoed(stream: TlsStream<TcpStream>) -> Result<WebSocketStream<TlsStream<TcpStream>>, String> {
    let (mut client, _) =
        client_async("wss://localhost/ws", stream).await.map_err(|error| error.to_string())?;
    client.send(Message::text("a")).await.map_err(|error| error.to_string())?;
    let echo = client.next().await.ok_or("no answer")?.map_err(|error| error.to_string())?;
    assert_eq!(echo, Message::text("echo: a"));
    Ok(client)
}

#[tokio::test]
async fn both_versions_are_spoken_on_all_addresses() {
    let tls = self_signed();
    let server = run_with(tls.clone(), Settings::default()).await;
    assert_eq!(server.url, format!("wss://localhost:{}/ws", server.port));
    for (version, spoken, host) in [
        (&version::TLS12, ProtocolVersion::TLSv1_2, "127.0.0.1"),
        (&version::TLS13, ProtocolVersion::TLSv1_3, "::1"),
        (&version::TLS13, ProtocolVersion::TLSv1_3, "localhost"),
    ] {
        let client = Client { trusts: tls.certificate(), versions: &[version], identity: None };
        let stream = client.connect(host, server.port).await.expect("it is trusted");
        assert_eq!(stream.get_ref().1.protocol_version(), Some(spoken));
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        echoed(stream).await.unwrap();
    }
}

#[tokio::test]
async fn large_messages_pass_and_a_shutdown_closes_1001() {
    let tls = self_signed();
    let server = run_with(tls.clone(), Settings::default()).await;
    let client = Client { trusts: tls.certificate(), versions: BOTH, identity: None };
    let mut client = echoed(client.connect("localhost", server.port).await.unwrap()).await.unwrap();
    let large = Message::binary(vec![7; 3 << 20]);
    client.send(large.clone()).await.unwrap();
    assert!(client.next().await.unwrap().unwrap() == large);
    // Two that are half-way hold up no shutdown.
    let _silent = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let mut begun = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    begun.write_all(&[22, 3, 1, 2]).await.unwrap();
    server.handle.shutdown();
    let Message::Close(Some(frame)) = client.next().await.unwrap().unwrap() else { panic!("a close") };
    assert_eq!(frame.code, CloseCode::Away);
    assert!(client.next().await.is_none());
    server.task.await.unwrap();
}

#[tokio::test]
async fn another_certificate_is_shown_from_the_next_connection_on() {
    let (old, new) = (self_signed(), self_signed());
    let server = run_with(old.clone(), Settings::default()).await;
    let connect = async |trusts: &ServerTls| {
        let client = Client { trusts: trusts.certificate(), versions: BOTH, identity: None };
        client.connect("localhost", server.port).await
    };
    let mut open = echoed(connect(&old).await.unwrap()).await.unwrap();
    server.handle.renew_tls(new.clone());
    assert!(connect(&old).await.is_err(), "it is shown no more");
    echoed(connect(&new).await.unwrap()).await.unwrap();
    open.send(Message::text("a")).await.unwrap();
    assert_eq!(open.next().await.unwrap().unwrap(), Message::text("echo: a"));

    let plain = run([echo("/ws")], Settings::default()).await;
    plain.handle.renew_tls(new);
    let response = ask(plain.port, &request("/ws", "localhost", &format!("{UPGRADE}{KEY}"))).await;
    assert!(response.starts_with("HTTP/1.1 101 "), "{response}");
}

#[tokio::test]
async fn a_plain_request_is_told_what_is_spoken_here() {
    let tls = self_signed();
    let server = run_with(tls.clone(), Settings::default()).await;
    let response = ask(server.port, &request("/ws", "localhost", &format!("{UPGRADE}{KEY}"))).await;
    assert!(response.starts_with("HTTP/1.1 400 ") && response.contains("wss://"), "{response}");
    // And whoever asks by TLS is told the URL with the right scheme.
    let client = Client { trusts: tls.certificate(), versions: BOTH, identity: None };
    let mut stream = client.connect("localhost", server.port).await.unwrap();
    stream.write_all(request("/ws", "localhost:1", "Connection: close\r\n").as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.contains("mockforge connect wss://localhost:1/ws"), "{response}");
}

#[tokio::test]
async fn tls_on_a_plain_port_ends_at_once_and_is_told() {
    let sink = Arc::new(Refusals::default());
    let context = Context { sink: sink.clone(), ..Context::default() };
    let server = run([echo("/ws")], Settings { context, ..Settings::default() }).await;
    let other = self_signed();
    let client = Client { trusts: other.certificate(), versions: BOTH, identity: None };
    client.connect("localhost", server.port).await.expect_err("no TLS is spoken");
    assert_eq!(sink.next().await, (400, "TLS, which is not spoken here".to_string()));
}

#[tokio::test]
async fn a_client_that_does_not_trust_us_is_told_of() {
    let sink = Arc::new(Refusals::default());
    let context = Context { sink: sink.clone(), ..Context::default() };
    let server = run_with(self_signed(), Settings { context, ..Settings::default() }).await;
    let other = self_signed();
    let client = Client { trusts: other.certificate(), versions: BOTH, identity: None };
    client.connect("localhost", server.port).await.expect_err("that is another certificate");
    let (status, reason) = sink.next().await;
    assert!(status == 495 && reason.starts_with("TLS: "), "{status} {reason}");
}

/// A CA and a client's certificate that it has signed.
fn client_ca() -> (String, Identity) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let client = CertificateParams::new(["client".to_string()]).unwrap().signed_by(&key, &ca).unwrap();
    (ca.pem(), Identity { certificate: client.pem(), key: key.serialize_pem() })
}

#[tokio::test]
async fn clients_show_certificates_where_they_are_asked() {
    let ((ca, known), (_, stranger)) = (client_ca(), client_ca());
    let required = ClientAuth::Required(ca.as_bytes());
    let optional = ClientAuth::Optional(ca.as_bytes());
    // Who shows what to whom, and whether that is enough.
    for (clients, identity, is_let_in) in [
        (required, Some(&known), true),
        (required, None, false),
        (required, Some(&stranger), false),
        (optional, Some(&known), true),
        (optional, None, true),
        (optional, Some(&stranger), false),
    ] {
        let tls = ServerTls::self_signed(["localhost"], clients).unwrap();
        let server = run_with(tls.clone(), Settings::default()).await;
        for versions in [&[&version::TLS12][..], &[&version::TLS13]] {
            let client = Client { trusts: tls.certificate(), versions, identity };
            let got = match client.connect("localhost", server.port).await {
                // In TLS 1.3 a client hears of it when it reads.
                Ok(stream) => echoed(stream).await.map(drop),
                Err(error) => Err(error.to_string()),
            };
            let shown = identity.map(|identity| std::ptr::eq(identity, &known));
            assert_eq!(got.is_ok(), is_let_in, "{clients:?}, known: {shown:?}: {got:?}");
        }
    }
}

#[test]
fn mistakes_are_told_with_the_file_that_has_them() {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_string()]).unwrap();
    let good = params.self_signed(&key).unwrap().pem();
    let key = key.serialize_pem();
    let told = |chain: &str, key: &str, clients: ClientAuth<'_>| {
        let told = ServerTls::new(chain.as_bytes(), key.as_bytes(), clients)
            .map(|_| "good")
            .map_err(|errors| errors.iter().map(|error| format!("{error:?}")).collect::<Vec<_>>().join("\n"));
        told.map_or_else(|errors| errors, str::to_string)
    };
    let other = KeyPair::generate().unwrap().serialize_pem();
    let none = ClientAuth::None;
    assert_eq!(told(&good, &key, none), "good");
    assert_eq!(told(&good, &other, none), r#"Key("the key does not belong to the certificate")"#);
    assert_eq!(told(&good, &good, none), r#"Key("there is no private key in PEM")"#);
    assert_eq!(
        told(&key, "", ClientAuth::Required(b"x")),
        "Certificate(\"there is no certificate in PEM\")\nKey(\"there is no private key in PEM\")\n\
         ClientCa(\"there is no certificate of a CA in PEM\")"
    );
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(told(&good, encrypted, none), r#"Key("the key is encrypted")"#);

    let both = KeyPair::from_pem(&key).unwrap();
    params.not_after = rcgen::date_time_ymd(2020, 1, 31);
    let old = params.self_signed(&both).unwrap().pem();
    params.not_before = rcgen::date_time_ymd(2200, 1, 31);
    params.not_after = rcgen::date_time_ymd(2201, 1, 31);
    let early = params.self_signed(&both).unwrap().pem();
    for (pem, wanted) in [
        (&good, None),
        (&old, Some("the certificate expired on 2020-01-31")),
        (&early, Some("the certificate is not valid before 2200-01-31")),
    ] {
        let tls = ServerTls::new(pem.as_bytes(), key.as_bytes(), none).unwrap();
        assert_eq!(tls.outdated().as_deref(), wanted);
    }
}
