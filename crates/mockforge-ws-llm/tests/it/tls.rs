//! A provider with a certificate: of whom, decides.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mockforge_ws_ai::LlmErrorKind;
use mockforge_ws_llm::{Client, LlmOptions, Provider};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::fake::{Answer, Fake};
use crate::{little, say};

const WHOLE: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"all\"},\"finish_reason\":\"stop\"}]}\n\n\
                     data: [DONE]\n\n";

/// TLS in front of a provider.
struct Front {
    port: u16,
    /// Its own certificate.
    pem: String,
    connections: Arc<AtomicUsize>,
}

impl Front {
    async fn of(behind: SocketAddr) -> Self {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_string()]).unwrap();
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Who does not trust it is gone at once.
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut provider = TcpStream::connect(behind).await.unwrap();
                    drop(copy_bidirectional(&mut stream, &mut provider).await);
                });
            }
        });
        Self { port, pem: certified.cert.pem(), connections }
    }

    fn client(&self, fake: &Fake, roots: Option<&str>) -> Client {
        let base_url = Some(format!("https://localhost:{}", self.port));
        let roots = roots.map(|pem| pem.as_bytes().to_vec());
        Client::new(LlmOptions { base_url, roots, ..fake.options(Provider::OpenAi) }).unwrap()
    }
}

#[tokio::test]
async fn a_provider_of_ones_own_is_trusted_where_its_certificate_is() {
    let fake = Fake::start([Answer::trickle(WHOLE)]).await;
    let front = Front::of(fake.address).await;
    let said = say(&front.client(&fake, Some(&front.pem)), little()).await;
    assert_eq!((said.text.as_str(), said.error), ("all", None));
}

#[tokio::test]
async fn anybodys_certificate_is_not_trusted_and_not_tried_again() {
    let fake = Fake::start([]).await;
    let front = Front::of(fake.address).await;
    let error = say(&front.client(&fake, None), little()).await.error.expect("an error");
    assert_eq!(error.kind, LlmErrorKind::NoNetwork);
    assert_eq!(
        error.hint.as_deref(),
        Some("nobody who is trusted here has signed its certificate"),
        "{error}"
    );
    assert_eq!(front.connections.load(Ordering::Relaxed), 1);
}

#[test]
fn what_is_no_certificate_is_said_before_anything_is_asked() {
    for roots in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let roots = Some(roots.as_bytes().to_vec());
        let key = Some("sk-1".into());
        let error = Client::new(LlmOptions { roots, key, ..LlmOptions::default() }).unwrap_err();
        assert!(error.message.starts_with("the roots hold no certificates in PEM: "), "{error}");
    }
}
