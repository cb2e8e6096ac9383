//! The model that somebody names, with the key that the environment has for it.

use std::sync::Arc;

use mockforge_ws_ai::{AiSection, LlmErrorKind};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_llm::{Cached, Client, FolderStore, LlmOptions, Provider, Secret};

use super::Model;
use crate::Environment;

pub(super) fn model(section: &AiSection, environment: &Environment) -> Result<Option<Model>, Problem> {
    let Some(provider) = &section.provider else { return Ok(None) };
    let (model, base_url) = (section.model.as_deref().unwrap_or_default(), section.base_url.as_deref());
    let options = options(provider, model, base_url, environment)?;
    let scope = options.base_url.clone().unwrap_or_default();
    let client = client(options)?;
    let Some(folder) = environment.cache().filter(|_| section.cache) else {
        return Ok(Some(Model { llm: Arc::new(client), hits: Arc::new(|| 0) }));
    };
    // Two servers of their own may have models of one name.
    let cached = Cached::new(client, FolderStore::new(folder.join("answers"))).scope(scope);
    let cached = Arc::new(cached);
    let counted = Arc::clone(&cached);
    Ok(Some(Model { llm: cached, hits: Arc::new(move || counted.hits()) }))
}

/// A client for a model of a provider, which without a name is the provider's usual one. The environment has its key,
/// its address where none is given, and the HTTP proxy on the way there. Answers are not kept.
///
/// # Errors
/// The one mistake, under `provider`, `model` or `base_url`.
///
/// ```
/// use mockforge_ws_ai::Llm;
/// use mockforge_ws_config::{Environment, llm_client};
///
/// let environment = Environment::with("/", [("OPENAI_API_KEY", "sk-…")]);
/// assert_eq!(llm_client("openai", "gpt-4", None, &environment).unwrap().name(), "openai/gpt-4");
///
/// let problem = llm_client("anthropic", "", None, &environment).unwrap_err();
/// assert_eq!(problem.path, ["provider".into()]);
/// ```
pub fn llm_client(
    provider: &str,
    model: &str,
    base_url: Option<&str>,
    environment: &Environment,
) -> Result<Client, Problem> {
    client(options(provider, model, base_url, environment)?)
}

fn options(
    provider: &str,
    model: &str,
    base_url: Option<&str>,
    environment: &Environment,
) -> Result<LlmOptions, Problem> {
    let provider: Provider = provider.parse().map_err(|problem: Problem| problem.under("provider"))?;
    let said = |name: &&&str| environment.var(name).filter(|value| !value.is_empty());
    let variable = provider.base_url_variable();
    let base_url = base_url.map(str::to_string).or_else(|| said(&&variable).map(with_scheme));
    let asked_at = base_url.as_deref().or(provider.usual_base_url()).unwrap_or_default();
    // As for a WebSocket there: `http://` is `ws://`, and `https://` is `wss://`.
    let proxy = environment.proxies().lead_to(&asked_at.replacen("http", "ws", 1));
    Ok(LlmOptions {
        provider,
        model: model.to_string(),
        proxy: proxy.filter(|proxy| proxy.starts_with("http")),
        base_url,
        key: provider.key_variables().iter().find_map(|name| said(&name)).map(Secret::from),
        ..LlmOptions::default()
    })
}

fn client(options: LlmOptions) -> Result<Client, Problem> {
    Client::new(options).map_err(|error| {
        let key = match error.kind {
            LlmErrorKind::NoModel => "model",
            LlmErrorKind::NoNetwork => "base_url",
            _ => "provider",
        };
        Problem::new(error.message).maybe_hint(error.hint).under(key)
    })
}

/// `OLLAMA_HOST` is often an address alone.
fn with_scheme(url: &str) -> String {
    if url.contains("://") { url.to_string() } else { format!("http://{url}") }
}
