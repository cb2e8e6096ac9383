//! TLS of the server: which certificate, and the files that it is in.

use std::path::PathBuf;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_server::TlsError;

use super::{File, Loader};
use crate::section::{Located, ServerTlsSpec};
use crate::source::{Source, Span};
use crate::tls::{Pem, Tls};
use crate::{Failure, Flags, Origin, Setting, files};

/// A file that a flag or a key names.
struct Named<'f> {
    name: String,
    origin: Origin,
    /// Where a config names it.
    at: Option<(&'f File, Span)>,
}

impl Loader<'_> {
    /// The certificate is said as a whole by the flags, or else by the file.
    pub(super) fn server_tls(
        &mut self,
        flags: &Flags,
        spec: ServerTlsSpec,
        file: Option<&File>,
        host: &str,
    ) -> Tls {
        let by_flag = |path: &Option<PathBuf>, flag| {
            let name = path.as_ref()?.display().to_string();
            Some(Named { name, origin: Origin::Flag(flag), at: None })
        };
        let by_key = |name: Option<Located<String>>| {
            let (Located { value, span }, file) = (name?, file?);
            Some(Named { name: value, origin: Origin::of(&file.source, span), at: Some((file, span)) })
        };
        let auto = Setting::default(false);
        let (auto, cert, key) = if flags.tls_auto || flags.tls_cert.is_some() || flags.tls_key.is_some() {
            let auto = match flags.tls_auto {
                true => Setting { value: true, origin: Origin::Flag("--tls-auto") },
                false => auto,
            };
            let key = by_flag(&flags.tls_key, "--tls-key");
            (auto, by_flag(&flags.tls_cert, "--tls-cert"), key)
        } else {
            let auto = spec.auto.zip(file).map_or(auto, |(auto, file)| Setting {
                value: auto.value,
                origin: Origin::of(&file.source, auto.span),
            });
            (auto, by_key(spec.cert), by_key(spec.key))
        };
        let client_ca = by_flag(&flags.tls_client_ca, "--tls-client-ca").or_else(|| by_key(spec.client_ca));
        let client_auth = spec.client_auth.zip(file).map_or(Setting::default(true), |(auth, file)| Setting {
            value: auth.value,
            origin: Origin::of(&file.source, auth.span),
        });
        let is_on = auto.value || cert.is_some();
        self.check_tls_flags(flags, is_on);
        if let (Some(ca), false) = (&client_ca, is_on) {
            let problem = Problem::new("there is no TLS in which clients could show certificates");
            self.object(ca, problem.hint("it goes with a certificate of the server's, or `auto`"));
        }
        if cert.is_some() && key.is_none() || auto.value && cert.is_some() {
            // Told above, or where the file was read.
            return Tls::default();
        }
        let read = [&cert, &key, &client_ca].map(|named| named.as_ref().map(|named| self.pem(named)));
        let named = |named: &Option<Named<'_>>| {
            let named = named.as_ref()?;
            Some(Setting { value: self.place(named).1, origin: named.origin.clone() })
        };
        let mut tls = Tls {
            auto,
            cert: named(&cert),
            key: named(&key),
            client_ca: named(&client_ca),
            client_auth,
            pem: Pem::default(),
        };
        let [Some(Some(_)) | None, Some(Some(_)) | None, Some(Some(_)) | None] = read else { return tls };
        let [cert_pem, key_pem, client_ca_pem] = read.map(|pem| pem.flatten().unwrap_or_default());
        tls.pem = Pem { cert: cert_pem, key: key_pem, client_ca: client_ca_pem };
        match tls.server(host) {
            Ok(Some(server)) => {
                if let (Some(reason), Some(cert)) = (server.outdated(), &cert) {
                    self.warn_of_age(cert, reason);
                }
            }
            Ok(None) => {}
            Err(errors) => {
                for error in errors {
                    let at = match error {
                        TlsError::Key(_) => &key,
                        TlsError::ClientCa(_) => &client_ca,
                        _ => &cert,
                    };
                    if let Some(at) = at {
                        self.object(at, Problem::new(error.to_string()).maybe_hint(error.hint()));
                    }
                }
            }
        }
        tls
    }

    /// Where it is, and how the user would name it from the working directory.
    fn place(&self, named: &Named<'_>) -> (PathBuf, String) {
        let cwd = self.environment.cwd();
        let (path, shown) = match named.at {
            Some((file, _)) => file.beside(&named.name),
            None => (cwd.join(&named.name), named.name.as_str().into()),
        };
        let shown = path.strip_prefix(cwd).map_or(shown.to_string(), |path| path.display().to_string());
        (path, shown)
    }

    fn pem(&mut self, named: &Named<'_>) -> Option<Vec<u8>> {
        let (path, _) = self.place(named);
        self.files.push(path.clone());
        files::config(&path).map_err(|problem| self.object(named, problem)).ok()
    }

    /// A mistake about a file.
    fn object(&mut self, named: &Named<'_>, problem: Problem) {
        match named.at {
            Some((file, at)) => {
                let message = format!("{}: {}", file.beside(&named.name).1, problem.message);
                self.report.invalid(&file.source, at, Problem { message, ..problem });
            }
            None => self.report.whole(Failure::Usage, &named.name, problem),
        }
    }

    /// To serve a certificate that clients have to refuse is a test like any other.
    fn warn_of_age(&mut self, cert: &Named<'_>, reason: String) {
        let problem = Problem::new(reason).hint("clients that check certificates will refuse it");
        match (cert.at, &cert.origin) {
            (Some((file, at)), _) => self.report.warning(&file.source, at, problem),
            (None, origin) => {
                let source = Source::new(origin.to_string(), cert.name.as_str());
                self.report.warning(&source, Span { start: 0, end: cert.name.len() }, problem);
            }
        }
    }

    fn check_tls_flags(&mut self, flags: &Flags, is_on: bool) {
        let mut object = |flag: &str, message: &str| {
            self.report.whole(Failure::Usage, flag, Problem::new(message));
        };
        if flags.tls_auto && flags.tls_cert.is_some() {
            object("--tls-cert", "`--tls-cert` has no effect beside `--tls-auto`");
        } else if flags.tls_auto && flags.tls_key.is_some() {
            object("--tls-key", "`--tls-key` has no effect beside `--tls-auto`");
        } else if flags.tls_cert.is_some() != flags.tls_key.is_some() {
            object("--tls-cert", "a certificate takes both `--tls-cert` and `--tls-key`");
        }
        if flags.tls_save.is_some() && !is_on {
            object("--tls-save", "`--tls-save` has no effect: there is no certificate to write");
        }
    }
}
