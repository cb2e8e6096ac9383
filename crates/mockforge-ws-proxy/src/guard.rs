//! Who may use a route that adds credentials: no page of somebody else's in the user's browser.

use http::{StatusCode, Uri, header};
use mockforge_ws_core::{Hello, Refusal};

/// Whether an `Origin` is a page on this machine: `localhost`, a name below it, or a loopback address.
///
/// ```
/// use mockforge_ws_proxy::is_local_origin;
///
/// assert!(is_local_origin("http://localhost:5173") && is_local_origin("https://app.localhost"));
/// assert!(is_local_origin("http://127.0.0.1") && is_local_origin("http://[::1]:3000"));
/// assert!(!is_local_origin("https://localhost.example.com") && !is_local_origin("null"));
/// ```
pub fn is_local_origin(origin: &str) -> bool {
    let Some(host) = origin.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase))
    else {
        return false;
    };
    // Without a scheme it is no origin, whatever it says.
    if !origin.contains("://") {
        return false;
    }
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// The answer to a page that may not make use of the route's credentials.
pub(crate) fn refusal(hello: &Hello, allowed: &[String]) -> Option<Refusal> {
    let mut origins = hello.headers.get_all(header::ORIGIN).iter();
    let passes = origins.all(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        is_local_origin(origin) || allowed.iter().any(|name| name == "*" || name == origin)
    });
    (!passes).then(|| {
        let body = "This route adds credentials for the upstream, so pages of other origins may not use it.\n\
                    If yours may, start the server with --allow-origin ORIGIN.\n";
        let refusal = Refusal::new(StatusCode::FORBIDDEN, body);
        Refusal { reason: Some("the route adds credentials, and the Origin is not local".into()), ..refusal }
    })
}
