//! What a language model is asked, as a person reads it.

mod prompts;
