//! Who may use a route that adds credentials.

use http::{HeaderMap, HeaderValue, StatusCode};
use mockforge_ws_core::{Hello, Mode, Opening, Tls, Upstream};
use mockforge_ws_proxy::{Passage, Proxy, Target, is_local_origin};

/// Whether a page may use a proxy.
fn passes(proxy: &Proxy, origins: &[&str]) -> bool {
    let mut hello = Hello::new("/ws");
    for origin in origins {
        hello.headers.append("origin", HeaderValue::from_str(origin).unwrap());
    }
    match proxy.open(&hello) {
        Opening::Dial(_) => true,
        Opening::Refuse(refusal) => {
            assert_eq!(refusal.status, StatusCode::FORBIDDEN);
            assert!(String::from_utf8_lossy(&refusal.body).contains("--allow-origin"));
            false
        }
        other => panic!("neither dialled nor refused: {other:?}"),
    }
}

#[test]
fn pages_of_others_make_no_use_of_credentials() {
    let plain = Proxy::new(Target::new("ws://h").unwrap());
    let with_url = Proxy::new(Target::new("ws://user:pass@h").unwrap());
    let set = |name: &'static str| {
        let set =
            HeaderMap::from_iter([(http::HeaderName::from_static(name), HeaderValue::from_static("x"))]);
        plain.clone().passage(Passage { set, ..Passage::default() })
    };
    let tls = Tls { identity: Some(("chain".into(), "key".into())), ..Tls::default() };
    let with_identity = plain.clone().upstream(Upstream { tls, ..Upstream::default() }, Vec::new());
    for guarded in [&with_url, &set("authorization"), &set("cookie"), &set("x-api-key"), &with_identity] {
        assert!(passes(guarded, &[]));
        assert!(passes(guarded, &["http://localhost:5173"]));
        assert!(!passes(guarded, &["https://evil.example"]));
        assert!(!passes(guarded, &["null"]));
        assert!(!passes(guarded, &["http://localhost", "https://evil.example"]));
    }
    assert!(passes(&plain, &["https://evil.example"]));
    assert!(passes(&set("x-version"), &["https://evil.example"]));
    let allowed = with_url.clone().allow_origins(vec!["https://app.example".into()]);
    assert!(passes(&allowed, &["https://app.example"]) && passes(&allowed, &["http://127.0.0.1"]));
    assert!(!passes(&allowed, &["https://app.example.evil"]) && !passes(&allowed, &["http://app.example"]));
    assert!(passes(&with_url.allow_origins(vec!["*".into()]), &["https://evil.example"]));
}

#[test]
fn local_origins() {
    let check = |origin: &str, expect: bool| assert_eq!(is_local_origin(origin), expect, "{origin}");
    for local in [
        "http://localhost",
        "https://LOCALHOST:1",
        "http://a.b.localhost",
        "http://127.0.0.1:80",
        "http://127.9.9.9",
        "http://[::1]",
        "http://[::1]:3000",
    ] {
        check(local, true);
    }
    for other in [
        "",
        "null",
        "localhost",
        "127.0.0.1",
        "file://",
        "http://",
        "http://localhost.evil.example",
        "http://evil.example/localhost",
        "http://localhost@evil.example",
        "http://evil.example:80@x",
        "http://128.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://notlocalhost",
        "http://[::2]",
        "http://0.0.0.0",
    ] {
        check(other, false);
    }
}
