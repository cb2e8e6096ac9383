//! Puts flags, environment and files together.

use mockforge_ws_core::faults::FaultConfig;
use mockforge_ws_core::latency::LatencyProfile;
use mockforge_ws_core::{Stack, echo::Echo};
use mockforge_ws_server::{Route, Routes};

use crate::config::Parts;
use crate::{Config, Environment, Flags, Origin, Problems, Setting, Sources};

pub(crate) fn load(flags: &Flags, environment: &Environment) -> Result<Config, Problems> {
    let port = match (flags.port, environment.var("MOCKFORGE_WS_PORT").and_then(|text| text.parse().ok())) {
        (Some(value), _) => Setting { value, origin: Origin::Flag("--ws-port") },
        (None, Some(value)) => Setting { value, origin: Origin::Env("MOCKFORGE_WS_PORT") },
        (None, None) => Setting::default(3001),
    };
    let route = Route::new("/ws", Stack::new(Echo::default())).about("echo");
    Ok(Config {
        host: Setting::default("localhost".into()),
        port,
        path: Setting::default("/ws".into()),
        max_connections: Setting::default(10_000),
        max_message_size: Setting::default(4 << 20),
        heartbeat: Setting::default(None),
        connection_timeout: Setting::default(None),
        seed: Setting::default(None),
        now: Setting::default(None),
        latency: Setting::default(LatencyProfile::none()),
        faults: Setting::default(FaultConfig::default()),
        allow_hosts: Setting::default(Vec::new()),
        expand: Setting::default(true),
        watch: Setting::default(flags.watch),
        journal: Setting::default(flags.journal.clone()),
        parts: Parts {
            flags: flags.clone(),
            environment: environment.clone(),
            routes: Routes::new([route]).unwrap_or_default(),
            files: Vec::new(),
            warnings: Vec::new(),
            sources: Sources::default(),
        },
    })
}
