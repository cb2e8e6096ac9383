//! What a server shows and asks for in TLS: its certificate and key, and certificates of clients (rustls; TLS 1.2
//! and 1.3).

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{CertificateError, Error, RootCertStore, ServerConfig};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

/// HTTP/2 as it is called in TLS (RFC 9113, section 3.2).
pub(crate) const H2: &[u8] = b"h2";
/// How long a certificate of our own is valid: what browsers take at most.
const VALIDITY: Duration = Duration::from_secs(397 * 24 * 60 * 60);
/// Clocks of clients may be behind.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// TLS as a server has it.
///
/// ```
/// use mockforge_ws_server::{ClientAuth, ServerTls};
///
/// let tls = ServerTls::self_signed(["localhost"], ClientAuth::None).unwrap();
/// assert!(tls.certificate().starts_with("-----BEGIN CERTIFICATE-----"));
/// assert_eq!(tls.fingerprint().len(), 32 * 3 - 1);
/// assert_eq!(tls.outdated(), None);
/// ```
#[derive(Clone)]
pub struct ServerTls {
    pub(crate) config: Arc<ServerConfig>,
    /// The chain in PEM.
    certificate: Arc<str>,
    leaf: CertificateDer<'static>,
}

/// Whose certificates are let in: those that one of these CAs (PEM) has signed.
#[derive(Debug, Clone, Copy, Default)]
pub enum ClientAuth<'p> {
    /// Nobody is asked for one.
    #[default]
    None,
    /// Who shows one must show a good one.
    Optional(&'p [u8]),
    /// Who shows none gets no connection.
    Required(&'p [u8]),
}

/// What is wrong, and with which of the files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// With the certificate.
    #[error("{0}")]
    Certificate(String),
    /// With the key.
    #[error("{0}")]
    Key(String),
    /// With the CAs of clients.
    #[error("{0}")]
    ClientCa(String),
}

impl ServerTls {
    /// A certificate with its chain, the server's own first, and its key (PKCS #8, PKCS #1 or SEC 1), in PEM.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn new(chain: &[u8], key: &[u8], clients: ClientAuth<'_>) -> Result<Self, Vec<TlsError>> {
        let certificates = certificates(chain, "certificate").map_err(TlsError::Certificate);
        let private = PrivateKeyDer::from_pem_slice(key).map_err(|error| {
            TlsError::Key(match error {
                rustls::pki_types::pem::Error::NoItemsFound => no_key(key),
                error => format!("broken PEM: {error}"),
            })
        });
        let roots = match clients {
            ClientAuth::None => Ok(None),
            ClientAuth::Optional(pem) | ClientAuth::Required(pem) => {
                roots(pem).map(Some).map_err(TlsError::ClientCa)
            }
        };
        let (certificates, private, roots) = match (certificates, private, roots) {
            (Ok(certificates), Ok(private), Ok(roots)) => (certificates, private, roots),
            (certificates, private, roots) => {
                return Err([certificates.err(), private.err(), roots.err()].into_iter().flatten().collect());
            }
        };
        let leaf = certificates[0].clone();
        let is_required = matches!(clients, ClientAuth::Required(_));
        let config = config(certificates, private, roots, is_required).map_err(|error| vec![error])?;
        Ok(Self { config: Arc::new(config), certificate: String::from_utf8_lossy(chain).into(), leaf })
    }

    /// A fresh certificate that nobody has signed, for these names and addresses. It is written nowhere; clients
    /// trust it by its [PEM](Self::certificate). Names that can't stand in a certificate are left out.
    ///
    /// # Errors
    /// What is wrong with the CAs of clients.
    pub fn self_signed(
        names: impl IntoIterator<Item = impl Into<String>>,
        clients: ClientAuth<'_>,
    ) -> Result<Self, Vec<TlsError>> {
        let mut params = CertificateParams::default();
        for name in names {
            if let Ok(named) = CertificateParams::new([name.into()]) {
                params.subject_alt_names.extend(named.subject_alt_names);
            }
        }
        params.distinguished_name.push(DnType::CommonName, "mockforge, self-signed");
        let now = now();
        params.not_before = now - GRACE;
        params.not_after = now + VALIDITY;
        let key = KeyPair::generate().expect("the system has random numbers");
        let certificate = params.self_signed(&key).expect("its parameters are good");
        Self::new(certificate.pem().as_bytes(), key.serialize_pem().as_bytes(), clients)
    }

    /// The certificate with its chain, in PEM: for clients to trust where nobody has signed it.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The SHA-256 of the server's own certificate, as browsers show it: `A1:B2:…`.
    pub fn fingerprint(&self) -> String {
        let mut out = String::new();
        for byte in Sha256::digest(&self.leaf) {
            let separator = if out.is_empty() { "" } else { ":" };
            // Writing to a string does not fail.
            let _ = write!(out, "{separator}{byte:02X}");
        }
        out
    }

    /// Why clients will say that the certificate is too old or too new, if they will.
    pub fn outdated(&self) -> Option<String> {
        let algorithms = ring::default_provider().signature_verification_algorithms.all;
        let nobody = RootCertStore::empty();
        let parsed = ParsedCertificate::try_from(&self.leaf).ok()?;
        // Whether it is valid today is looked at before who has signed it.
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now().unix_timestamp().try_into().ok()?));
        let judged = verify_server_cert_signed_by_trust_anchor(&parsed, &nobody, &[], now, algorithms);
        let date = |time: UnixTime| {
            let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
            OffsetDateTime::from_unix_timestamp(seconds)
                .map_or_else(|_| "then".into(), |at| at.date().to_string())
        };
        match judged {
            Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
                Some(format!("the certificate expired on {}", date(not_after)))
            }
            Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })) => {
                Some(format!("the certificate is not valid before {}", date(not_before)))
            }
            _ => None,
        }
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls").field("fingerprint", &self.fingerprint()).finish_non_exhaustive()
    }
}

