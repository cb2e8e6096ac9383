//! Narratives, the streams that are made of them, and what a language model is asked, as a person reads it.

mod answers;
mod config;
mod domains;
mod examples;
mod fake;
mod feed;
mod narratives;
mod prompts;
mod schemas;
mod sessions;
mod support;
