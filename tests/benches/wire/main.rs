//! CPU time and memory of the server process, measured from outside, against named peers in one run.
//!
//! `cargo xtask bench wire` runs all; `-- echo`, `-- idle`, `-- replay` run one part, `-- --rounds N` sets the
//! number of interleaved rounds. The program starts itself as each server in turn (`serve NAME`), pinned to
//! one CPU with the client on the other where `taskset` is there, and reads the process's own accounting.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures time, reads the process table and prints"
)]

mod bursts;
mod client;
mod echo;
mod handshakes;
mod header;
mod idle;
mod process;
mod replay;
mod servers;
mod start;
mod table;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let ["serve", name, rest @ ..] = args.as_slice() {
        return servers::serve(name, rest);
    }
    // `cargo test --benches` only wants to know that it starts.
    if args.contains(&"--test") {
        return;
    }
    let rounds = args.iter().position(|arg| *arg == "--rounds").and_then(|at| args.get(at + 1)?.parse().ok());
    let rounds = rounds.unwrap_or(9);
    let wants =
        |part: &str| !["echo", "idle", "replay"].iter().any(|p| args.contains(p)) || args.contains(&part);
    process::pin_to(1);
    if wants("echo") {
        echo::run(rounds);
    }
    if wants("idle") {
        idle::run();
    }
    if wants("replay") {
        replay::run(rounds);
    }
}
