//! `mockforge config print`.

use crate::Config;

pub(crate) fn print(config: &Config) -> String {
    format!("websocket:\n  port: {}  # {}\n", config.port.value, config.port.origin)
}
