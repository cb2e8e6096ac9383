//! What the client is answered, by what came of the dial.

use http::StatusCode;
use mockforge_ws_core::{DialError, DialErrorKind, Dialled, Hello, Mode, Opening, Refusal, echo::Echo};
use mockforge_ws_proxy::{Proxy, Reconnect, Target, Transform, Transit};
use serde_json::json;

use crate::support::{proxy, rules};

/// The status that the client gets; 101 where it is upgraded.
fn status(proxy: &Proxy, dialled: Dialled) -> u16 {
    let Opening::Dial(dialling) = proxy.open(&Hello::new("/ws")) else { panic!("it should dial") };
    match (dialling.then)(dialled) {
        Opening::Accept(_) => 101,
        Opening::Refuse(refusal) => refusal.status.as_u16(),
        other => panic!("neither: {other:?}"),
    }
}

#[test]
fn the_client_is_answered_as_the_server_answers() {
    let failed = |kind: DialErrorKind| Dialled::Failed(DialError { kind, reason: "no".into() });
    let refused = |status: StatusCode| Dialled::Refused(Box::new(Refusal::new(status, "no")));
    let check = |dialled: &dyn Fn() -> Dialled, alone: u16, with_fallback: u16| {
        assert_eq!(status(&proxy(), dialled()), alone, "{:?}", dialled());
        assert_eq!(status(&proxy().fallback(Echo::default()), dialled()), with_fallback, "{:?}", dialled());
    };
    check(&|| Dialled::Open(Box::default()), 101, 101);
    check(&|| refused(StatusCode::UNAUTHORIZED), 401, 401);
    check(&|| refused(StatusCode::FOUND), 302, 302);
    check(&|| refused(StatusCode::INTERNAL_SERVER_ERROR), 500, 500);
    check(&|| refused(StatusCode::BAD_GATEWAY), 502, 101);
    check(&|| refused(StatusCode::SERVICE_UNAVAILABLE), 503, 101);
    check(&|| refused(StatusCode::GATEWAY_TIMEOUT), 504, 101);
    check(&|| failed(DialErrorKind::Resolve), 502, 101);
    check(&|| failed(DialErrorKind::Connect), 502, 101);
    check(&|| failed(DialErrorKind::Timeout), 504, 101);
    check(&|| failed(DialErrorKind::Resting), 502, 101);
}

#[test]
fn a_path_that_is_not_the_routes_is_not_found() {
    let proxy = Proxy::new(Target::new("ws://h/v2").unwrap().under("/ws"));
    let Opening::Refuse(refusal) = proxy.open(&Hello::new("/other")) else { panic!("it should refuse") };
    assert_eq!(
        (refusal.status, &refusal.body[..]),
        (StatusCode::NOT_FOUND, &b"Nothing is proxied at /other.\n"[..])
    );
}

/// Bytes are copied only where nobody looks at messages.
#[test]
fn whoever_looks_at_messages_keeps_them_apart() {
    let splices = |proxy: &Proxy| match proxy.open(&Hello::new("/ws")) {
        Opening::Dial(dialling) => dialling.splice,
        other => panic!("it should dial: {other:?}"),
    };
    assert!(splices(&proxy()));
    assert!(!splices(&proxy().rules(rules(&json!([{ "drop": true }])))));
    assert!(!splices(&proxy().transform(Transform::new(|transit: Transit| transit.message))));
    assert!(!splices(&proxy().reconnect(Reconnect::default())));
    assert!(!splices(&proxy().local(Echo::default())));
}
