//! The mode of [`router`](crate::router): what the environment says at the moment a connection opens.

use std::path::Path;

use mockforge_ws_config::{Environment, script};
use mockforge_ws_core::{Cx, Event, Hello, Mode, Opening, Status, close, echo::Echo};

/// Plays the script that `MOCKFORGE_WS_REPLAY_FILE` names, read and compiled anew for each connection; echoes
/// where the variable is not set. What is wrong with the script is a fact, and closes with 1011.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct EnvironmentMode;

impl Mode for EnvironmentMode {
    fn open(&self, hello: &Hello) -> Opening {
        let environment = Environment::real();
        let Some(file) = environment.var("MOCKFORGE_WS_REPLAY_FILE").filter(|file| !file.is_empty()) else {
            return Echo::default().open(hello);
        };
        match script(Path::new(file), &environment) {
            Ok(script) => script.mode().open(hello),
            Err(problems) => {
                let reason = problems.to_string();
                Opening::accept(move |event: Event, cx: &mut Cx<'_>| {
                    if let Event::Opened = event {
                        let frame = close::frame(1011, "the replay file can't be played");
                        cx.fail(Status::HandlerError, reason.clone(), frame);
                    }
                })
            }
        }
    }
}
