//! The providers, with what is usual for each.

use std::fmt;
use std::str::FromStr;

use mockforge_ws_diagnostic::{Problem, did_you_mean};

/// Who runs the model.
///
/// ```
/// use mockforge_ws_llm::Provider;
///
/// assert_eq!("claude".parse(), Ok(Provider::Anthropic));
/// assert_eq!(Provider::OpenAiCompatible.to_string(), "openai-compatible");
/// let problem = "olama".parse::<Provider>().unwrap_err();
/// assert_eq!(problem.hint.as_deref(), Some("did you mean `ollama`?"));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// OpenAI's chat completions.
    #[default]
    OpenAi,
    /// Anything that speaks OpenAI's chat completions at an address of its own: llama.cpp, vLLM, LM Studio,
    /// LocalAI, Groq, Mistral, OpenRouter and many more.
    OpenAiCompatible,
    /// Anthropic's messages.
    Anthropic,
    /// Google's Gemini API.
    Gemini,
    /// Ollama, by its OpenAI-compatible API (0.5 or later for schemas).
    Ollama,
}

/// Each provider with the names it goes by: its own, then what else people write.
const NAMES: &[(Provider, &[&str])] = &[
    (Provider::OpenAi, &["openai", "gpt", "chatgpt"]),
    (
        Provider::OpenAiCompatible,
        &["openai-compatible", "compatible", "local", "llamacpp", "vllm", "lmstudio"],
    ),
    (Provider::Anthropic, &["anthropic", "claude"]),
    (Provider::Gemini, &["gemini", "google"]),
    (Provider::Ollama, &["ollama"]),
];

impl Provider {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::OpenAi, Self::OpenAiCompatible, Self::Anthropic, Self::Gemini, Self::Ollama];

    /// What it is called in files and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::OpenAiCompatible => "openai-compatible",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        }
    }

    /// The environment variables that usually hold its key, the first one first. This crate reads none.
    pub fn key_variables(self) -> &'static [&'static str] {
        match self {
            Self::OpenAi | Self::OpenAiCompatible => &["OPENAI_API_KEY"],
            Self::Anthropic => &["ANTHROPIC_API_KEY"],
            Self::Gemini => &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
            Self::Ollama => &[],
        }
    }

    /// The environment variable that usually holds its base URL. This crate reads none.
    pub fn base_url_variable(self) -> &'static str {
        match self {
            Self::OpenAi | Self::OpenAiCompatible => "OPENAI_BASE_URL",
            Self::Anthropic => "ANTHROPIC_BASE_URL",
            Self::Gemini => "GOOGLE_GEMINI_BASE_URL",
            Self::Ollama => "OLLAMA_HOST",
        }
    }

    /// Where it is asked when nothing else is said.
    pub fn usual_base_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1/"),
            Self::OpenAiCompatible => None,
            Self::Anthropic => Some("https://api.anthropic.com/v1/"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com/v1beta/"),
            Self::Ollama => Some("http://localhost:11434/v1/"),
        }
    }

    /// A model that is cheap, quick, and takes schemas: for who names none.
    pub fn usual_model(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("gpt-4o-mini"),
            Self::OpenAiCompatible => None,
            Self::Anthropic => Some("claude-haiku-4-5"),
            Self::Gemini => Some("gemini-2.5-flash"),
            Self::Ollama => Some("llama3.2"),
        }
    }

    /// What follows the host where a base URL names no path.
    pub(crate) fn usual_path(self) -> &'static str {
        if self == Self::Gemini { "/v1beta/" } else { "/v1/" }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// By any of the names people use, whatever the case; `_`, spaces and dots count as `-` or nothing.
impl FromStr for Provider {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let plain = |name: &str| name.to_lowercase().replace(['-', '_', ' ', '.'], "");
        let named = |names: &[&str]| names.iter().any(|name| plain(name) == plain(text));
        if let Some((provider, _)) = NAMES.iter().find(|(_, names)| named(names)) {
            return Ok(*provider);
        }
        let known = Self::ALL.map(Self::as_str);
        let hint = did_you_mean(text, NAMES.iter().flat_map(|(_, names)| names.iter().copied()));
        Err(Problem::new(format!("no such provider `{text}`; there are {}", known.join(", ")))
            .maybe_hint(hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        let cases = [
            ("openai", Provider::OpenAi),
            ("OpenAI", Provider::OpenAi),
            ("openai-compatible", Provider::OpenAiCompatible),
            ("openai_compatible", Provider::OpenAiCompatible),
            ("OpenAiCompatible", Provider::OpenAiCompatible),
            ("local", Provider::OpenAiCompatible),
            ("llama.cpp", Provider::OpenAiCompatible),
            ("LM Studio", Provider::OpenAiCompatible),
            ("google", Provider::Gemini),
        ];
        for (text, provider) in cases {
            assert_eq!(text.parse(), Ok(provider), "{text}");
        }
    }

    #[test]
    fn each_reads_its_own_name() {
        for provider in Provider::ALL {
            assert_eq!(provider.to_string().parse(), Ok(provider));
        }
        assert_eq!(NAMES.len(), Provider::ALL.len());
    }

    #[test]
    fn what_nobody_is_called() {
        let problem = "skynet".parse::<Provider>().unwrap_err();
        assert_eq!(
            problem.to_string(),
            "no such provider `skynet`; there are openai, openai-compatible, anthropic, gemini, ollama"
        );
        let problem = "antropic".parse::<Provider>().unwrap_err();
        assert_eq!(problem.hint.as_deref(), Some("did you mean `anthropic`?"));
    }
}
