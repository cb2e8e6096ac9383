//! `wss://` of the server's own, for clients on other TLS libraries.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::{Value, json};

use crate::mockforge::Serving;
use crate::peer::Peer;

/// One echo with what is said of TLS; all that the client said where it failed.
fn echoed(peer: Peer, server: &Serving, tls: &Value) -> Result<Vec<Value>, String> {
    let steps = json!([{ "send": "a" }, { "recv": 1 }, { "close": [1000, ""] }]);
    peer.lines(peer.program("client").args([&server.url, &steps.to_string()]).env("TLS", tls.to_string()))
}

fn echo() -> Vec<Value> {
    vec![json!({ "open": null }), json!({ "text": "echo: a" }), json!({ "close": [1000, ""] })]
}

fn path(directory: &Path, name: &str) -> String {
    directory.join(name).display().to_string()
}

#[test]
fn clients_trust_the_certificate_that_was_made_and_no_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Serving::start(directory.path(), &["--tls-auto", "--tls-save", "mock.pem"]);
    assert!(server.url.starts_with("wss://"), "{}", server.url);
    let ca = path(directory.path(), "mock.pem");
    for peer in Peer::installed() {
        for version in ["TLSv1.2", "TLSv1.3"] {
            assert_eq!(echoed(peer, &server, &json!({ "ca": ca, "version": version })), Ok(echo()));
        }
        let failure = echoed(peer, &server, &json!({})).expect_err("nobody has signed it");
        assert!(failure.to_lowercase().contains("self-signed certificate"), "{failure}");
    }
    let (code, stderr) = server.terminate();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("SHA-256 "), "{stderr}");
}

#[test]
fn clients_without_a_certificate_stay_outside() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, pem: String| {
        std::fs::write(directory.path().join(name), pem).expect("it is writable");
        path(directory.path(), name)
    };
    let key = || KeyPair::generate().expect("the system has random numbers");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "a CA");
    let ca = CertifiedIssuer::self_signed(params, key()).expect("its parameters are good");
    let ca_file = write("ca.pem", ca.pem());
    for (name, host) in [("server", "127.0.0.1"), ("client", "client")] {
        let key = key();
        let params = CertificateParams::new([host.to_string()]).expect("a name");
        write(&format!("{name}.pem"), params.signed_by(&key, &ca).expect("a CA signs").pem());
        write(&format!("{name}.key"), key.serialize_pem());
    }
    let config = "websocket:\n  tls: { cert: server.pem, key: server.key, client_ca: ca.pem }\n";
    write("mockforge.yaml", config.to_string());
    let server = Serving::start(directory.path(), &["mockforge.yaml"]);
    let [cert, key] = ["client.pem", "client.key"].map(|name| path(directory.path(), name));
    for peer in Peer::installed() {
        for version in ["TLSv1.2", "TLSv1.3"] {
            let tls = json!({ "ca": ca_file, "cert": cert, "key": key, "version": version });
            assert_eq!(echoed(peer, &server, &tls), Ok(echo()));
            echoed(peer, &server, &json!({ "ca": ca_file, "version": version }))
                .expect_err("it has no certificate");
        }
    }
    let (code, stderr) = server.terminate();
    assert_eq!(code, Some(0), "{stderr}");
    let refusals = stderr.matches("with 495: TLS: peer sent no certificates").count();
    assert_eq!(refusals, 2 * Peer::installed().len(), "{stderr}");
}
