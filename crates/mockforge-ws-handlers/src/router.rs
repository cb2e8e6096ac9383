//! Answers by pattern.

use std::fmt;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::{HandlerResult, MessagePattern, WsContext, WsHandler, WsMessage};

/// Which text is answered with what: the first pattern that takes the text answers, and one whose answer is
/// `None` leaves it to the next.
///
/// A router is a [handler](WsHandler): what its routes answer is sent.
///
/// ```
/// use mockforge_ws_handlers::{MessagePattern, MessageRouter};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> mockforge_ws_handlers::HandlerResult<()> {
/// let mut router = MessageRouter::new();
/// router
///     .on(MessagePattern::exact("ping"), |_| Some("pong".to_string()))
///     .on_async(MessagePattern::regex("^add ")?, |text| async move {
///         let sum: i64 = text.split(' ').filter_map(|word| word.parse::<i64>().ok()).sum();
///         Ok(Some(sum.to_string()))
///     });
/// assert_eq!(router.route("ping").as_deref(), Some("pong"));
/// assert_eq!(router.answer("add 2 3").await?.as_deref(), Some("5"));
/// # Ok(()) }
/// ```
#[derive(Default)]
pub struct MessageRouter {
    routes: Vec<(MessagePattern, Answer)>,
}

enum Answer {
    Now(Box<dyn Fn(String) -> Option<String> + Send + Sync>),
    Later(Box<dyn Fn(String) -> BoxFuture<'static, HandlerResult<Option<String>>> + Send + Sync>),
}

impl MessageRouter {
    /// Without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route behind the others.
    pub fn on<F>(&mut self, pattern: MessagePattern, answer: F) -> &mut Self
    where
        F: Fn(String) -> Option<String> + Send + Sync + 'static,
    {
        self.routes.push((pattern, Answer::Now(Box::new(answer))));
        self
    }

    /// Adds a route that takes its time or may fail.
    pub fn on_async<F, Answering>(&mut self, pattern: MessagePattern, answer: F) -> &mut Self
    where
        F: Fn(String) -> Answering + Send + Sync + 'static,
        Answering: Future<Output = HandlerResult<Option<String>>> + Send + 'static,
    {
        self.routes.push((pattern, Answer::Later(Box::new(move |text| answer(text).boxed()))));
        self
    }

    /// The answer of the routes that have theirs at once; those of [`on_async`](Self::on_async) are passed
    /// over.
    pub fn route(&self, text: &str) -> Option<String> {
        self.taking(text).find_map(|answer| match answer {
            Answer::Now(answer) => answer(text.to_string()),
            Answer::Later(_) => None,
        })
    }

    /// The answer of all routes.
    ///
    /// # Errors
    /// The first of a route.
    pub async fn answer(&self, text: &str) -> HandlerResult<Option<String>> {
        for answer in self.taking(text) {
            let answer = match answer {
                Answer::Now(answer) => answer(text.to_string()),
                Answer::Later(answer) => answer(text.to_string()).await?,
            };
            if answer.is_some() {
                return Ok(answer);
            }
        }
        Ok(None)
    }

    fn taking<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'t Answer> + Send {
        self.routes.iter().filter(move |(pattern, _)| pattern.matches(text)).map(|(_, answer)| answer)
    }
}

#[async_trait]
impl WsHandler for MessageRouter {
    async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
        let WsMessage::Text(text) = msg else { return Ok(()) };
        match self.answer(&text).await? {
            Some(answer) => ctx.send_text(&answer).await,
            None => Ok(()),
        }
    }
}

impl fmt::Debug for MessageRouter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.routes.iter().map(|(pattern, _)| pattern)).finish()
    }
}
