//! What is said when the server has begun, and when it is about to end.

use std::fmt::Write as _;
use std::path::Path;

use mockforge_ws_core::Seed;
use mockforge_ws_server::{Routes, Server, ServerTls};

use crate::terminal::{QUIET, STRONG, WARNING, counted};

/// Every route with its URL and what serves it, the seed, and how to stop.
pub(super) fn banner(server: &Server, routes: &Routes, seed: Seed) -> String {
    let rows: Vec<_> = routes.iter().map(|route| (server.url_of(&route.path), &*route.about)).collect();
    let width = rows.iter().map(|(url, _)| url.chars().count()).max().unwrap_or(0);
    // Writing to a string does not fail.
    let mut out = String::new();
    for (url, about) in rows {
        let pad = width - url.chars().count();
        let _ = writeln!(out, "{STRONG}{url}{STRONG:#}{:pad$}  {about}", "");
    }
    let _ = writeln!(out, "{QUIET}seed {seed}; press Ctrl-C to stop{QUIET:#}");
    if let Some(address) = server.addresses().find(|address| !address.ip().is_loopback()) {
        let _ = writeln!(
            out,
            "{WARNING}warning{WARNING:#}: {address} can be reached from other machines; --host localhost keeps \
             the mock to this one"
        );
    }
    out
}

/// The same for programs: an event for each route, and one that says that the server is ready.
pub(super) fn log(server: &Server, routes: &Routes, seed: Seed) {
    for route in routes.iter() {
        let (url, about) = (server.url_of(&route.path), &*route.about);
        tracing::info!(target: "mockforge", url, about, "route served");
    }
    if let Some(address) = server.addresses().find(|address| !address.ip().is_loopback()) {
        tracing::warn!(target: "mockforge", %address, "the mock can be reached from other machines");
    }
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(target: "mockforge", version, seed = seed.0, "listening");
}

/// How a certificate is trusted that nobody has signed.
pub(super) fn trust(tls: &ServerTls, saved: Option<&Path>) -> String {
    let how = match saved {
        Some(file) => format!("clients trust it by {}", file.display()),
        None => "--tls-save FILE writes it for clients to trust".into(),
    };
    format!(
        "{QUIET}the certificate is new and signed by nobody; {how}\nSHA-256 {}{QUIET:#}\n",
        tls.fingerprint()
    )
}

/// What the first signal leads to.
pub(super) fn farewell(open: usize) -> String {
    match open {
        0 => "stopping\n".into(),
        _ => format!("stopping: closing {}; Ctrl-C again stops at once\n", counted(open, "connection")),
    }
}