impl TlsError {
    /// What to do about it, where that is not plain.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Key(message) if message.contains("does not belong") => {
                Some("the server's own certificate stands first in its file, those that signed it follow")
            }
            Self::Key(message) if message.contains("encrypted") => {
                Some("write it without a passphrase: `openssl pkey -in KEY -out PLAIN`")
            }
            _ => None,
        }
    }
}

fn config(
    certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    roots: Option<RootCertStore>,
    is_required: bool,
) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Certificate(error.to_string()))?;
    let builder = match roots {
        None => builder.with_no_client_auth(),
        Some(roots) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = if is_required { verifier } else { verifier.allow_unauthenticated() };
            builder.with_client_cert_verifier(
                verifier.build().map_err(|error| TlsError::ClientCa(error.to_string()))?,
            )
        }
    };
    let mut config = builder.with_single_cert(certificates, key).map_err(|error| match error {
        Error::InconsistentKeys(_) => TlsError::Key("the key does not belong to the certificate".into()),
        Error::InvalidCertificate(_) => TlsError::Certificate(format!("the certificate is invalid: {error}")),
        other => TlsError::Key(format!("the key can't be used: {other}")),
    })?;
    config.alpn_protocols = [H2, b"http/1.1"].map(Vec::from).to_vec();
    Ok(config)
}

fn roots(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(pem, "certificate of a CA")? {
        store.add(certificate).map_err(|error| format!("a CA's certificate is invalid: {error}"))?;
    }
    Ok(store)
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err(format!("there is no {what} in PEM")),
        Ok(found) => Ok(found),
        Err(error) => Err(format!("broken PEM: {error}")),
    }
}

fn no_key(pem: &[u8]) -> String {
    let text = String::from_utf8_lossy(pem);
    match text.contains("BEGIN ENCRYPTED PRIVATE KEY") {
        true => "the key is encrypted".into(),
        false => "there is no private key in PEM".into(),
    }
}

#[expect(clippy::disallowed_methods, reason = "certificates are valid from one day to another")]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
