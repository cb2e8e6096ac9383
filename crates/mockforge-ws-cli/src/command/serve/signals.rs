//! The signals that a server hears: SIGINT (Ctrl-C) and SIGTERM end it, SIGHUP has it read its files again.

#[cfg(unix)]
use std::io::IsTerminal as _;

use crate::exit::{Exit, Stop};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Interrupt,
    Terminate,
    #[cfg(unix)]
    Reload,
}

#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    /// What a hang-up means: of a terminal that it is gone, and so is whoever wanted the server.
    hung_up: Signal,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn listen() -> Result<Self, Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error: std::io::Error| Stop::new(Exit::World, format!("no signals: {error}"));
        let has_terminal = std::io::stdin().is_terminal() || std::io::stderr().is_terminal();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
            hangup: signal(SignalKind::hangup()).map_err(failed)?,
            hung_up: if has_terminal { Signal::Terminate } else { Signal::Reload },
        })
    }

    /// The next one that ends the server; those before it that have it reload are passed on.
    pub(super) async fn end(&mut self, mut reload: impl FnMut()) -> Signal {
        loop {
            match self.next().await {
                Signal::Reload => reload(),
                signal => return signal,
            }
        }
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hangup.recv() => self.hung_up,
        }
    }
}

#[cfg(windows)]
pub(super) struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    terminate: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    pub(super) fn listen() -> Result<Self, Stop> {
        use tokio::signal::windows::{ctrl_c, ctrl_close};
        let failed = |error: std::io::Error| Stop::new(Exit::World, format!("no signals: {error}"));
        Ok(Self { interrupt: ctrl_c().map_err(failed)?, terminate: ctrl_close().map_err(failed)? })
    }

    /// The next one; none has the server reload.
    pub(super) async fn end(&mut self, _: impl FnMut()) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}
