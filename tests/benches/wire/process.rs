//! Server processes: started, pinned, measured through the process table, and ended.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A server in a process of its own, ended when dropped.
pub(crate) struct ServerProcess {
    child: Child,
    pub(crate) port: u16,
}

impl ServerProcess {
    /// Waits until the server has printed its port, alone on the first line.
    pub(crate) fn announced(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the server prints its port");
        let port = line.trim().parse().unwrap_or_else(|_| panic!("{command:?} printed `{line}` for a port"));
        Self::new(child, port)
    }

    /// One that listens.
    pub(crate) fn new(child: Child, port: u16) -> Self {
        Self { child, port }
    }

    /// User and system time of all threads so far, in nanoseconds.
    pub(crate) fn cpu_ns(&self) -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("the server lives");
        tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
            .filter_map(|stat| stat.split_whitespace().next()?.parse::<u64>().ok())
            .sum()
    }

    /// Resident memory, in bytes.
    pub(crate) fn resident(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the server lives");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it has memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number of kilobytes") * 1024
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This program as a server, `serve ARGS`, on CPU 0.
pub(crate) fn myself(args: &[&str]) -> Command {
    let me = std::env::current_exe().expect("the benchmark has a path");
    let mut command = pinned(me.to_str().expect("the path is text"), 0);
    command.arg("serve").args(args);
    command
}

/// A program on one CPU, where `taskset` is there.
pub(crate) fn pinned(program: &str, cpu: usize) -> Command {
    if has_taskset() {
        let mut command = Command::new("taskset");
        command.args(["-c", &cpu.to_string(), program]);
        command
    } else {
        Command::new(program)
    }
}

/// Moves this process to one CPU, so that the servers have the other for themselves.
pub(crate) fn pin_to(cpu: usize) {
    if has_taskset() && std::thread::available_parallelism().is_ok_and(|cpus| cpus.get() > cpu) {
        let me = std::process::id().to_string();
        let _ = Command::new("taskset").args(["-cp", &cpu.to_string(), &me]).stdout(Stdio::null()).status();
    } else {
        println!("(taskset is not here: servers and client share the CPUs)");
    }
}

fn has_taskset() -> bool {
    Command::new("taskset")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
