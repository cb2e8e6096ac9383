//! TLS to a server (rustls; TLS 1.2 and 1.3).

use std::sync::Arc;

use http::Uri;
use mockforge_ws_core::{DialError, DialErrorKind, Tls};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::tcp::innermost;
use crate::link::Stream;

/// What is wrong with the certificates or the key, if anything is: for whoever loads them.
///
/// # Errors
/// In one sentence.
///
/// ```
/// use mockforge_ws_core::Tls;
/// use mockforge_ws_io::check_tls;
///
/// let tls = Tls { roots: Some("no PEM".into()), ..Tls::default() };
/// assert_eq!(check_tls(&tls).unwrap_err(), "the roots hold no certificate in PEM");
/// ```
pub fn check_tls(tls: &Tls) -> Result<(), String> {
    config(tls).map(drop)
}

/// The TLS handshake with the host of `url`, on a connection to it.
///
/// # Errors
/// What is wrong with the certificates or the key, or what the server has objected to.
pub async fn secure(stream: TcpStream, url: &Uri, tls: &Tls) -> Result<Stream, DialError> {
    let failed = |reason| {
        let reason = format!("{}: TLS: {reason}", super::shown(url));
        DialError { kind: DialErrorKind::Tls, reason }
    };
    let config = config(tls).map_err(failed)?;
    Ok(Stream::Tls(Box::new(wrap(stream, url, config).await?)))
}

/// The settings of rustls.
pub(super) fn config(tls: &Tls) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = if tls.insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider)))
    } else {
        builder.with_root_certificates(roots(tls.roots.as_deref())?)
    };
    let config = match &tls.identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let chain = certificates(chain, "the client certificate")?;
            let key = PrivateKeyDer::from_pem_slice(key)
                .map_err(|error| format!("the client's key is no private key in PEM: {error}"))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| format!("the client certificate and its key do not fit: {error}"))?
        }
    };
    Ok(Arc::new(config))
}

fn roots(own: Option<&[u8]>) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    match own {
        Some(pem) => {
            for certificate in certificates(pem, "the roots")? {
                store.add(certificate).map_err(|error| format!("a root certificate is invalid: {error}"))?;
            }
        }
        // A system without certificates trusts nobody, which the handshake then says.
        None => drop(store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    Ok(store)
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{what}: broken PEM: {error}"))?;
    match certificates.is_empty() {
        true => {
            Err(format!("{what} hold{} no certificate in PEM", if what.ends_with('s') { "" } else { "s" }))
        }
        false => Ok(certificates),
    }
}

/// The TLS handshake with the host of `url`.
pub(super) async fn wrap(
    stream: TcpStream,
    url: &Uri,
    config: Arc<ClientConfig>,
) -> Result<TlsStream<TcpStream>, DialError> {
    let failed = |reason: String| {
        let hint = match reason.contains("UnknownIssuer") {
            true => " (the certificate is signed by nobody who is trusted here: name its CA, or allow any)",
            false => "",
        };
        let reason = format!("{}: TLS: {reason}{hint}", super::shown(url));
        DialError { kind: DialErrorKind::Tls, reason }
    };
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_string();
    let name = ServerName::try_from(host).map_err(|error| failed(error.to_string()))?;
    let connector = TlsConnector::from(config);
    connector.connect(name, stream).await.map_err(|error| failed(innermost(&error)))
}

/// Trusts every certificate, as the user has asked for.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
