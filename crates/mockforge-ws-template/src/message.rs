//! A template that renders to a whole message.

use mockforge_ws_core::{Cx, Message};
use mockforge_ws_diagnostic::{At, Problem, encoding};
use serde_json::Value;

use crate::{JsonTemplate, Options, Scope, Template};

/// A message: ready where it is the same for all, a template where it is not.
///
/// ```
/// use mockforge_ws_core::{Conn, Cx, Effects, Message};
/// use mockforge_ws_template::{MessageTemplate, Options, Scope};
/// use serde_json::json;
///
/// let options = Options::default();
/// let members = json!({ "after": "50ms", "hex": "00{{randInt 10 10}}ff" });
/// let message = MessageTemplate::read(&members, "a reply", &options).unwrap();
///
/// let (mut conn, mut effects) = (Conn::alone("/"), Effects::new());
/// let mut cx = Cx::new(&mut conn, &mut effects, std::time::Duration::ZERO);
/// assert_eq!(message.render(&Scope::default(), &mut cx), Ok(Message::binary(vec![0x00, 0x10, 0xff])));
///
/// let problems = MessageTemplate::read(&json!({ "hex": "0x00" }), "a reply", &options).unwrap_err();
/// assert_eq!(problems[0].hint.as_deref(), Some("leave the `0x` away"));
/// ```
#[derive(Debug, Clone)]
pub struct MessageTemplate(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// The message that was taken, as it came.
    Echo,
    Ready(Message),
    Text(Template),
    Json(JsonTemplate),
    Binary(Template, Decode),
}

/// Bytes from their text.
type Decode = fn(&str) -> Result<Vec<u8>, Problem>;

impl MessageTemplate {
    /// The members of an object that a message can stand in.
    pub const MEMBERS: &[&str] = &["text", "json", "base64", "hex"];

    /// The message that the scope has, as it came.
    pub fn echo() -> Self {
        Self(Kind::Echo)
    }

    /// A text message.
    ///
    /// # Errors
    /// All that is wrong with the template.
    pub fn text(text: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        let template = Template::parse(text, options)?;
        Ok(Self(match template.literal() {
            Some(literal) => Kind::Ready(Message::text(literal)),
            None => Kind::Text(template),
        }))
    }

    /// The one message among the members of an object, which may have others:
    /// [`MEMBERS`](Self::MEMBERS). `holder` says in problems what that object is.
    ///
    /// # Errors
    /// None of these or several, or what is wrong with it, with the path to it.
    pub fn read(members: &Value, holder: &str, options: &Options) -> Result<Self, Vec<Problem>> {
        let mut given = Self::MEMBERS.iter().filter_map(|kind| Some((*kind, members.get(kind)?)));
        let (Some((kind, value)), None) = (given.next(), given.next()) else {
            let problem = Problem::new(format!("{holder} has one of `text`, `json`, `base64` and `hex`"));
            return Err(vec![problem]);
        };
        let message = match (kind, value) {
            ("json", value) => Self::json(value, options),
            ("text", Value::String(text)) => Self::text(text, options),
            ("base64", Value::String(text)) => Self::binary(text, options, encoding::base64),
            ("hex", Value::String(text)) => Self::binary(text, options, encoding::hex),
            (kind, value) => {
                let found = At::root(value).kind();
                Err(vec![Problem::new(format!("`{kind}` is a text, found {found}"))])
            }
        };
        message.map_err(|problems| problems.into_iter().map(|problem| problem.under(kind)).collect())
    }

    fn json(value: &Value, options: &Options) -> Result<Self, Vec<Problem>> {
        let template = JsonTemplate::parse(value, options)?;
        Ok(Self(match template.literal() {
            Some(literal) => Kind::Ready(Message::text(literal)),
            None => Kind::Json(template),
        }))
    }

    fn binary(text: &str, options: &Options, decode: Decode) -> Result<Self, Vec<Problem>> {
        let template = Template::parse(text, options)?;
        match template.literal().map(decode) {
            Some(Ok(bytes)) => Ok(Self(Kind::Ready(Message::binary(bytes)))),
            Some(Err(problem)) => Err(vec![problem]),
            None => Ok(Self(Kind::Binary(template, decode))),
        }
    }

    /// The message for this connection and moment.
    ///
    /// # Errors
    /// Why there is none, in words: what was rendered stands for no bytes, or nothing came that could be echoed.
    pub fn render(&self, scope: &Scope<'_>, cx: &mut Cx<'_>) -> Result<Message, String> {
        let mut out = String::new();
        match &self.0 {
            Kind::Echo => {
                let message = scope.message.map(|inbound| inbound.message().clone());
                return message.ok_or_else(|| "there is no message to echo".into());
            }
            Kind::Ready(message) => return Ok(message.clone()),
            Kind::Text(template) | Kind::Binary(template, _) => template.render(scope, cx, &mut out),
            Kind::Json(template) => template.render(scope, cx, &mut out),
        }
        match &self.0 {
            Kind::Binary(_, decode) => {
                decode(&out).map(Message::binary).map_err(|problem| problem.to_string())
            }
            _ => Ok(Message::text(out)),
        }
    }
}
