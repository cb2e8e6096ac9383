//! The seam to language models: what is asked of one, and what comes back piece by piece.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use serde_json::Value;

/// A language model, or something that acts as one.
///
/// ```
/// use futures_util::{StreamExt, stream};
/// use mockforge_ws_ai::{Generation, Llm, LlmError, LlmErrorKind, Piece, Request, Turn, Usage};
///
/// /// Says again what it was told, a word at a time.
/// #[derive(Debug)]
/// struct Parrot;
///
/// impl Llm for Parrot {
///     fn name(&self) -> &str {
///         "toy/parrot"
///     }
///
///     fn generate(&self, request: Request) -> Generation {
///         let Some(turn) = request.turns.last() else {
///             let silence = LlmError::new(LlmErrorKind::Refused, "a parrot needs to hear something");
///             return Box::pin(stream::iter([Err(silence)]));
///         };
///         let words: Vec<_> = turn.text.split_inclusive(' ').map(str::to_string).collect();
///         let usage = Usage { input_tokens: words.len() as u64, output_tokens: words.len() as u64 };
///         let pieces = words.into_iter().map(Piece::Text).chain([Piece::Usage(usage)]);
///         Box::pin(stream::iter(pieces.map(Ok).collect::<Vec<_>>()))
///     }
/// }
///
/// # futures_util::FutureExt::now_or_never(async {
/// let request = Request { turns: vec![Turn::user("pieces of eight")], ..Request::default() };
/// let first = Parrot.generate(request).next().await.unwrap();
/// assert_eq!(first, Ok(Piece::Text("pieces ".into())));
/// # }).unwrap();
/// ```
pub trait Llm: Send + Sync + fmt::Debug {
    /// What is asked, by provider and model: `openai/gpt-4o-mini`.
    fn name(&self) -> &str;

    /// Begins to generate. Nothing is sent before the stream is polled; dropping the stream ends the request,
    /// so that no tokens are made for nobody.
    fn generate(&self, request: Request) -> Generation;
}

/// What a model says, as it says it. Ends after the last piece, or with the first error.
pub type Generation = Pin<Box<dyn Stream<Item = Result<Piece, LlmError>> + Send>>;

/// What is asked of a model. What a provider has no word for, it is not asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// What the model is to be, apart from the conversation. Empty says nothing.
    pub system: String,
    /// The conversation; the last turn is the one that is answered.
    pub turns: Vec<Turn>,
    /// The JSON Schema of the whole answer, enforced by the provider where it can. An object at the root is
    /// what every provider takes; OpenAI makes each property required and allows no others.
    pub schema: Option<Arc<Value>>,
    /// How freely it chooses its words, from 0; the provider's own default where nothing is said.
    pub temperature: Option<f64>,
    /// The most tokens that it may answer with.
    pub max_tokens: Option<u32>,
    /// The same seed makes the same answer likelier. No provider promises that it is the same.
    pub seed: Option<u64>,
}

/// What one of the two said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
}

impl Turn {
    /// Said to the model.
    pub fn user(text: impl Into<String>) -> Self {
        Self { role: Role::User, text: text.into() }
    }

    /// Said by the model.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self { role: Role::Assistant, text: text.into() }
    }
}

/// The two of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Who asks.
    User,
    /// The model.
    Assistant,
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The next of the text, cut anywhere between two characters. Never empty.
    Text(String),
    /// What the answer took, where the provider tells; after the text, and once.
    Usage(Usage),
}

/// Tokens as the provider counts (and bills) them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// What it read, cached or not.
    pub input_tokens: u64,
    /// What it wrote, its unseen thoughts included.
    pub output_tokens: u64,
}

impl Usage {
    /// Read and written.
    pub fn total(self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
        }
    }

    /// This without the other.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_sub(other.input_tokens),
            output_tokens: self.output_tokens.saturating_sub(other.output_tokens),
        }
    }
}

/// Why there is no answer, or no more of it.
///
/// Shown as the message, with the hint in parentheses. Neither holds a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlmError {
    /// What to expect of trying again.
    pub kind: LlmErrorKind,
    /// What went wrong, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl LlmError {
    /// An error without a hint.
    pub fn new(kind: LlmErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for LlmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for LlmError {}

/// The kinds of [`LlmError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LlmErrorKind {
    /// The provider wants a key and none is there.
    NoKey,
    /// The provider does not accept the key.
    BadKey,
    /// No model is named, or the provider has none of this name.
    NoModel,
    /// The provider was not reached, or its address is none.
    NoNetwork,
    /// The provider was silent for too long.
    Timeout,
    /// Too many requests or tokens for the account, or nothing left on it.
    RateLimited,
    /// The request is not acceptable, or the model would not answer it. Asking the same again does not help.
    Refused,
    /// The provider failed.
    Server,
    /// What came is no answer, or broke off.
    Protocol,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_shown_with_its_hint() {
        let error = LlmError::new(LlmErrorKind::NoKey, "`openai` needs a key");
        assert_eq!(error.to_string(), "`openai` needs a key");
        assert_eq!(error.hint("set KEY").to_string(), "`openai` needs a key (set KEY)");
    }
}
