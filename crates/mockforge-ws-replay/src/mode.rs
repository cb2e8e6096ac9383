//! The mode that plays a script.

use mockforge_ws_core::{Accept, Hello, Mode, Opening};

use crate::Script;

/// Plays a script to every connection from its beginning.
///
/// The first of the script's subprotocols that the client offers is selected. Where it offers none of them
/// the connection is accepted without one, and the client decides whether it goes on (RFC 6455, section
/// 4.2.2): a mock that refused could not be used by a client that is careless here.
///
/// ```
/// use mockforge_ws_core::{Hello, Mode, Opening};
/// use mockforge_ws_replay::{Options, compile};
///
/// let source = "{\"mockforge\":1,\"subprotocol\":[\"chat.v2\",\"chat.v1\"]}\n{\"text\":\"hello\"}";
/// let mode = compile(source, &Options::new("chat.jsonl")).script.unwrap().mode();
/// let hello = Hello { subprotocols: vec!["chat.v1".into()], ..Hello::new("/chat") };
/// let Opening::Accept(accept) = mode.open(&hello) else { panic!("accepts everybody") };
/// assert_eq!(accept.subprotocol.as_deref(), Some("chat.v1"));
/// ```
#[derive(Debug, Clone)]
pub struct Replay {
    script: Script,
}

impl Replay {
    /// Plays this script.
    pub fn new(script: Script) -> Self {
        Self { script }
    }

    /// What is played.
    pub fn script(&self) -> &Script {
        &self.script
    }
}

impl Mode for Replay {
    fn open(&self, hello: &Hello) -> Opening {
        let offered = |name: &&String| hello.subprotocols.contains(name);
        let subprotocol = self.script.subprotocols().iter().find(offered).cloned();
        Accept { subprotocol, ..Accept::new(self.script.player()) }.into()
    }
}
