//! The check of the `Host` header that keeps a web page from reaching a mock on loopback through a name of
//! its own (DNS rebinding).

use std::net::IpAddr;

/// Whether a request for `host` may reach a server on loopback: by a loopback address, by `localhost` or a
/// name below it, or by a name that the user has allowed.
pub(crate) fn is_local(host: &str, allowed: &[String]) -> bool {
    let name = without_port(host).to_ascii_lowercase();
    let name = name.trim_end_matches('.');
    name == "localhost"
        || name.ends_with(".localhost")
        || name.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        || allowed.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_local_and_allowed_names_pass() {
        for host in [
            "localhost",
            "localhost:3001",
            "127.0.0.1:3001",
            "127.8.9.1",
            "[::1]:80",
            "[::1]",
            "a.LOCALHOST:1",
        ] {
            assert!(is_local(host, &[]), "{host}");
        }
        for host in ["evil.example", "evil.example:3001", "localhost.evil.example", "10.0.0.1", "", "[::2]:1"]
        {
            assert!(!is_local(host, &[]), "{host}");
        }
        assert!(is_local("Mock.Internal:3001", &["mock.internal".into()]));
        assert!(is_local("anything", &["*".into()]));
    }
}
