//! What is told on stderr, and how: words for people, or JSON lines.

use std::io::{self, Write};
use std::sync::Arc;

use mockforge_ws_config::Environment;
use mockforge_ws_observe::logs::TARGET;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::narrator::Narrator;
use crate::args::{LogFormat, Logging};
use crate::exit::Stop;

/// The variable with directives for parts of the program.
const VARIABLE: &str = "RUST_LOG";

/// Has what the program's parts log told by the narrator, and says how loud connections may be.
///
/// # Errors
/// Where the variable has no directives.
pub(super) fn start(logging: Logging, narrator: &Arc<Narrator>) -> Result<Level, Stop> {
    let lines = Lines(Arc::clone(narrator));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter(logging)?).with_writer(lines);
    // There is one subscriber of a process; a second is not made.
    let _ = match logging.log_format {
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
        LogFormat::Text => subscriber.compact().without_time().try_init(),
    };
    let levels = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN];
    Ok(levels.into_iter().find(|level| is_enabled(*level)).unwrap_or(Level::ERROR))
}

fn is_enabled(level: Level) -> bool {
    match level {
        Level::TRACE => tracing::enabled!(target: TARGET, Level::TRACE),
        Level::DEBUG => tracing::enabled!(target: TARGET, Level::DEBUG),
        Level::INFO => tracing::enabled!(target: TARGET, Level::INFO),
        _ => tracing::enabled!(target: TARGET, Level::WARN),
    }
}

/// The flag is stronger than the variable, and is about the mock alone: other parts warn.
fn filter(logging: Logging) -> Result<EnvFilter, Stop> {
    let environment = Environment::real();
    let said = environment.var(VARIABLE).unwrap_or_default();
    let level = match (logging.log_level, said.trim()) {
        (Some(level), _) => Level::from(level),
        (None, "") => Level::INFO,
        (None, _) => {
            return EnvFilter::try_new(said).map_err(|error| {
                Stop::usage(format!("{VARIABLE}: {error}"))
                    .hint("write it like `info` or `warn,mockforge_ws=debug`")
            });
        }
    };
    Ok(EnvFilter::new(format!("warn,{TARGET}={level},mockforge={level}")))
}

/// Writes through the narrator, who holds up nobody.
struct Lines(Arc<Narrator>);

/// A line that is being written.
struct Line<'n>(&'n Narrator, Vec<u8>);

impl<'n> MakeWriter<'n> for Lines {
    type Writer = Line<'n>;

    fn make_writer(&'n self) -> Self::Writer {
        Line(&self.0, Vec::new())
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.0.pass(String::from_utf8_lossy(&self.1).into_owned());
    }
}
