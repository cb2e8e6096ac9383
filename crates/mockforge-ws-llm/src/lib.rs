//! Clients for language models behind one trait.
//!
//! A [`Client`] is an [`Llm`](mockforge_ws_ai::Llm): it asks OpenAI or anything compatible with it, Anthropic,
//! Gemini or Ollama, and gives their answer piece by piece as it comes. It asks again when the provider is busy
//! or away, gives up when it is silent, and leaves when the answer is dropped. Its errors say what to do, and
//! neither they nor any log holds the key.
//!
//! ```no_run
//! use futures_util::StreamExt;
//! use mockforge_ws_ai::{Llm, Piece, Request, Turn};
//! use mockforge_ws_llm::{Client, LlmOptions, Provider};
//!
//! # async fn run() -> Result<(), mockforge_ws_ai::LlmError> {
//! let client = Client::new(LlmOptions { provider: Provider::Ollama, ..LlmOptions::default() })?;
//! let turns = vec![Turn::user("Five trades of ACME, a JSON object a line.")];
//! let mut answer = client.generate(Request { turns, ..Request::default() });
//! while let Some(piece) = answer.next().await {
//!     match piece? {
//!         Piece::Text(text) => print!("{text}"),
//!         Piece::Usage(usage) => println!("\n{} tokens", usage.output_tokens),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! It reads no environment and opens no file but the system's root certificates and those of a [`FolderStore`], in
//! which [`Cached`] keeps answers so that the same request costs once: `mockforge-ws-config` looks for keys, where
//! [`Provider::key_variables`] says.
//!
//! With the feature `llm-chain`, executors of that crate are models too (`ChainLlm`).

mod ask;
mod cache;
#[cfg(feature = "llm-chain")]
mod chain;
mod client;
mod failure;
mod options;
mod provider;
mod quiet;
mod secret;
mod target;
mod transport;

pub use cache::{Cached, FolderStore, Store};
#[cfg(feature = "llm-chain")]
pub use chain::ChainLlm;
pub use client::Client;
pub use options::{LlmOptions, Retries, Timeouts};
pub use provider::Provider;
pub use secret::Secret;
