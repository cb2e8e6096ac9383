//! Executors of llm-chain behind the trait.

use std::sync::Mutex;

use async_trait::async_trait;
use llm_chain::options::{Opt, OptDiscriminants, Options};
use llm_chain::output::{Output, StreamSegment};
use llm_chain::prompt::{ChatRole, Data, Prompt};
use llm_chain::tokens::{PromptTokensError, TokenCollection, TokenCount, Tokenizer, TokenizerError};
use llm_chain::traits::{Executor, ExecutorCreationError, ExecutorError};
use mockforge_ws_ai::{Llm as _, LlmErrorKind};
use mockforge_ws_llm::ChainLlm;

use crate::{everything, little, say};

/// Says its part, and the prompt and the options that it was given after it.
struct Actor(Mutex<Option<Part>>);

enum Part {
    Whole,
    Streamed(Vec<StreamSegment>),
    Failed,
}

impl Actor {
    fn playing(part: Part) -> ChainLlm<Self> {
        ChainLlm::new(Self(Mutex::new(Some(part)))).named("llm-chain/actor")
    }
}

struct NoTokens;

impl Tokenizer for NoTokens {
    fn tokenize_str(&self, _: &str) -> Result<TokenCollection, TokenizerError> {
        Err(TokenizerError::TokenizationError)
    }

    fn to_string(&self, _: TokenCollection) -> Result<String, TokenizerError> {
        Err(TokenizerError::ToStringError)
    }
}

#[async_trait]
impl Executor for Actor {
    type StepTokenizer<'a> = NoTokens;

    fn new_with_options(_: Options) -> Result<Self, ExecutorCreationError> {
        Ok(Self(Mutex::default()))
    }

    async fn execute(&self, options: &Options, prompt: &Prompt) -> Result<Output, ExecutorError> {
        let part = self.0.lock().unwrap().take();
        match part.expect("it plays once") {
            Part::Whole => {
                let temperature = options.get(OptDiscriminants::Temperature);
                let tokens = options.get(OptDiscriminants::MaxTokens);
                assert!(matches!(temperature, Some(Opt::Temperature(0.5))), "{temperature:?}");
                assert!(matches!(tokens, Some(Opt::MaxTokens(64))), "{tokens:?}");
                Ok(Output::new_immediate(Data::text(prompt.to_string())))
            }
            Part::Streamed(segments) => Ok(Output::from_stream(futures_util::stream::iter(segments))),
            Part::Failed => Err(ExecutorError::ContextTooSmall),
        }
    }

    fn tokens_used(&self, _: &Options, _: &Prompt) -> Result<TokenCount, PromptTokensError> {
        Err(PromptTokensError::NotAvailable)
    }

    fn max_tokens_allowed(&self, _: &Options) -> i32 {
        0
    }

    fn answer_prefix(&self, _: &Prompt) -> Option<String> {
        None
    }

    fn get_tokenizer(&self, _: &Options) -> Result<NoTokens, TokenizerError> {
        Ok(NoTokens)
    }
}

#[tokio::test]
async fn an_executor_hears_the_conversation() {
    let llm = Actor::playing(Part::Whole);
    assert_eq!(llm.name(), "llm-chain/actor");
    let said = say(&llm, everything()).await;
    assert_eq!(said.text, "System: You are an exchange.\nUser: A trade.\nAssistant: {}\nUser: Another.\n");
    assert_eq!((said.usage, said.error), (None, None));
}

#[tokio::test]
async fn an_executors_stream_is_read_up_to_its_first_error() {
    let content = |text: &str| StreamSegment::Content(text.into());
    let segments = vec![StreamSegment::Role(ChatRole::Assistant), content("a"), content(""), content("b")];
    let said = say(&Actor::playing(Part::Streamed(segments)), little()).await;
    assert_eq!((said.text.as_str(), said.error), ("ab", None));

    let segments =
        vec![content("a"), StreamSegment::Err(ExecutorError::InnerError("away".into())), content("b")];
    let said = say(&Actor::playing(Part::Streamed(segments)), little()).await;
    let error = said.error.expect("an error");
    assert_eq!((said.text.as_str(), error.kind), ("a", LlmErrorKind::Server));
    assert_eq!(error.message, "`llm-chain/actor`: Unable to run model: away");
}

#[tokio::test]
async fn an_executor_may_fail() {
    let error = say(&Actor::playing(Part::Failed), little()).await.error.expect("an error");
    assert_eq!(error.kind, LlmErrorKind::Refused);
}
