//! The features that everything is built with, so that nothing is built twice.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::process;

/// The one feature that no default build has, because of what it brings (docs/adr/0011).
const LLM_CHAIN: [&str; 2] = ["--features", "mockforge-ws-llm/llm-chain"];

/// What cargo is told beside the command: all features that this machine can build.
pub(crate) fn all() -> &'static [&'static str] {
    if has_openssl() { &LLM_CHAIN } else { &[] }
}

/// Says what is left out; under `CI=true` that is a failure.
pub(crate) fn complain() -> Result<()> {
    if !has_openssl() {
        let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        ensure!(!ci, "pkg-config finds no OpenSSL (apt: libssl-dev pkg-config)");
        println!("(skipped: the feature `llm-chain`; pkg-config finds no OpenSSL, which it is built with)");
    }
    Ok(())
}

fn has_openssl() -> bool {
    process::works(Command::new("pkg-config").args(["--exists", "openssl"]))
}
