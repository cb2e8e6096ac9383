//! Servers behind TLS: whom the proxy trusts, and who it says it is.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use serde_json::json;

use super::{WAYS, ask, body, frame, say, serve};
use crate::peer::Peer;
use crate::program::Upstream;

/// A CA and what it has signed, as files: `ca.pem`, `server.pem`, `client.pem`, and their keys.
fn certificates(directory: &Path) {
    let write =
        |name: &str, text: String| std::fs::write(directory.join(name), text).expect("it is writable");
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // One that were called as its certificates would be taken for one of them.
    ca.distinguished_name.push(DnType::CommonName, "the tests' CA");
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().expect("a key")).expect("it is complete");
    write("ca.pem", ca.pem());
    let usages =
        [("server", ExtendedKeyUsagePurpose::ServerAuth), ("client", ExtendedKeyUsagePurpose::ClientAuth)];
    for (name, usage) in usages {
        let mut params = CertificateParams::new(["localhost".to_string()]).expect("a name");
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().expect("a key");
        write(&format!("{name}.pem"), params.signed_by(&key, &ca).expect("it is complete").pem());
        write(&format!("{name}-key.pem"), key.serialize_pem());
    }
}

/// What comes of each set of flags: a connection that echoes, or 502 with these words.
fn check(asks_for_certificates: bool, cases: &[(&[&str], Option<&str>)]) {
    if !Peer::Node.has("ws") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    certificates(directory.path());
    let file = |name: &str| directory.path().join(name).display().to_string();
    let mut tls = json!({ "key": file("server-key.pem"), "cert": file("server.pem") });
    if asks_for_certificates {
        tls["clients"] = file("ca.pem").into();
    }
    let upstream = Upstream::start(Peer::Node, &[&tls.to_string()]);
    for (flags, refusal) in cases {
        for way in WAYS {
            let proxy = serve(directory.path(), &format!("wss://localhost:{}", upstream.port), way, flags);
            let (mut client, head) = ask(&proxy, "/ws");
            match refusal {
                None => {
                    assert!(head.starts_with("HTTP/1.1 101 "), "{flags:?}, {way:?}: {head}");
                    frame(&mut client).expect("the server greets");
                    say(&mut client, "hello");
                    assert_eq!(frame(&mut client), Some((0x81, b"hello".to_vec())), "{flags:?}, {way:?}");
                }
                Some(words) => {
                    assert!(head.starts_with("HTTP/1.1 502 "), "{flags:?}, {way:?}: {head}");
                    let said = body(&mut client, &head);
                    assert!(said.contains(words), "{flags:?}, {way:?}: {said}");
                }
            }
        }
    }
}

#[test]
fn a_server_is_trusted_only_with_reason() {
    check(
        false,
        &[
            (&[], Some("the certificate is signed by nobody who is trusted here")),
            (&["--upstream-ca", "client.pem"], Some("TLS: ")),
            (&["--upstream-ca", "ca.pem"], None),
            (&["--insecure"], None),
        ],
    );
}

#[test]
fn a_server_that_asks_who_it_is_gets_a_certificate() {
    let identity = ["--upstream-cert", "client.pem", "--upstream-key", "client-key.pem"];
    check(
        true,
        &[
            (&["--upstream-ca", "ca.pem"], Some("the server asks for a certificate")),
            (&[&["--upstream-ca", "ca.pem"], &identity[..]].concat(), None),
        ],
    );
}
