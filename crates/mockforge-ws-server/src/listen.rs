//! Where to listen: one name, one port, every address that the name stands for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// Clients that may wait to be accepted, where the system lets so many (`net.core.somaxconn`). The 128 of the
/// standard library are used up by a test that opens a few hundred connections at once: those beyond wait for a
/// second, until the system tries again.
const BACKLOG: u32 = 4096;

/// A host and a port. `localhost` stands for both loopback families, port 0 for a free one (the same in
/// both families).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// A name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Default for Listen {
    /// `localhost:3001`.
    fn default() -> Self {
        Self { host: "localhost".into(), port: 3001 }
    }
}

/// An address that could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("could not listen on {address}: {source}")]
pub struct BindError {
    /// The address, as asked for.
    pub address: String,
    /// Why.
    pub source: io::Error,
}

impl BindError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self.source.kind() {
            io::ErrorKind::AddrInUse => {
                "another process listens there; choose another port with --ws-port, or a free one with --ws-port 0"
            }
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need privileges; choose another with --ws-port"
            }
            _ => "check --host and --ws-port",
        }
    }
}

impl Listen {
    /// A free port on loopback.
    pub fn free_port() -> Self {
        Self { port: 0, ..Self::default() }
    }

    pub(crate) async fn bind(&self) -> Result<Vec<TcpListener>, BindError> {
        self.try_bind()
            .await
            .map_err(|source| BindError { address: format!("{}:{}", self.host, self.port), source })
    }

    async fn try_bind(&self) -> io::Result<Vec<TcpListener>> {
        let addresses = self.addresses().await?;
        // With port 0 the second family may find the first one's port taken; another draw is likely free.
        let mut tries = if self.port == 0 { 16 } else { 1 };
        loop {
            tries -= 1;
            match bind_all(&addresses, self.port) {
                Err(error) if tries > 0 && error.kind() == io::ErrorKind::AddrInUse => {}
                result => return result,
            }
        }
    }

    async fn addresses(&self) -> io::Result<Vec<IpAddr>> {
        if self.host.eq_ignore_ascii_case("localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        if let Ok(ip) = self.host.trim_matches(['[', ']']).parse() {
            return Ok(vec![ip]);
        }
        let mut found: Vec<_> =
            lookup_host((self.host.as_str(), 0)).await?.map(|address| address.ip()).collect();
        found.dedup();
        Ok(found)
    }
}

fn bind_one(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that is started again has its port at once. Elsewhere the option lets others take it.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Binds all of them to one port. A family that the machine lacks is passed over as long as another is there.
fn bind_all(addresses: &[IpAddr], port: u16) -> io::Result<Vec<TcpListener>> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut lacking = None;
    for address in addresses {
        let port =
            listeners.first().map_or(Ok(port), |first| first.local_addr().map(|local| local.port()))?;
        match bind_one(SocketAddr::new(*address, port)) {
            Ok(listener) => listeners.push(listener),
            Err(error) if is_lacking(&error) => lacking = Some(error),
            Err(error) => return Err(error),
        }
    }
    match lacking {
        Some(error) if listeners.is_empty() => Err(error),
        _ if listeners.is_empty() => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address")),
        _ => Ok(listeners),
    }
}

fn is_lacking(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
        || error.raw_os_error() == Some(97) // EAFNOSUPPORT on Linux
}
