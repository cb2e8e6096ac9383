//! The servers by their names.

use std::process::Command;

use crate::process::{ServerProcess, myself, pinned};

/// Starts `serve NAME ARGS`, or a peer of that name; `None` where the peer is not installed here.
pub(crate) fn start(name: &str, args: &[&str]) -> Option<ServerProcess> {
    let mut command = match name {
        "npm ws" => npm_ws()?,
        _ => myself(&[name]),
    };
    command.args(args);
    Some(ServerProcess::announced(command))
}

fn npm_ws() -> Option<Command> {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let installed = here.join("peers/node_modules/ws").exists()
        && Command::new("node").arg("--version").output().is_ok_and(|out| out.status.success());
    installed.then(|| {
        let mut command = pinned("node", 0);
        command.arg(here.join("peers/npm-ws.mjs"));
        command
    })
}
