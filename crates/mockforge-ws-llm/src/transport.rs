//! HTTP to the provider: TLS by rustls, nothing from the environment, no redirects.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_ai::{LlmError, LlmErrorKind};
use reqwest::{Proxy, redirect};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::options::shown;

/// An HTTP/1.1 client, whose connection ends when an answer is dropped. Redirects are not followed: not every
/// key is in a header that would be left out on the way to another host.
pub(crate) fn client(
    secure: bool,
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
        .tls_backend_preconfigured(tls(secure)?);
    if let Some(url) = proxy {
        let proxy = Proxy::all(url).map_err(|_| {
            LlmError::new(LlmErrorKind::NoNetwork, format!("`{}` is no URL of a proxy", shown(url)))
                .hint("for example http://proxy:3128")
        })?;
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| impossible(&error))
}

/// A system without certificates trusts nobody, which the handshake then says. Where nothing is `secure`, they
/// are not loaded.
fn tls(secure: bool) -> Result<ClientConfig, LlmError> {
    let mut roots = RootCertStore::empty();
    if secure {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| impossible(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn impossible(error: &dyn std::error::Error) -> LlmError {
    LlmError::new(LlmErrorKind::NoNetwork, format!("no HTTP client can be made: {error}"))
}
