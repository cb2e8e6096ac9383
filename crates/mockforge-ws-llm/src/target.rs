//! Who is asked, where, as which model, and with which key: the options, checked.

use genai::adapter::AdapterKind;
use genai::resolver::{AuthData, Endpoint};
use genai::{ModelIden, ServiceTarget};
use mockforge_ws_ai::{LlmError, LlmErrorKind};
use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::options::shown;
use crate::{Provider, Secret};

/// Who is asked.
pub(crate) struct Target {
    pub(crate) provider: Provider,
    pub(crate) model: String,
    /// By provider and model, for people.
    pub(crate) name: String,
    /// With a `/` at its end.
    pub(crate) base: Url,
    key: Option<Secret>,
}

impl Target {
    /// # Errors
    /// Where the model, the address or the key is missing, or can't be one.
    pub(crate) fn new(
        provider: Provider,
        model: &str,
        base_url: Option<&str>,
        key: Option<Secret>,
    ) -> Result<Self, LlmError> {
        let model = match model.trim() {
            "" => provider.usual_model().ok_or_else(|| {
                LlmError::new(LlmErrorKind::NoModel, format!("`{provider}` has no usual model"))
                    .hint("name one that it serves")
            })?,
            model => model,
        };
        let base = base(provider, base_url)?;
        let key = key.filter(|key| !key.expose().is_empty());
        let variables = provider.key_variables();
        let at_home = base_url.is_none();
        match &key {
            None if at_home && !variables.is_empty() => Err(LlmError::new(
                LlmErrorKind::NoKey,
                format!("`{provider}` needs a key, and there is none"),
            )
            .hint(format!("set {}", variables.join(" or ")))),
            Some(key) if HeaderValue::from_str(key.expose()).is_err() => Err(LlmError::new(
                LlmErrorKind::BadKey,
                format!("the key for `{provider}` holds a character that no key has"),
            )
            .hint("was it pasted whole, without line breaks?")),
            _ => Ok(Self { name: format!("{provider}/{model}"), provider, model: model.into(), base, key }),
        }
    }

    /// The same in genai's words, complete, so that it looks for nothing in the environment.
    pub(crate) fn service(&self) -> ServiceTarget {
        let kind = match (self.provider, &self.key) {
            (Provider::Anthropic, _) => AdapterKind::Anthropic,
            (Provider::Gemini, _) => AdapterKind::Gemini,
            (_, Some(_)) => AdapterKind::OpenAI,
            // OpenAI's API in the variant that sends no key where there is none.
            (_, None) => AdapterKind::Omlx,
        };
        let auth = match &self.key {
            Some(key) => AuthData::from_single(key.expose()),
            None if kind == AdapterKind::Omlx => AuthData::None,
            None => AuthData::from_single(""),
        };
        // What stands before a `::` would be taken for genai's name of a provider.
        let model = match self.model.contains("::") {
            true => format!("model::{}", self.model),
            false => self.model.clone(),
        };
        let endpoint = Endpoint::from_owned(self.base.as_str());
        ServiceTarget { endpoint, auth, model: ModelIden::new(kind, model) }
    }

    /// Where it is asked, for people.
    pub(crate) fn address(&self) -> String {
        shown(self.base.as_str())
    }

