//! The binary as its users meet it: command lines in, output and exit codes out, real sockets in between.

mod cmd;
mod connect;
mod process;
mod serve;
mod transcript;
