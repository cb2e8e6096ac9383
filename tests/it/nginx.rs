//! nginx in front of a server.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const NGINX: &str = "/usr/sbin/nginx";

/// nginx as one process, ended when dropped.
pub(crate) struct Nginx {
    child: Child,
    pub(crate) port: u16,
    _folder: TempDir,
}

impl Nginx {
    /// Whether it is here. Says so where it is not; under `CI=true` it must be.
    pub(crate) fn is_installed() -> bool {
        let is_here = Path::new(NGINX).exists();
        if !is_here {
            let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!ci, "nginx must be installed under CI=true: .ci/prepare does it");
            println!("skipped: nginx is not installed here; .ci/prepare installs it");
        }
        is_here
    }

    /// Passes all on to a port of this machine.
    pub(crate) fn before(upstream: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("nginx.conf");
        // A port that was free may be taken by another test when nginx wants it.
        for _ in 0..20 {
            let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
            let port = free.local_addr().expect("it is bound").port();
            drop(free);
            std::fs::write(&file, configuration(folder.path(), port, upstream)).expect("it is writable");
            let mut command = Command::new(NGINX);
            command.arg("-p").arg(folder.path()).arg("-c").arg(&file).args(["-e", "stderr"]);
            let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
            let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
            // It says so once it listens; of a port that is taken it says other things, and ends.
            let mut lines = stderr.lines().map_while(Result::ok);
            if lines.any(|line| line.contains("event method")) {
                std::thread::spawn(move || lines.for_each(drop));
                return Self { child, port, _folder: folder };
            }
            child.wait().expect("it was started");
        }
        panic!("nginx found no port");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(folder: &Path, port: u16, upstream: u16) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("  {kind}_temp_path {folder}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr notice;\nevents {{}}\n\
         http {{\n  access_log off;\n{temporary}  server {{\n    listen 127.0.0.1:{port};\n    location / {{\n      \
         proxy_pass http://127.0.0.1:{upstream};\n      proxy_http_version 1.1;\n      \
         proxy_set_header Upgrade $http_upgrade;\n      proxy_set_header Connection upgrade;\n    }}\n  }}\n}}\n"
    )
}
