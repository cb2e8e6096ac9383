//! Narratives with what they need of the surroundings: the file of a schema, and a model with its key.

#[cfg(feature = "llm")]
mod model;
mod schema_file;

use std::fmt;
use std::sync::Arc;

use mockforge_ws_ai::{AiMode, AiSection, Llm};
use mockforge_ws_diagnostic::{Key, Problem};
use serde_json::Value;

use self::schema_file::SchemaFile;
use crate::{Environment, Failure, Problems, files};

#[cfg(feature = "llm")]
pub use model::llm_client;

/// A narrative that is ready to be told.
#[derive(Debug, Clone)]
pub struct Ai {
    /// What is asked for, the schema included.
    pub section: AiSection,
    /// Who generates; `None` for the generator that needs no model.
    pub model: Option<Model>,
}

/// A language model, whose answers are kept where the section does not say otherwise.
#[derive(Clone)]
pub struct Model {
    /// Whom to ask.
    pub llm: Arc<dyn Llm>,
    hits: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl Model {
    /// How many answers were there already, and cost nothing.
    pub fn hits(&self) -> u64 {
        (self.hits)()
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.llm.fmt(f)
    }
}

impl Ai {
    /// What tells it to clients.
    pub(crate) fn mode(&self) -> Result<AiMode, Vec<Problem>> {
        AiMode::new(self.section.options(self.model.as_ref().map(|model| Arc::clone(&model.llm))))
    }

    /// Reads an `ai:` section, the file of its schema, relative to the working directory, and the key of its
    /// provider.
    ///
    /// # Errors
    /// All mistakes, each under the name that `flag` has for the section's key.
    ///
    /// ```
    /// use mockforge_ws_config::{Ai, Environment};
    /// use serde_json::json;
    ///
    /// let flag = |key: &str| format!("--{key}");
    /// let environment = Environment::with("/", [("OPENAI_API_KEY", "sk-…")]);
    /// let section = json!({ "narrative": "20 trades in AAPL", "provider": "openai" });
    /// assert_eq!(Ai::read(&section, &environment, flag).unwrap().model.unwrap().llm.name(), "openai/gpt-4o-mini");
    ///
    /// let problems = Ai::read(&section, &Environment::with("/", [("HOME", "/")]), flag).unwrap_err();
    /// assert_eq!(problems.diagnostics[0].file.as_ref(), "--provider");
    /// ```
    pub fn read(
        section: &Value,
        environment: &Environment,
        flag: impl Fn(&str) -> String,
    ) -> Result<Self, Problems> {
        let folder = environment.cwd();
        read(section, environment, |file| files::config(&folder.join(file))).map_err(|problems| {
            let named = |problem: Problem| match problem.path.first() {
                Some(Key::Name(key)) => (flag(key), problem),
                _ => (flag("narrative"), problem),
            };
            Problems::of(Failure::Usage, problems.into_iter().map(named))
        })
    }
}

/// The same, with problems that have the way to what they are about, and files read by `open`.
pub(crate) fn read(
    section: &Value,
    environment: &Environment,
    open: impl FnOnce(&str) -> Result<Vec<u8>, Problem>,
) -> Result<Ai, Vec<Problem>> {
    let mut problems = Vec::new();
    let Some(mut section) = AiSection::gather(section, &mut problems) else { return Err(problems) };
    let mut schema = None;
    if let Some(file) = section.schema_file.take() {
        let unread = |problem: Problem| {
            let message = format!("{file}: {}", problem.message);
            vec![Problem { message, ..problem }.under("schema")]
        };
        match open(&file).map_err(unread).and_then(|bytes| SchemaFile::read(&file, bytes)) {
            Ok(read) => section.brief.schema = Some(schema.insert(read).root.to_value()),
            Err(mistakes) => problems.extend(mistakes),
        }
    }
    let model = model::model(&section, environment).map_err(|problem| problems.push(problem));
    let ai = Ai { section, model: model.unwrap_or_default() };
    // Of a pace or types that could not be read there is nothing more to be said.
    let said = |problem: &Problem| problems.iter().any(|other| other.path.first() == problem.path.first());
    let more = ai.mode().err().into_iter().flatten().filter(|problem| !said(problem));
    let placed = |problem| match &schema {
        Some(schema) => schema.placed(problem),
        None => problem,
    };
    let more: Vec<_> = more.map(placed).collect();
    problems.extend(more);
    if problems.is_empty() { Ok(ai) } else { Err(problems) }
}

#[cfg(not(feature = "llm"))]
mod model {
    use super::*;

