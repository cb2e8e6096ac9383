//! `tls:` of the server.

use mockforge_ws_diagnostic::Problem;

use super::Lower;
use crate::keys;
use crate::section::ServerTlsSpec;
use crate::tree::Node;
use crate::values;

impl Lower<'_> {
    pub(super) fn tls(&mut self, node: &Node) -> ServerTlsSpec {
        let mut spec = ServerTlsSpec::default();
        for (key, node) in self.fields(node) {
            match key {
                keys::Tls::Cert => spec.cert = self.file(node),
                keys::Tls::Key => spec.key = self.file(node),
                keys::Tls::Auto => spec.auto = self.boolean(node),
                keys::Tls::ClientCa => spec.client_ca = self.file(node),
                keys::Tls::ClientAuth => {
                    spec.client_auth = self.text(node, "`required` or `optional`", values::client_auth);
                }
            }
        }
        let auto = spec.auto.as_ref().is_some_and(|auto| auto.value);
        let object = match &spec {
            spec if spec.cert.is_some() != spec.key.is_some() => {
                Problem::new("a certificate takes both `cert` and `key`")
            }
            spec if auto && spec.cert.is_some() => {
                Problem::new("`cert` has no effect beside `auto: true`").hint("say one of them")
            }
            spec if spec.client_auth.is_some() && spec.client_ca.is_none() => {
                Problem::new("`client_auth` has no effect without `client_ca`")
                    .hint("name the CA (PEM) that has signed the clients' certificates")
            }
            _ => return spec,
        };
        self.invalid(node, object);
        spec
    }
}
