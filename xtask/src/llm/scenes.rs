//! What is played against the model, and what has to come of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::model::Model;
use super::running::{Running, Said, run};

/// A scene with its name.
type Scene = (&'static str, fn(&Stage) -> Result<()>);

pub(super) const ALL: &[Scene] = &[
    ("events of a schema", events_of_a_schema),
    ("events without a schema", events_without_a_schema),
    ("a route without a schema", a_route_without_a_schema),
    ("a route that answers", a_route_that_answers),
];

const SCHEMA: &str = include_str!("trade.json");
const ROUTES: &str = include_str!("routes.yaml");
const VALID: &str = include_str!("valid.py");

/// How long it may take to generate, and how long everything else.
const SLOW: Duration = Duration::from_secs(600);
const QUICK: Duration = Duration::from_secs(60);

/// How long a client stays, in seconds: longer than the model needs.
const STAY: &str = "120";

/// The codes of `mockforge` that tell of a model, or a server, that did not do what was wanted.
const FAILED: i32 = 1;
const WORLD: i32 = 3;

/// Where the scenes are played.
pub(super) struct Stage {
    binary: PathBuf,
    python: PathBuf,
    folder: PathBuf,
    base_url: String,
}

impl Stage {
    /// An empty folder but for what the scenes read.
    pub(super) fn new(binary: &Path, folder: &Path, model: &Model) -> Result<Self> {
        let folder = folder.join("run");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        for (name, text) in [("trade.json", SCHEMA), ("routes.yaml", ROUTES), ("valid.py", VALID)] {
            std::fs::write(folder.join(name), text).with_context(|| name.to_owned())?;
        }
        let (binary, python, base_url) = (binary.into(), model.python.clone(), model.base_url());
        Ok(Self { binary, python, folder, base_url })
    }

    fn mockforge(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).current_dir(&self.folder);
        // The routes' model is found here, and no key of somebody's is sent there.
        command.env("OPENAI_BASE_URL", &self.base_url).env_remove("OPENAI_API_KEY");
        command
    }

    fn generate(&self, args: &[&str]) -> Result<Said> {
        let mut command = self.mockforge(&["generate"]);
        command.args(args).args(["--provider", "openai-compatible", "--base-url", &self.base_url]);
        run(command.args(["--model", "smollm2", "--no-cache", "--seed", "7"]), SLOW)
    }

    /// Serves a file to one client, on its path; what the client and the server have said.
    fn serve(&self, file: &str, path: &str, more: &[&str], client: &[&str]) -> Result<(Said, Said)> {
        let args = ["serve", file, "--ws-port", "0", "--print-url", "--verify"];
        let mut server = Running::start(self.mockforge(&args).args(more), SLOW)?;
        let url = server.next_line()?.context("it does not serve")?;
        ensure!(server.next_line()?.as_deref() == Some("ready"), "it is not ready");
        let authority = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let client = run(self.mockforge(&["connect", &format!("{authority}{path}")]).args(client), SLOW)?;
        Ok((client, server.end()?))
    }
}

/// Thirty events through structured output, each as its schema says, checked and served.
fn events_of_a_schema(stage: &Stage) -> Result<()> {
    let narrative = "Trades of three stocks on a nervous exchange";
    let asked = ["--narrative", narrative, "--schema", "trade.json", "-n", "30", "--rate", "10"];
    let said = stage.generate(&[&asked[..], &["--out", "trades.jsonl"]].concat())?;
    ensure!(said.code == 0, "not all events were generated");
    ensure!(said.stderr.starts_with("30 events by openai-compatible/smollm2"), "the summary is another");
    let said = run(&mut stage.mockforge(&["check", "trades.jsonl", "--strict"]), QUICK)?;
    ensure!(said.code == 0, "the script is not in order");
    let mut valid = Command::new(&stage.python);
    valid.args(["valid.py", "trade.json", "trades.jsonl"]).current_dir(&stage.folder);
    let said = run(&mut valid, QUICK)?;
    ensure!(said.code == 0 && said.stdout.starts_with("30 events"), "not all events are valid");
    let (client, server) = stage.serve("trades.jsonl", "/ws", &[], &["-w", STAY, "-n", "30"])?;
    ensure!(client.stdout.lines().count() == 30, "not all events came");
    ensure!(client.code == 0 && server.code == 0, "the session did not end in order");
    Ok(())
}

/// What the model writes where nothing holds it to JSON: there may be no events, and then that is said.
fn events_without_a_schema(stage: &Stage) -> Result<()> {
    let narrative = "Readings of a weather station";
    let asked = ["--narrative", narrative, "-n", "5", "--token-budget", "1500"];
    let said = stage.generate(&[&asked[..], &["--out", "weather.jsonl"]].concat())?;
    ensure!(matches!(said.code, 0 | WORLD), "it ended otherwise than by the model's failure");
    ensure!(said.code == 0 || said.stderr.contains("error: "), "it has failed and does not say why");
    ensure!(
        !said.stderr.contains("no event") || said.stderr.contains("passed over: "),
        "it is not said what was dropped"
    );
    let said = run(&mut stage.mockforge(&["check", "weather.jsonl"]), QUICK)?;
    ensure!(said.code == 0, "what was kept is no script");
    Ok(())
}

/// The same to a client: it gets what events there are and then a close, with a reason where the model has failed.
fn a_route_without_a_schema(stage: &Stage) -> Result<()> {
    let journal = ["--journal", "weather.log"];
    let (client, _) = stage.serve("routes.yaml", "/weather", &journal, &["-w", STAY])?;
    ensure!(client.code == 0 && client.stderr.contains("closed by the server"), "the server did not close");
    told(stage, "weather.log")
}

/// A client says something: it is answered, or told why not.
fn a_route_that_answers(stage: &Stage) -> Result<()> {
    let journal = ["--journal", "desk.log"];
    let asks = ["-x", r#"{"type":"order","item":"margherita","quantity":2}"#, "-n", "1", "-w", STAY];
    let (client, _) = stage.serve("routes.yaml", "/desk", &journal, &asks)?;
    let answered = client.code == 0 && !client.stdout.is_empty();
    let refused = client.code == FAILED && client.stderr.contains("the model failed: ");
    ensure!(answered || refused, "neither an answer nor a reason");
    told(stage, "desk.log")
}

/// Prints the facts about the model in a journal, the first of which is that it was asked.
fn told(stage: &Stage, journal: &str) -> Result<()> {
    println!("$ grep ai_ {journal}");
    let text = std::fs::read_to_string(stage.folder.join(journal)).with_context(|| journal.to_owned())?;
    let facts: Vec<&str> = text.lines().filter(|line| line.contains("\"ai_")).collect();
    println!("{}\n", facts.join("\n"));
    ensure!(
        facts.first().is_some_and(|fact| fact.contains("ai_asked")),
        "{journal} does not say what was asked"
    );
    Ok(())
}
