//! What a reply sends: ready where it is the same for all, a template where it is not.

use mockforge_ws_core::{Cx, Message};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::encoding;
use mockforge_ws_template::{JsonTemplate, Options, Scope, Template};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(crate) enum Payload {
    /// The message that is answered, as it came.
    Echo,
    Ready(Message),
    Text(Template),
    Json(JsonTemplate),
    Base64(Template),
    Hex(Template),
}

type Decode = fn(&str) -> Result<Vec<u8>, Problem>;

impl Payload {
    pub(crate) fn text(text: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        let template = Template::parse(text, options)?;
        Ok(match template.literal() {
            Some(literal) => Self::Ready(Message::text(literal)),
            None => Self::Text(template),
        })
    }

    pub(crate) fn json(value: &Value, options: &Options) -> Result<Self, Vec<Problem>> {
        let template = JsonTemplate::parse(value, options)?;
        Ok(match template.literal() {
            Some(literal) => Self::Ready(Message::text(literal)),
            None => Self::Json(template),
        })
    }

    pub(crate) fn base64(text: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        Self::binary(text, options, encoding::base64, Self::Base64)
    }

    pub(crate) fn hex(text: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        Self::binary(text, options, encoding::hex, Self::Hex)
    }

    fn binary(
        text: &str,
        options: &Options,
        decode: Decode,
        templated: fn(Template) -> Self,
    ) -> Result<Self, Vec<Problem>> {
        let template = Template::parse(text, options)?;
        match template.literal().map(decode) {
            Some(Ok(bytes)) => Ok(Self::Ready(Message::binary(bytes))),
            Some(Err(problem)) => Err(vec![problem]),
            None => Ok(templated(template)),
        }
    }

    /// The message for this connection and moment, or why there is none.
    pub(crate) fn message(&self, scope: &Scope<'_>, cx: &mut Cx<'_>) -> Result<Message, String> {
        let mut out = String::new();
        let decode: Decode = match self {
            Self::Ready(message) => return Ok(message.clone()),
            Self::Echo => {
                let message = scope.message.map(|inbound| inbound.message().clone());
                return message.ok_or_else(|| "there is no message to echo".into());
            }
            Self::Text(template) => {
                template.render(scope, cx, &mut out);
                return Ok(Message::text(out));
            }
            Self::Json(template) => {
                template.render(scope, cx, &mut out);
                return Ok(Message::text(out));
            }
            Self::Base64(template) => {
                template.render(scope, cx, &mut out);
                encoding::base64
            }
            Self::Hex(template) => {
                template.render(scope, cx, &mut out);
                encoding::hex
            }
        };
        decode(&out).map(Message::binary).map_err(|problem| problem.to_string())
    }
}
