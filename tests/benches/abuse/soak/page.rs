//! The page that Prometheus scrapes.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::runtime;

/// A port that was free a moment ago.
pub(super) async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

/// The page as it is; empty where it can't be had.
pub(super) fn scrape(port: u16) -> String {
    let scraping = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut page = String::new();
        stream.read_to_string(&mut page).await?;
        std::io::Result::Ok(page)
    };
    runtime().block_on(scraping).unwrap_or_default()
}

/// The sum of a metric over its labels.
pub(super) fn sum(page: &str, name: &str) -> f64 {
    let of = |line: &str| {
        let rest = line.strip_prefix(name)?;
        let value = rest.starts_with([' ', '{']).then(|| rest.rsplit(' ').next())??;
        value.parse::<f64>().ok()
    };
    page.lines().filter_map(of).sum()
}
