//! HTTP to the provider: TLS by rustls, nothing from the environment, no redirects.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_ai::{LlmError, LlmErrorKind};
use reqwest::{Proxy, redirect};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::options::shown;

/// An HTTP/1.1 client, whose connection ends when an answer is dropped. Redirects are not followed: not every
/// key is in a header that would be left out on the way to another host.
pub(crate) fn client(
    trusted: RootCertStore,
    proxy: Option<&str>,
    connect: Duration,
) -> Result<reqwest::Client, LlmError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("mockforge-ws/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        .redirect(redirect::Policy::none())
        .http1_only()
        // Compressed, an answer would come in larger pieces.
        .no_gzip()
        .no_proxy()
        .tls_backend_preconfigured(tls(trusted)?);
    if let Some(url) = proxy {
        let proxy = Proxy::all(url).map_err(|_| {
            LlmError::new(LlmErrorKind::NoNetwork, format!("`{}` is no URL of a proxy", shown(url)))
                .hint("for example http://proxy:3128")
        })?;
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| impossible(&error))
}

/// Whom to trust: who is in `pem`, or whom the system trusts. A system without certificates trusts nobody, which the
/// handshake then says.
pub(crate) fn roots(pem: Option<&[u8]>) -> Result<RootCertStore, LlmError> {
    let mut roots = RootCertStore::empty();
    let Some(pem) = pem else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(roots);
    };
    let wrong = |why: String| {
        let message = format!("the roots hold no certificates in PEM: {why}");
        LlmError::new(LlmErrorKind::NoNetwork, message).hint("each begins with -----BEGIN CERTIFICATE-----")
    };
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong("there is none".into()));
    }
    Ok(roots)
}

fn tls(trusted: RootCertStore) -> Result<ClientConfig, LlmError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| impossible(&error))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(config)
}

fn impossible(error: &dyn std::error::Error) -> LlmError {
    LlmError::new(LlmErrorKind::NoNetwork, format!("no HTTP client can be made: {error}"))
}
