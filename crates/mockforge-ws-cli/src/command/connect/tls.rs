//! Which servers are trusted, and what is shown to them.

use mockforge_ws_config::{Environment, Flags, client_tls};
use mockforge_ws_core::Tls;

use super::target::Target;
use crate::args::Connect;
use crate::exit::Stop;
use crate::problems;

/// # Errors
/// Files that can't be read or hold something else, and flags that have no effect.
pub(super) fn of(target: &Target, args: &Connect) -> Result<Tls, Stop> {
    let said =
        [("--cacert", args.cacert.is_some()), ("--cert", args.cert.is_some()), ("--insecure", args.insecure)];
    if let (false, Some((flag, _))) = (target.is_secure, said.iter().find(|(_, is_said)| *is_said)) {
        let stop = Stop::usage(format!("`{flag}` has no effect: {} is not encrypted", target.url));
        return Err(stop.hint("write wss:// to connect by TLS"));
    }
    let flags = Flags {
        upstream_ca: args.cacert.clone(),
        upstream_cert: args.cert.clone(),
        upstream_key: args.key.clone(),
        insecure: args.insecure,
        ..Flags::default()
    };
    client_tls(&flags, &Environment::real())
        .map_err(|problems| problems::stop(&problems, "nothing is connected"))
}
