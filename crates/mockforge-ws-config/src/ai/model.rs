//! The model that a section names, with the key that the environment has for it.

use std::sync::Arc;

use mockforge_ws_ai::{AiSection, Llm, LlmErrorKind};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_llm::{Client, LlmOptions, Provider, Secret};

use crate::Environment;

pub(super) fn model(section: &AiSection, environment: &Environment) -> Result<Option<Arc<dyn Llm>>, Problem> {
    let Some(provider) = &section.provider else { return Ok(None) };
    let provider: Provider = provider.parse().map_err(|problem: Problem| problem.under("provider"))?;
    let said = |name: &&&str| environment.var(name).filter(|value| !value.is_empty());
    let variable = provider.base_url_variable();
    let options = LlmOptions {
        provider,
        model: section.model.clone().unwrap_or_default(),
        base_url: section.base_url.clone().or_else(|| said(&&variable).map(with_scheme)),
        key: provider.key_variables().iter().find_map(|name| said(&name)).map(Secret::from),
        ..LlmOptions::default()
    };
    let client = Client::new(options).map_err(|error| {
        let key = match error.kind {
            LlmErrorKind::NoModel => "model",
            LlmErrorKind::NoNetwork => "base_url",
            _ => "provider",
        };
        Problem::new(error.message).maybe_hint(error.hint).under(key)
    })?;
    Ok(Some(Arc::new(client)))
}

/// `OLLAMA_HOST` is often an address alone.
fn with_scheme(url: &str) -> String {
    if url.contains("://") { url.to_string() } else { format!("http://{url}") }
}
