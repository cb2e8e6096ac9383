//! `--watch` and SIGHUP: serves edited files to new connections, and keeps what works when an edit does not.

use std::sync::Arc;

use mockforge_ws_config::{Config, WatchError, Watcher, watch};
use mockforge_ws_server::Handle;
use tokio::sync::Notify;
use tracing::Level;

use super::narrator::Narrator;
use crate::exit::{Exit, Stop};
use crate::problems::{self, Tally};
use crate::terminal::{ERROR, WARNING, counted};

/// Follows a configuration's files.
pub(super) struct Reloader {
    config: Config,
    handle: Handle,
    narrator: Arc<Narrator>,
    changed: Arc<Notify>,
    /// Follows the files, where they are watched.
    watcher: Option<Watcher>,
}

impl Reloader {
    /// # Errors
    /// When the system refuses to watch.
    pub(super) fn new(config: Config, handle: Handle, narrator: Arc<Narrator>) -> Result<Self, Stop> {
        let changed = Arc::new(Notify::new());
        let failed = |error: WatchError| Stop::new(Exit::World, error.to_string());
        let watcher = config.watch.value.then(|| follow(&config, &changed)).transpose().map_err(failed)?;
        Ok(Self { config, handle, narrator, changed, watcher })
    }

    /// Asks for a reload, as a change of the files does.
    pub(super) fn trigger(&self) -> impl Fn() + use<> {
        let changed = Arc::clone(&self.changed);
        move || changed.notify_one()
    }

    /// Reloads after each change, as long as the runtime runs.
    pub(super) async fn run(mut self) {
        loop {
            self.changed.notified().await;
            let config = self.config.clone();
            // Large scripts take a while, in which connections are served.
            let reloaded = tokio::task::spawn_blocking(move || config.reload()).await;
            match reloaded {
                Ok(Ok(config)) => self.take_over(config),
                Ok(Err(problems)) => self.narrator.say(
                    Level::ERROR,
                    format!(
                        "{}{ERROR}error{ERROR:#}: {}; the last good version is still served\n",
                        problems::render(&problems.diagnostics, &problems.sources),
                        Tally::of(&problems.diagnostics),
                    ),
                ),
                // The runtime is shutting down.
                Err(_) => return,
            }
        }
    }

    fn take_over(&mut self, config: Config) {
        self.handle.reload(&config.routes());
        let mut said = problems::render(config.warnings(), config.sources());
        said +=
            &format!("reloaded; {} for new connections\n", counted(config.routes().iter().count(), "route"));
        let renewed = config.renewed_tls(&self.config);
        let is_tls_fixed = renewed.is_none() && self.config.tls != config.tls;
        if let Some(tls) = renewed {
            said += &format!("new connections are shown the certificate {}\n", tls.fingerprint());
            self.handle.renew_tls(tls);
        }
        let fixed = fixed_at_start(&self.config, &config, is_tls_fixed);
        if !fixed.is_empty() {
            let names = fixed.join(", ");
            said +=
                &format!("{WARNING}warning{WARNING:#}: changes of {names} take effect at the next start\n");
        }
        // Another set of files may be in use; the old watch ends when the new one has begun.
        if let Some(watcher) = &mut self.watcher {
            match follow(&config, &self.changed) {
                Ok(new) => *watcher = new,
                Err(error) => said += &format!("{ERROR}error{ERROR:#}: {error}\n"),
            }
        }
        self.narrator.say(Level::INFO, said);
        self.config = config;
    }
}

fn follow(config: &Config, changed: &Arc<Notify>) -> Result<Watcher, WatchError> {
    let changed = Arc::clone(changed);
    watch(config.files(), move || changed.notify_one())
}

/// The settings that differ and belong to the server as a whole, which keeps running with the old ones.
fn fixed_at_start(old: &Config, new: &Config, is_tls_fixed: bool) -> Vec<&'static str> {
    let changes = [
        ("host", old.host.value != new.host.value),
        ("port", old.port.value != new.port.value),
        ("tls", is_tls_fixed),
        ("max_connections", old.max_connections.value != new.max_connections.value),
        ("max_connections_per_ip", old.max_connections_per_ip.value != new.max_connections_per_ip.value),
        ("max_message_size", old.max_message_size.value != new.max_message_size.value),
        ("max_frame_size", old.max_frame_size.value != new.max_frame_size.value),
        ("the heartbeat", old.heartbeat.value != new.heartbeat.value),
        ("the collector", old.traces != new.traces || old.trace_messages.value != new.trace_messages.value),
        ("the port of metrics", old.metrics_port.value != new.metrics_port.value),
        ("missed_pong", old.missed_pong.value != new.missed_pong.value),
        ("connection_timeout_secs", old.connection_timeout.value != new.connection_timeout.value),
        ("write_timeout", old.write_timeout.value != new.write_timeout.value),
        ("max_connection_duration", old.max_connection_duration.value != new.max_connection_duration.value),
        ("handshake_limits", old.handshake_limits.value != new.handshake_limits.value),
        ("seed", old.seed.value != new.seed.value),
        ("now", old.now.value != new.now.value),
        ("the allowed hosts", old.allow_hosts.value != new.allow_hosts.value),
        ("journal", old.journal.value != new.journal.value),
        ("watch", old.watch.value != new.watch.value),
    ];
    changes.into_iter().filter_map(|(name, changed)| changed.then_some(name)).collect()
}