    /// Without clients there is only the generator that needs no model.
    pub(super) fn model(section: &AiSection, _: &Environment) -> Result<Option<Model>, Problem> {
        match &section.provider {
            None => Ok(None),
            Some(provider) => {
                Err(Problem::new(format!("`{provider}` is not there: this build asks no models"))
                    .hint("build it with the feature `ai`, or take `offline`")
                    .under("provider"))
            }
        }
    }
}

#[cfg(all(test, feature = "llm"))]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(section: &Value, variables: &[(&str, &str)]) -> Result<String, String> {
        let environment = Environment::with("/", variables.iter().copied());
        let open = |name: &str| match name {
            "order.json" => Ok(br#"{"type":"object"}"#.to_vec()),
            "order.yaml" => Ok(b"type: object\nproperties: { id: { type: integer } }\n".to_vec()),
            "broken.json" => Ok(b"{\n  \"type\" 3\n}".to_vec()),
            "wrong.json" => {
                Ok(b"{\n  \"properties\": {\n    \"id\": { \"type\": \"intger\" }\n  }\n}".to_vec())
            }
            _ => Err(Problem::new("there is no such file")),
        };
        read(section, &environment, open)
            .map(|ai| ai.model.map_or("offline".into(), |model| model.llm.name().to_string()))
            .map_err(|problems| {
                problems.iter().map(|problem| format!("{:?} {problem}; ", problem.path)).collect()
            })
    }

    #[test]
    fn models_with_their_keys() {
        let of = |provider: &str| json!({ "narrative": "a chat", "provider": provider });
        assert_eq!(told(&json!("a chat"), &[]), Ok("offline".into()));
        assert_eq!(told(&of("offline"), &[("OPENAI_API_KEY", "k")]), Ok("offline".into()));
        assert_eq!(told(&of("gemini"), &[("GOOGLE_API_KEY", "k")]), Ok("gemini/gemini-2.5-flash".into()));
        assert_eq!(told(&of("ollama"), &[("OLLAMA_HOST", "10.0.0.1:11434")]), Ok("ollama/llama3.2".into()));
        let problem =
            told(&of("anthropic"), &[("OPENAI_API_KEY", "k"), ("ANTHROPIC_API_KEY", "")]).unwrap_err();
        assert!(problem.contains("provider") && problem.contains("ANTHROPIC_API_KEY"), "{problem}");
        let problem = told(&of("opnai"), &[]).unwrap_err();
        assert!(problem.contains("did you mean `openai`?"), "{problem}");
    }

    #[test]
    fn schemas_in_files() {
        let of = |file: &str| json!({ "narrative": "orders", "schema": file });
        for file in ["order.json", "order.yaml"] {
            assert_eq!(told(&of(file), &[]), Ok("offline".into()));
        }
        for (file, told_of_it) in [
            ("missing.json", "missing.json: there is no such file"),
            ("broken.json", "broken.json:2:10: "),
            ("wrong.json", "wrong.json:3:21: schema: there is no type `intger` (did you mean `integer`?)"),
        ] {
            let problem = told(&of(file), &[]).unwrap_err();
            assert!(problem.contains("\"schema\"") && problem.contains(told_of_it), "{problem}");
        }
    }
}
