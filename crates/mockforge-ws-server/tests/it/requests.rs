//! Requests of any shape: each has an answer, and an upgrade only where the RFC has one.

use axum::body::Body;
use futures_util::FutureExt as _;
use http::{HeaderName, HeaderValue, Method, Request, Uri, Version, header};
use mockforge_ws_server::{Routes, Settings, Site};
use proptest::prelude::*;
use tower_service::Service as _;

use crate::echo;

/// Values that are good, nearly good, or anything.
fn value(good: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::sample::select(good).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::sample::select(good).prop_map(|text| text.to_uppercase().into_bytes()),
        1 => "[ -~]{0,60}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ]
}

fn headers() -> impl Strategy<Value = Vec<(HeaderName, Vec<u8>)>> {
    let named = |name: HeaderName, good| {
        (prop::bool::weighted(0.93), value(good))
            .prop_map(move |(is_there, value)| is_there.then(|| (name.clone(), value)))
    };
    let more =
        prop::collection::vec(("[a-z][a-z0-9-]{0,20}", prop::collection::vec(any::<u8>(), 0..80)), 0..6);
    (
        named(header::HOST, &["localhost", "localhost:3001", "127.0.0.1", "[::1]:80"]),
        named(header::UPGRADE, &["websocket", "h2c, websocket"]),
        named(header::CONNECTION, &["Upgrade", "keep-alive, Upgrade"]),
        named(header::SEC_WEBSOCKET_VERSION, &["13", "8", "13, 8"]),
        named(header::SEC_WEBSOCKET_KEY, &["dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA=="]),
        named(header::SEC_WEBSOCKET_PROTOCOL, &["chat", "a, b,, c", ",", "mqtt"]),
        more,
    )
        .prop_map(|(host, upgrade, connection, version, key, protocol, more)| {
            let known = [host, upgrade, connection, version, key, protocol].into_iter().flatten();
            let more = more.into_iter().filter_map(|(name, value)| Some((name.parse().ok()?, value)));
            known.chain(more).collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_request_has_an_answer(
        method in prop_oneof![9 => Just("GET"), 1 => prop::sample::select(&["POST", "HEAD", "CONNECT", "XYZ"][..])],
        path in prop_oneof![8 => Just("/ws".to_string()), 2 => "/[ -~]{0,40}"],
        version in prop_oneof![9 => Just(Version::HTTP_11), 1 => Just(Version::HTTP_10)],
        headers in headers(),
    ) {
        let Ok(uri) = path.parse::<Uri>() else { return Ok(()) };
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.parse::<Method>().expect("a token");
        (*request.uri_mut(), *request.version_mut()) = (uri, version);
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers_mut().append(name, value);
            }
        }
        let sent = request.headers().clone();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it starts");
        let response = runtime.block_on(async {
            let routes = Routes::new([echo("/ws")]).expect("a good path");
            let mut router = Site::new(Settings::default()).router(&routes);
            router.call(request).now_or_never().expect("nobody is waited for").expect("it does not fail")
        });
        let status = response.status().as_u16();
        prop_assert!([101, 400, 403, 404, 405, 426].contains(&status), "{status}");
        let has = |name, token: &str| {
            sent.get_all(name).iter().filter_map(|value| value.to_str().ok()).any(|value| {
                value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token))
            })
        };
        if status == 101 {
            prop_assert!(method == "GET" && version == Version::HTTP_11);
            prop_assert!(has(header::UPGRADE, "websocket") && has(header::CONNECTION, "upgrade"));
            prop_assert_eq!(sent[header::SEC_WEBSOCKET_VERSION].as_bytes(), b"13");
            prop_assert!(sent.contains_key(header::SEC_WEBSOCKET_KEY) && sent.contains_key(header::HOST));
            let accept = response.headers().get(header::SEC_WEBSOCKET_ACCEPT);
            prop_assert!(accept.is_some_and(|accept| accept.len() == 28));
        } else {
            prop_assert!(!response.headers().contains_key(header::SEC_WEBSOCKET_ACCEPT));
        }
    }
}
