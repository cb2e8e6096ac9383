//! The proxies: ours, and those that it is held against.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::{ServerProcess, myself, pinned};
use crate::{ours, relays};

/// A proxy by the name that the tables have for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contender {
    /// Ours: the name and the way that a message takes.
    Ours(&'static str, &'static str),
    /// One that this program has.
    Own(&'static str),
    Nginx,
    Mitmproxy,
}

pub(crate) const SPLICED: Contender = Contender::Ours("spliced, no metrics", "spliced");
pub(crate) const TAPPED: Contender = Contender::Ours("spliced", "tapped");
pub(crate) const INSPECTED: Contender = Contender::Ours("inspected", "inspected");
pub(crate) const TRANSFORMED: Contender = Contender::Ours("transformed", "transformed");
pub(crate) const RECORDED: Contender = Contender::Ours("recorded", "recorded");
pub(crate) const TUNNEL: Contender = Contender::Own("tunnel");
pub(crate) const RELAY: Contender = Contender::Own("relay");
pub(crate) const WRITER: Contender = Contender::Own("relay that writes");

/// All that are installed here.
pub(crate) fn all(with_mitmproxy: bool) -> Vec<Contender> {
    let mut all = vec![SPLICED, TAPPED, INSPECTED, TRANSFORMED, RECORDED, TUNNEL, RELAY, WRITER];
    for (is_here, contender) in [
        (Path::new(NGINX).exists(), Contender::Nginx),
        (with_mitmproxy && Path::new(MITMDUMP).exists(), Contender::Mitmproxy),
    ] {
        match is_here {
            true => all.push(contender),
            false => println!("(skipped: {})", contender.name()),
        }
    }
    all
}

/// The program that a child of this one is.
pub(crate) async fn serve(name: &str, upstream: u16) {
    match name {
        "tunnel" => relays::tunnel(upstream).await,
        "relay" => relays::relay(upstream, false).await,
        "relay that writes" => relays::relay(upstream, true).await,
        way => ours::serve(way, upstream).await,
    }
}

const NGINX: &str = "/usr/sbin/nginx";
const MITMDUMP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/.venv/bin/mitmdump");

/// A proxy that runs, with the folder that it works in.
pub(crate) struct Running {
    pub(crate) process: ServerProcess,
    _folder: TempDir,
}

impl Contender {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours(name, _) | Self::Own(name) => name,
            Self::Nginx => "nginx",
            Self::Mitmproxy => "mitmproxy",
        }
    }

    pub(crate) fn start(self, upstream: u16) -> Running {
        let folder = tempfile::tempdir().expect("a folder");
        let to = upstream.to_string();
        let process = match self {
            Self::Ours(_, name) | Self::Own(name) => ServerProcess::announced(myself(&[name, &to])),
            Self::Nginx => listening(|port| {
                let file = folder.path().join("nginx.conf");
                std::fs::write(&file, nginx_conf(folder.path(), port, upstream)).expect("it is writable");
                let mut command = pinned(NGINX, 0);
                command.arg("-c").arg(&file).arg("-p").arg(folder.path());
                command
            }),
            Self::Mitmproxy => listening(|port| {
                let mut command = pinned(MITMDUMP, 0);
                command.args(["--quiet", "--listen-host", "127.0.0.1", "--listen-port", &port.to_string()]);
                command.args(["--mode", &format!("reverse:http://127.0.0.1:{upstream}")]);
                command.arg("--set").arg(format!("confdir={}", folder.path().display()));
                command
            }),
        };
        Running { process, _folder: folder }
    }
}

/// Starts a program that is told its port, and waits until it listens there.
fn listening(command: impl Fn(u16) -> Command) -> ServerProcess {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);
    let quiet = |command: &mut Command| -> Child {
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
    };
    let child = quiet(&mut command(port));
    let patience = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < patience, "nobody listens on {port}");
        std::thread::sleep(Duration::from_millis(20));
    }
    ServerProcess::new(child, port)
}

fn nginx_conf(folder: &Path, port: u16, upstream: u16) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("  {kind}_temp_path {folder}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log crit;\n\
         events {{ worker_connections 40000; }}\nhttp {{\n  access_log off;\n{temporary}  server {{\n    \
         listen 127.0.0.1:{port};\n    location / {{\n      proxy_pass http://127.0.0.1:{upstream};\n      \
         proxy_http_version 1.1;\n      proxy_set_header Upgrade $http_upgrade;\n      \
         proxy_set_header Connection upgrade;\n      proxy_read_timeout 600s;\n    }}\n  }}\n}}\n"
    )
}
