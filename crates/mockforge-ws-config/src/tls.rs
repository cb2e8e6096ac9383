//! TLS of the mock's own: who it is, and whom it lets in.

use mockforge_ws_server::{ClientAuth, ServerTls, TlsError};

use crate::Setting;

/// The certificate that a server shows and those that it asks for; files as they are named.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tls {
    /// Whether the certificate is made at the start and signed by nobody.
    pub auto: Setting<bool>,
    /// The certificate and its chain.
    pub cert: Option<Setting<String>>,
    /// Its key.
    pub key: Option<Setting<String>>,
    /// The CAs that have signed clients' certificates.
    pub client_ca: Option<Setting<String>>,
    /// Whether clients have to show a certificate, where they are asked for one.
    pub client_auth: Setting<bool>,
    pub(crate) pem: Pem,
}

/// What stands in the files.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Pem {
    pub(crate) cert: Vec<u8>,
    pub(crate) key: Vec<u8>,
    pub(crate) client_ca: Vec<u8>,
}

impl Default for Tls {
    /// None.
    fn default() -> Self {
        Self {
            auto: Setting::default(false),
            cert: None,
            key: None,
            client_ca: None,
            client_auth: Setting::default(true),
            pem: Pem::default(),
        }
    }
}

impl std::fmt::Debug for Pem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pem(…)")
    }
}

impl Tls {
    /// Whether TLS is spoken at all.
    pub fn is_on(&self) -> bool {
        self.auto.value || self.cert.is_some()
    }

    /// `None` where it is not spoken. `host` is what the server is called beside the loopback names.
    pub(crate) fn server(&self, host: &str) -> Result<Option<ServerTls>, Vec<TlsError>> {
        let Pem { cert, key, client_ca } = &self.pem;
        let clients = match (&self.client_ca, self.client_auth.value) {
            (None, _) => ClientAuth::None,
            (Some(_), true) => ClientAuth::Required(client_ca),
            (Some(_), false) => ClientAuth::Optional(client_ca),
        };
        if self.auto.value {
            let mut names = vec!["localhost", "127.0.0.1", "::1"];
            let host = host.trim_matches(['[', ']']);
            if !names.contains(&host) {
                names.push(host);
            }
            return ServerTls::self_signed(names, clients).map(Some);
        }
        self.cert.as_ref().map(|_| ServerTls::new(cert, key, clients)).transpose()
    }
}
