//! Abuse of a running `mockforge serve`: what hostile and clumsy clients get, and what the others notice.
//!
//! `cargo xtask bench abuse` runs every row of the table, `-- deaf churn` those whose names begin so, and
//! `-- soak 20` a server of all modes for that many minutes under connections that come and go. Each row has a
//! server of its own with the usual limits, and well-behaved clients that exchange messages with it the whole
//! time. The rules of a verdict are in `verdict.rs`; a row or a soak that breaks one makes the exit code 1.
//! `-- --help` lists the counts that can be changed.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures time, reads the process table and prints"
)]

mod bystanders;
mod client;
#[path = "../wire/header.rs"]
mod header;
mod http2;
mod options;
mod row;
mod rows;
mod server;
mod soak;
mod tally;
mod verdict;
mod vitals;

use std::process::ExitCode;

use options::{Options, Task};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // `cargo test --benches` only wants to know that it starts.
    if args.contains(&"--test") {
        return ExitCode::SUCCESS;
    }
    let (task, options) = match options::read(&args) {
        Ok(read) => read,
        Err(usage) => {
            println!("{usage}");
            return ExitCode::from(2);
        }
    };
    let options = options.within_limits();
    let kept = match task {
        Task::Hold { port, path, count } => {
            rows::hold(port, &path, count);
            true
        }
        Task::Rows(names) => run_rows(&names, &options),
        Task::Soak(minutes) => soak::run(minutes, &options),
    };
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_rows(names: &[String], options: &Options) -> bool {
    let wanted = |row: &&row::Row| names.is_empty() || names.iter().any(|name| row.name.starts_with(&**name));
    let rows: Vec<_> = rows::ALL.iter().filter(wanted).collect();
    if rows.is_empty() {
        let known: Vec<_> = rows::ALL.iter().map(|row| row.name).collect();
        println!("no row is called so; there are: {}", known.join(", "));
        return false;
    }
    server::build();
    let reports: Vec<_> = rows.into_iter().filter_map(|row| row::run(row, options)).collect();
    println!("\n{}", verdict::table(&reports));
    reports.iter().all(verdict::Report::is_kept)
}
