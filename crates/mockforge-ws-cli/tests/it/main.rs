//! The binary as its users meet it: command lines in, output and exit codes out, real sockets in between.

mod cmd;
mod connect;
mod har;
mod process;
// Signals and a shell.
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod transcript;
