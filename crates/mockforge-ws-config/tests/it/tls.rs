//! TLS of the server: from flags, from files, and all that can be wrong with it.

#![expect(clippy::unwrap_used, reason = "what a test's own helpers make is good")]

use std::path::PathBuf;

use mockforge_ws_config::{Failure, Flags};
use rcgen::{CertificateParams, KeyPair};
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;

use crate::folder::{Folder, fixtures, read};

fn folder(config: &str) -> Folder {
    let folder = Folder::new([("mockforge.yaml", config), ("feed.jsonl", "{\"text\":\"hi\"}")]);
    folder.write("pki/server.pem", &read(&fixtures("good/localhost.pem")));
    folder.write("pki/server.key", &read(&fixtures("good/localhost.key")));
    folder.write("other.key", &KeyPair::generate().unwrap().serialize_pem());
    let (mut params, key) =
        (CertificateParams::new(["localhost".into()]).unwrap(), KeyPair::generate().unwrap());
    params.not_after = rcgen::date_time_ymd(2020, 1, 31);
    folder.write("old.pem", &params.self_signed(&key).unwrap().pem());
    folder.write("old.key", &key.serialize_pem());
    folder
}

fn path(name: &str) -> Option<PathBuf> {
    Some(name.into())
}

#[test]
fn a_certificate_comes_from_the_file_and_flags_take_its_place() {
    let config = "websocket:\n  tls: { cert: pki/server.pem, key: pki/server.key }\n";
    let folder = folder(config);
    let by_file = folder.load(&Flags::default()).unwrap();
    let named = |config: &mockforge_ws_config::Config| {
        config.tls.cert.as_ref().map(|cert| format!("{} ({})", cert.value, cert.origin))
    };
    assert_eq!(named(&by_file).as_deref(), Some("pki/server.pem (mockforge.yaml:2)"));
    let names: Vec<_> = by_file.files().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["mockforge.yaml", "server.pem", "server.key"], "what `--watch` watches");
    let certificate = by_file.server_tls().unwrap();
    assert_eq!(certificate.certificate(), read(&fixtures("good/localhost.pem")));

    let auto = folder.load(&Flags { tls_auto: true, ..Flags::default() }).unwrap();
    assert_eq!((named(&auto), auto.tls.auto.value), (None, true));
    assert!(auto.print().contains("    auto: true  # --tls-auto\n"), "{}", auto.print());
    assert_ne!(auto.server_tls().unwrap().fingerprint(), certificate.fingerprint());

    let by_flag = Flags { tls_cert: path("old.pem"), tls_key: path("old.key"), ..Flags::default() };
    let by_flag = folder.load(&by_flag).unwrap();
    assert_eq!(named(&by_flag).as_deref(), Some("old.pem (--tls-cert)"));
    let warnings: Vec<_> = by_flag.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["--tls-cert:1:1: warning: the certificate expired on 2020-01-31"]);
}

#[test]
fn a_host_is_a_name_of_a_certificate_that_is_made() {
    let flags = Flags { tls_auto: true, host: Some("mock.test".into()), ..Flags::default() };
    let tls = folder("").load(&flags).unwrap().server_tls().unwrap();
    let certificate = CertificateDer::from_pem_slice(tls.certificate().as_bytes()).unwrap();
    let certificate = ParsedCertificate::try_from(&certificate).unwrap();
    let is_of =
        |name: &'static str| verify_server_name(&certificate, &ServerName::try_from(name).unwrap()).is_ok();
    assert_eq!(
        ["mock.test", "localhost", "127.0.0.1", "::1", "other.test"].map(is_of),
        [true, true, true, true, false]
    );
}

#[test]
fn mistakes_in_the_file_are_told_where_they_stand() {
    let told = |tls: &str| folder(&format!("websocket:\n  tls: {tls}\n")).told(&Flags::default());
    let told = [
        "{ cert: pki/server.pem }",
        "{ cert: pki/server.pem, key: pki/server.key, auto: true }",
        "{ cert: pki/serve.pem, key: pki/other.key, client_ca: feed.jsonl }",
        "{ cert: pki/server.key, key: pki/server.pem }",
        "{ cert: pki/server.pem, key: other.key }",
        "{ client_ca: pki/server.pem }",
        "{ auto: true, client_auth: optional }",
        "{ auto: yes, client_ca: pki/server.pem, client_auth: perhaps, ca: x }",
    ]
    .map(told);
    insta::assert_snapshot!("mistakes", told.join("\n\n"));
}

#[test]
fn mistakes_of_flags_are_told() {
    let folder = folder("");
    let cert = || Flags { tls_cert: path("pki/server.pem"), ..Flags::default() };
    let told = [
        cert(),
        Flags { tls_key: path("pki/server.key"), ..Flags::default() },
        Flags { tls_auto: true, ..cert() },
        Flags { tls_key: path("pki/none.key"), ..cert() },
        Flags { tls_key: path("other.key"), ..cert() },
        Flags { tls_client_ca: path("pki/server.pem"), ..Flags::default() },
        Flags { tls_save: path("out.pem"), ..Flags::default() },
    ]
    .map(|flags| {
        let problems = folder.load(&flags).unwrap_err();
        assert_eq!(problems.failure, Failure::Usage, "{problems}");
        problems.to_string()
    });
    insta::assert_snapshot!("flags", told.join("\n\n"));
}

#[test]
fn a_reload_brings_another_certificate_where_the_files_have_one() {
    let folder = folder("websocket:\n  tls: { cert: pki/server.pem, key: pki/server.key }\n");
    let first = folder.load(&Flags::default()).unwrap();
    assert!(first.reload().unwrap().renewed_tls(&first).is_none(), "nothing has changed");

    // In place one after the other: between the two writes they do not fit.
    let key = KeyPair::generate().unwrap();
    let pem = CertificateParams::new(["localhost".into()]).unwrap().self_signed(&key).unwrap().pem();
    folder.write("pki/server.pem", &pem);
    let problems = first.reload().unwrap_err();
    assert!(problems.to_string().contains("pki/server.key"), "{problems}");
    folder.write("pki/server.key", &key.serialize_pem());
    let second = first.reload().unwrap();
    assert_eq!(second.renewed_tls(&first).unwrap().certificate(), pem);

    for (old, new) in
        [("tls: { auto: true }", "tls: { auto: true, client_ca: old.pem }"), ("tls: { auto: true }", "")]
    {
        folder.write("mockforge.yaml", &format!("websocket:\n  port: 0\n  {old}\n"));
        let first = folder.load(&Flags::default()).unwrap();
        folder.write("mockforge.yaml", &format!("websocket:\n  port: 0\n  {new}\n"));
        let second = first.reload().unwrap();
        assert!(first.tls != second.tls && second.renewed_tls(&first).is_none(), "{old} to {new}");
    }
}
