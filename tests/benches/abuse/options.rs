//! What the program is asked to do, and how much of it.

use std::process::{Command, Stdio};

/// What to run.
pub(crate) enum Task {
    /// The rows whose names begin so; all, where there are none.
    Rows(Vec<String>),
    /// So many minutes.
    Soak(f64),
    /// Nothing but to hold connections, for the row that freezes the process that has them.
    Hold { port: u16, path: String, count: usize },
}

/// File descriptors that are needed for something else than the connections of a row.
const SPARE: usize = 500;

macro_rules! options {
    ($($(#[doc = $doc:literal])* $name:ident: $default:literal,)*) => {
        /// The counts, each of which is a flag.
        #[derive(Debug, Clone)]
        pub(crate) struct Options {
            $($(#[doc = $doc])* pub(crate) $name: usize,)*
            /// The library that moves a process's clock.
            pub(crate) libfaketime: Option<String>,
        }

        impl Default for Options {
            fn default() -> Self {
                Self { $($name: $default,)* libfaketime: None }
            }
        }

        impl Options {
            fn field(&mut self, flag: &str) -> Option<&mut usize> {
                $(if flag == stringify!($name) {
                    return Some(&mut self.$name);
                })*
                None
            }
        }

        fn usage() -> String {
            let mut out = String::from("abuse [ROW…] [--COUNT N…]\nabuse soak [MINUTES]\n\n");
            $(
                let doc = [$($doc),*].concat();
                out += &format!("  --{:<14} {:>6} {}\n", stringify!($name).replace('_', "-"), $default, doc);
            )*
            out + "  --libfaketime PATH   where the library is that the row `clock` needs"
        }
    };
}

options! {
    /// well-behaved clients
    bystanders: 24,
    /// seconds of calm before a row
    calm: 5,
    /// connections in all in the row `deaf`
    connections: 10_000,
    /// of which never read
    deaf: 1_000,
    /// clients that connect and say nothing
    silent: 2_000,
    /// connections of a process that is frozen
    frozen: 400,
    /// clients that send their handshake a byte a second
    slow: 2_000,
    /// seconds that silent and slow clients come back for
    siege: 30,
    /// clients of each kind in the rows about frames and handshakes
    few: 50,
    /// seconds that floods last
    flood: 10,
    /// pings a second
    pings: 10_000,
    /// connects a second
    churn: 2_000,
    /// seconds of that
    churn_seconds: 60,
    /// file descriptors of the server in the row `descriptors`
    nofile: 200,
}

/// Reads the arguments.
pub(crate) fn read(args: &[&str]) -> Result<(Task, Options), String> {
    let (mut options, mut names) = (Options::default(), Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let Some(flag) = arg.strip_prefix("--") else {
            names.push((*arg).to_string());
            continue;
        };
        let value = args.next().ok_or_else(usage)?;
        if flag == "libfaketime" {
            options.libfaketime = Some((*value).to_string());
            continue;
        }
        let field = options.field(&flag.replace('-', "_")).ok_or_else(usage)?;
        *field = value.parse().map_err(|_| format!("--{flag} takes a number, and got `{value}`"))?;
    }
    let words: Vec<&str> = names.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no number"));
    let task = match words.as_slice() {
        ["soak"] => Task::Soak(20.0),
        ["soak", minutes] => Task::Soak(number(minutes)?),
        ["hold", port, path, count] => Task::Hold {
            port: number(port)? as u16,
            path: (*path).to_string(),
            count: number(count)? as usize,
        },
        _ => Task::Rows(names),
    };
    Ok((task, options))
}

impl Options {
    /// Lifts the limit of open files as far as it goes, for this process and those that it starts, and cuts down
    /// what is beyond it.
    pub(crate) fn within_limits(mut self) -> Self {
        let most = raise_file_limit().saturating_sub(SPARE);
        for (name, count) in [
            ("connections", &mut self.connections),
            ("silent", &mut self.silent),
            ("slow", &mut self.slow),
            ("frozen", &mut self.frozen),
        ] {
            if *count > most {
                println!(
                    "(--{name} is cut from {count} to {most}: this system lets a process open no more files)"
                );
                *count = most;
            }
        }
        self.deaf = self.deaf.min(self.connections);
        self
    }
}

/// The limit afterwards.
fn raise_file_limit() -> usize {
    let me = std::process::id().to_string();
    let limit = |column: usize| {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.to_string();
        line.split_whitespace().nth(column)?.parse::<usize>().ok()
    };
    if let Some(hard) = limit(1) {
        let most = format!("--nofile={hard}:{hard}");
        let _ = Command::new("prlimit").args(["--pid", &me, &most]).stderr(Stdio::null()).status();
    }
    limit(0).unwrap_or(1024)
}
