//! Building a line's message and sending it.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Cx, Fact, Message};
use mockforge_ws_diagnostic::encoding;
use mockforge_ws_template::Scope;

use super::{Player, Taken};
use crate::script::{Assignment, Payload};

impl Player {
    /// Sends the message of a line that is due at that script time; whether it could be built.
    pub(super) fn send(
        &mut self,
        payload: &Payload,
        line: u32,
        time: u64,
        taken: Option<&Taken>,
        cx: &mut Cx<'_>,
    ) -> bool {
        match self.build(payload, time, taken, cx) {
            Some(Ok(message)) => {
                cx.send(message);
                true
            }
            Some(Err(reason)) => {
                cx.note(Fact::Unsendable { step: self.script.step(line), reason });
                false
            }
            None => false,
        }
    }

    /// Sets the variables of a line that is due at that script time. What cannot be rendered is not set.
    pub(super) fn assign(&mut self, set: &[Assignment], line: u32, time: u64, cx: &mut Cx<'_>) {
        let taken = self.last.as_ref().filter(|_| !set.is_empty()).map(Arc::clone);
        for Assignment { name, value } in set {
            let rendered = self.build(&Payload::Json(value.clone()), time, taken.as_deref(), cx);
            let Some(Ok(Message::Text(text))) = rendered else { continue };
            match serde_json::from_str(&text) {
                Ok(value) => drop(cx.state_mut().insert(name.to_string(), value)),
                // Only what was cut at the largest message is no JSON.
                Err(_) => {
                    let reason = format!("`{name}` is not set: its value is larger than a message may be");
                    cx.note(Fact::Unsendable { step: self.script.step(line), reason });
                }
            }
        }
    }

    /// The message of a line; `None` where it has none, and a reason where it cannot be built.
    pub(super) fn build(
        &mut self,
        payload: &Payload,
        time: u64,
        taken: Option<&Taken>,
        cx: &mut Cx<'_>,
    ) -> Option<Result<Message, String>> {
        let scope = Scope {
            message: taken.map(|taken| &taken.message),
            captures: taken.map(|taken| &taken.captures),
            ..Scope::default()
        };
        cx.schedule(Duration::from_millis(time));
        let out = &mut self.scratch;
        out.clear();
        match payload {
            Payload::None => return None,
            Payload::Ready(ready) => return Some(Ok(ready.message())),
            Payload::Json(json) => json.render(&scope, cx, out),
            Payload::Text(text) | Payload::Base64(text) | Payload::Hex(text) => {
                text.render(&scope, cx, out);
            }
        }
        let decoded = match payload {
            Payload::Base64(_) => encoding::base64(out),
            Payload::Hex(_) => encoding::hex(out),
            _ => return Some(Ok(Message::text(out.as_str()))),
        };
        Some(decoded.map(Message::binary).map_err(|problem| problem.to_string()))
    }
}
