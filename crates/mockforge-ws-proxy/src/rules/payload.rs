//! A message to send: ready where it is the same for all, a template where it is not.

use mockforge_ws_core::{Cx, Message};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::encoding;
use mockforge_ws_template::{JsonTemplate, Options, Scope, Template};
use serde_json::Value;

#[derive(Debug)]
pub(super) enum Payload {
    /// The message that was taken, as it came.
    Echo,
    Ready(Message),
    Text(Template),
    Json(JsonTemplate),
    Binary(Template, Decode),
}

/// Bytes from their text.
pub(super) type Decode = fn(&str) -> Result<Vec<u8>, Problem>;

impl Payload {
    pub(super) fn text(text: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        let template = Template::parse(text, options)?;
        Ok(match template.literal() {
            Some(literal) => Self::Ready(Message::text(literal)),
            None => Self::Text(template),
        })
    }

    pub(super) fn json(value: &Value, options: &Options) -> Result<Self, Vec<Problem>> {
        let template = JsonTemplate::parse(value, options)?;
        Ok(match template.literal() {
            Some(literal) => Self::Ready(Message::text(literal)),
            None => Self::Json(template),
        })
    }

    pub(super) fn base64(text: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        Self::binary(text, options, encoding::base64)
    }

    pub(super) fn hex(text: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        Self::binary(text, options, encoding::hex)
    }

    fn binary(text: &str, options: &Options, decode: Decode) -> Result<Self, Vec<Problem>> {
        let template = Template::parse(text, options)?;
        match template.literal().map(decode) {
            Some(Ok(bytes)) => Ok(Self::Ready(Message::binary(bytes))),
            Some(Err(problem)) => Err(vec![problem]),
            None => Ok(Self::Binary(template, decode)),
        }
    }

    /// The message for this connection and moment, or why there is none.
    pub(super) fn message(&self, scope: &Scope<'_>, cx: &mut Cx<'_>) -> Result<Message, String> {
        let mut out = String::new();
        match self {
            Self::Echo => {
                let message = scope.message.map(|inbound| inbound.message().clone());
                return message.ok_or_else(|| "there is no message to echo".into());
            }
            Self::Ready(message) => return Ok(message.clone()),
            Self::Text(template) | Self::Binary(template, _) => template.render(scope, cx, &mut out),
            Self::Json(template) => template.render(scope, cx, &mut out),
        }
        match self {
            Self::Binary(_, decode) => {
                decode(&out).map(Message::binary).map_err(|problem| problem.to_string())
            }
            _ => Ok(Message::text(out)),
        }
    }
}
