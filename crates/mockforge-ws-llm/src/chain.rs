//! Executors of llm-chain as models.

use std::fmt;
use std::sync::Arc;

use futures_util::future::Either;
use futures_util::{StreamExt as _, TryStreamExt as _, future, stream};
use llm_chain::options::{Opt, Options, OptionsBuilder};
use llm_chain::output::{Output, StreamSegment};
use llm_chain::prompt::{ChatMessageCollection, Prompt};
use llm_chain::traits::{Executor, ExecutorError};
use mockforge_ws_ai::{Generation, Llm, LlmError, LlmErrorKind, Piece, Request, Role};

/// Any executor of llm-chain 0.13 as an [`Llm`].
///
/// It is given the conversation, the temperature and the most tokens; llm-chain has no words for a schema or a
/// seed, and does not tell what an answer took. Keys, retries and timeouts are the executor's own business, and
/// so is what its errors say.
///
/// ```no_run
/// use llm_chain::traits::Executor;
/// use mockforge_ws_llm::ChainLlm;
///
/// # fn run<E: Executor + Send + Sync + 'static>() -> Result<(), llm_chain::traits::ExecutorCreationError> {
/// let model = ChainLlm::new(E::new()?).named("llm-chain/mine");
/// # Ok(())
/// # }
/// ```
pub struct ChainLlm<E> {
    executor: Arc<E>,
    name: String,
}

impl<E> ChainLlm<E> {
    /// Takes the executor as it is, with the options it was made with.
    pub fn new(executor: E) -> Self {
        Self { executor: Arc::new(executor), name: "llm-chain/executor".into() }
    }

    /// The same under another [`name`](Llm::name), by provider and model.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }
}

impl<E> fmt::Debug for ChainLlm<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainLlm").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<E: Executor + Send + Sync + 'static> Llm for ChainLlm<E> {
    fn name(&self) -> &str {
        &self.name
    }

    fn generate(&self, request: Request) -> Generation {
        let executor = Arc::clone(&self.executor);
        let name = self.name.clone();
        let answer = async move {
            let failed = |error: &ExecutorError| failed(&name, error);
            let output = executor.execute(&options(&request), &prompt(&request)).await;
            let pieces = match output.map_err(|error| failed(&error))? {
                Output::Immediate(whole) => {
                    let text = whole.primary_textual_output().unwrap_or_default();
                    Either::Left(stream::iter([Ok(Piece::Text(text))]))
                }
                Output::Stream(segments) => {
                    let name = name.clone();
                    Either::Right(segments.filter_map(move |segment| {
                        future::ready(match segment {
                            StreamSegment::Content(text) => Some(Ok(Piece::Text(text))),
                            StreamSegment::Err(error) => Some(Err(self::failed(&name, &error))),
                            StreamSegment::Role(_) => None,
                        })
                    }))
                }
            };
            Ok(pieces.try_filter(|piece| future::ready(*piece != Piece::Text(String::new()))))
        };
        Box::pin(ending_with_an_error(stream::once(answer).try_flatten()))
    }
}

/// An executor's stream may go on after an error; an answer does not.
fn ending_with_an_error(
    pieces: impl stream::Stream<Item = Result<Piece, LlmError>>,
) -> impl stream::Stream<Item = Result<Piece, LlmError>> {
    pieces.scan(false, |over, piece| {
        let was_over = std::mem::replace(over, piece.is_err());
        future::ready((!was_over).then_some(piece))
    })
}

fn options(request: &Request) -> Options {
    let mut options = OptionsBuilder::new();
    options.add_option(Opt::Stream(true));
    if let Some(temperature) = request.temperature {
        options.add_option(Opt::Temperature(temperature as f32));
    }
    if let Some(tokens) = request.max_tokens {
        options.add_option(Opt::MaxTokens(tokens as usize));
    }
    options.build()
}

fn prompt(request: &Request) -> Prompt {
    let chat = match request.system.as_str() {
        "" => ChatMessageCollection::new(),
        system => ChatMessageCollection::new().with_system(system.to_string()),
    };
    let chat = request.turns.iter().fold(chat, |chat, turn| match turn.role {
        Role::User => chat.with_user(turn.text.clone()),
        Role::Assistant => chat.with_assistant(turn.text.clone()),
    });
    Prompt::Chat(chat)
}

fn failed(name: &str, error: &ExecutorError) -> LlmError {
    let kind = match error {
        ExecutorError::InnerError(_) => LlmErrorKind::Server,
        ExecutorError::InvalidOptions | ExecutorError::PromptTokens(_) | ExecutorError::ContextTooSmall => {
            LlmErrorKind::Refused
        }
    };
    LlmError::new(kind, format!("`{name}`: {error}"))
}
