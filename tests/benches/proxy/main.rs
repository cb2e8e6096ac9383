//! CPU time and memory of proxies, measured from outside, against named peers in one run.
//!
//! `cargo xtask bench proxy` runs all; `-- load` and `-- idle` run one part, `-- --rounds N` sets the number of
//! interleaved rounds, `-- --with-mitmproxy` takes mitmproxy in, which takes minutes, and `-- --only A,B` keeps
//! those whose names begin like this. The program starts itself as each proxy in turn (`serve NAME PORT`), on one
//! CPU, with the clients and the server that is proxied to on the other.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark measures time, reads the process table, looks for free ports and prints"
)]

#[path = "../wire/client.rs"]
mod client;
mod contenders;
#[path = "../wire/header.rs"]
mod header;
mod idle;
mod limits;
mod load;
mod ours;
#[path = "../wire/process.rs"]
mod process;
mod relays;
#[path = "../wire/table.rs"]
mod table;
mod upstream;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let ["serve", name, port] = args.as_slice() {
        let upstream = port.parse().expect("a port");
        return client::runtime().block_on(contenders::serve(name, upstream));
    }
    // `cargo test --benches` only wants to know that it starts.
    if args.contains(&"--test") {
        return;
    }
    let value = |flag: &str| args.iter().position(|arg| *arg == flag).and_then(|at| args.get(at + 1));
    let rounds = value("--rounds").and_then(|rounds| rounds.parse().ok()).unwrap_or(9);
    let only: Vec<&str> = value("--only").map(|only| only.split(',').collect()).unwrap_or_default();
    let contenders: Vec<_> = contenders::all(args.contains(&"--with-mitmproxy"))
        .into_iter()
        .filter(|contender| only.is_empty() || only.iter().any(|name| contender.name().starts_with(name)))
        .collect();
    let wants = |part: &str| !["load", "idle"].iter().any(|p| args.contains(p)) || args.contains(&part);
    process::pin_to(1);
    let runtime = client::runtime();
    let upstream = runtime.block_on(upstream::start());
    if wants("load") {
        load::run(&runtime, upstream, &contenders, rounds);
    }
    if wants("idle") {
        idle::run(&runtime, upstream, &contenders);
    }
}