    /// Somebody else's words, in one line that is not too long and holds no key.
    pub(crate) fn quote(&self, text: &str) -> String {
        /// In characters.
        const LONGEST: usize = 300;

        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut line = self.key.iter().fold(line, |line, key| key.blot_out(&line));
        if let Some(password) = self.base.password() {
            line = Secret::from(password).blot_out(&line);
        }
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        match line.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}

/// The base URL as given, completed with what is usual.
fn base(provider: Provider, given: Option<&str>) -> Result<Url, LlmError> {
    let given = given.or(provider.usual_base_url()).ok_or_else(|| {
        LlmError::new(LlmErrorKind::NoNetwork, format!("`{provider}` needs a base URL, and there is none"))
            .hint(format!("set {}, for example to http://localhost:8080/v1", provider.base_url_variable()))
    })?;
    let wrong = |why: &str| {
        let message = format!("`{}` is no base URL: {why}", shown(given.trim()));
        LlmError::new(LlmErrorKind::NoNetwork, message).hint("for example http://localhost:8080/v1")
    };
    // `OLLAMA_HOST` is a host, with or without the rest.
    let lacks_scheme = provider == Provider::Ollama && !given.contains("://");
    let text = if lacks_scheme { format!("http://{}", given.trim()) } else { given.trim().to_string() };
    let mut url = Url::parse(&text).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it begins with neither http:// nor https://"));
    }
    if lacks_scheme && url.port().is_none() && !text.trim_end_matches('/').ends_with(":80") {
        url.set_port(Some(11434)).map_err(|()| wrong("it has no host"))?;
    }
    if url.query().is_some() && matches!(provider, Provider::Anthropic | Provider::Gemini) {
        return Err(wrong("it has a query"));
    }
    match url.path() {
        "/" => url.set_path(provider.usual_path()),
        path if !path.ends_with('/') => url.set_path(&format!("{path}/")),
        _ => {}
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(provider: Provider, base_url: Option<&str>, key: Option<&str>) -> Result<Target, LlmError> {
        Target::new(provider, "m", base_url, key.map(Secret::from))
    }

    #[test]
    fn where_it_is_asked() {
        let cases = [
            (Provider::OpenAi, None, "https://api.openai.com/v1/"),
            (Provider::OpenAiCompatible, Some("http://localhost:8080"), "http://localhost:8080/v1/"),
            (Provider::OpenAiCompatible, Some(" https://host/api/v3 "), "https://host/api/v3/"),
            (Provider::OpenAi, Some("https://host/x?version=1"), "https://host/x/?version=1"),
            (Provider::Anthropic, Some("https://gateway.example.com/"), "https://gateway.example.com/v1/"),
            (Provider::Gemini, Some("https://gateway.example.com"), "https://gateway.example.com/v1beta/"),
            (Provider::Ollama, None, "http://localhost:11434/v1/"),
            (Provider::Ollama, Some("127.0.0.1"), "http://127.0.0.1:11434/v1/"),
            (Provider::Ollama, Some("box:8000"), "http://box:8000/v1/"),
            (Provider::Ollama, Some("box:80"), "http://box/v1/"),
            (Provider::Ollama, Some("https://box"), "https://box/v1/"),
        ];
        for (provider, given, asked) in cases {
            let target = target(provider, given, Some("k")).expect("a target");
            assert_eq!(target.base.as_str(), asked, "{provider} {given:?}");
        }
    }

    #[test]
    fn what_is_missing_or_wrong() {
        use LlmErrorKind::{BadKey, NoKey, NoNetwork};
        let cases = [
            (Provider::OpenAi, None, None, NoKey, "OPENAI_API_KEY"),
            (Provider::OpenAi, None, Some(" \n"), NoKey, "OPENAI_API_KEY"),
            (Provider::Anthropic, None, None, NoKey, "ANTHROPIC_API_KEY"),
            (Provider::Gemini, None, None, NoKey, "GEMINI_API_KEY or GOOGLE_API_KEY"),
            (Provider::OpenAi, None, Some("sk-\n-1"), BadKey, "line breaks"),
            (Provider::OpenAiCompatible, None, None, NoNetwork, "OPENAI_BASE_URL"),
            (Provider::OpenAi, Some("localhost:80"), None, NoNetwork, "neither http:// nor https://"),
            (Provider::Ollama, Some("ftp://host"), None, NoNetwork, "neither http:// nor https://"),
            (Provider::OpenAi, Some("https://"), None, NoNetwork, "empty host"),
            (Provider::Gemini, Some("https://host/v1?key=k"), None, NoNetwork, "has a query"),
        ];
        for (provider, given, key, kind, says) in cases {
            let error = target(provider, given, key).err().expect("an error");
            assert_eq!(error.kind, kind, "{error}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    #[test]
    fn a_model_is_usual_or_has_to_be_named() {
        let target = Target::new(Provider::Ollama, " ", None, None).expect("a target");
        assert_eq!(target.name, "ollama/llama3.2");
        let error = Target::new(Provider::OpenAiCompatible, "", Some("http://host"), None).err();
        assert_eq!(error.expect("an error").kind, LlmErrorKind::NoModel);
    }

    #[test]
    fn a_quotation_is_a_line_without_keys() {
        let target =
            target(Provider::OpenAi, Some("http://me:hunter2@host"), Some("sk-1")).expect("a target");
        assert_eq!(target.quote("no\n  sk-1 \u{7} and hunter2"), "no [secret]  and [secret]");
        assert_eq!(target.quote(&"ä".repeat(400)), format!("{}…", "ä".repeat(300)));
    }
}
