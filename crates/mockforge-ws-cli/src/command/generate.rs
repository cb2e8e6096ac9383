//! `mockforge generate`.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use mockforge_ws_ai::prompt::Brief;
use mockforge_ws_ai::{
    AiMode, Domain, EventStream, Narrative, OFFLINE, Price, Usage, script_head, script_line,
};
use mockforge_ws_config::{Ai, Environment};
use mockforge_ws_core::AiFact;
use mockforge_ws_replay::record::live_times;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::place::Place;
use crate::args::Generate;
use crate::exit::{Exit, Stop};
use crate::{problems, terminal};

/// What it means that something is wrong.
const NOTHING: &str = "nothing is generated";

pub(super) fn run(args: &Generate) -> Result<Exit, Stop> {
    let environment = Environment::real();
    let mut ai = Ai::read(&args.section(), &environment, Generate::flag)
        .map_err(|found| problems::stop(&found, NOTHING))?;
    if ai.section.brief.event_count.is_none() && ai.section.duration.is_none() {
        return Err(Stop::usage("the narrative does not say how many events there are")
            .hint("say it: `--count 50`, or for how long: `--duration 5m`"));
    }
    let seed = args.seed.unwrap_or_else(|| super::serve::random_seed().0);
    // Not a number that was drawn: with that no request to a model would be the same again, and none kept.
    ai.section.brief.seed = args.seed;
    let begins = begins(args)?;
    let stream = stream(&ai, seed, begins);
    let live = args.live_times.then_some(begins);
    let place = Place::of(args.out.as_deref(), args.force);
    let mut told = Told::default();
    let (runtime, mut outcome) = (super::runtime()?, Ok(()));
    place.write(|out| {
        let by = ai.model.as_ref().map_or(OFFLINE, |model| model.llm.name());
        out.write_all(script_head(&ai.section.brief.narrative, by, seed).as_bytes())?;
        outcome = runtime.block_on(tell(&ai, stream, live, out, &mut told))?;
        Ok(())
    })?;
    if let Place::File { path, .. } = &place {
        terminal::stdout(&format!("{}\n", path.display()))?;
    }
    terminal::stderr(&told.summary(&ai, seed));
    outcome.map(|()| Exit::Ok)
}

/// The events of the story.
fn stream(ai: &Ai, seed: u64, begins: OffsetDateTime) -> EventStream {
    let mut options = ai.section.options(ai.model.as_ref().map(|model| Arc::clone(&model.llm)));
    options.seed = Some(seed);
    AiMode::new(options).expect("what was read has been tried").stream(1, begins).hearing_out()
}

#[expect(clippy::disallowed_methods, reason = "a story is told now, unless another time is named")]
pub(super) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// When the story begins.
fn begins(args: &Generate) -> Result<OffsetDateTime, Stop> {
    match &args.now {
        None => Ok(now()),
        Some(text) => OffsetDateTime::parse(text, &Rfc3339).map_err(|error| {
            Stop::usage(format!("`--now {text}` is no time: {error}"))
                .hint("write it like 2024-01-15T10:30:00Z")
        }),
    }
}

/// What has been told.
#[derive(Debug, Default)]
struct Told {
    events: usize,
    /// Events and text of a model that could not be used: how many parts, and the first of them in words.
    skipped: usize,
    excerpts: Vec<String>,
    usage: Usage,
}

/// Writes the events as they come, and makes times live where it is said when they begin. What a model has told
/// before it fails is kept.
async fn tell(
    ai: &Ai,
    mut stream: EventStream,
    live: Option<OffsetDateTime>,
    out: &mut dyn Write,
    told: &mut Told,
) -> io::Result<Result<(), Stop>> {
    let bar = ai.model.as_ref().map(|_| Bar::new(ai.section.brief.event_count));
    let mut failure = None;
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => {
                let mut line = script_line(stream.at(), &event);
                if let Some(begins) = live {
                    line = with_live_times(&line, begins + stream.at())?;
                }
                out.write_all(line.as_bytes())?;
                told.events += 1;
            }
            Err(error) => failure = Some(error),
        }
        told.hear(&mut stream);
        if let Some(bar) = &bar {
            // Who interrupts a slow model keeps whole lines.
            out.flush()?;
            bar.tell(told);
        }
    }
    let _ = tokio::time::timeout(PATIENCE, stream.rest()).await;
    told.hear(&mut stream);
    if let (Some(error), Some(model)) = (failure, &ai.model) {
        let stop = Stop::new(Exit::World, format!("{}: {}", model.llm.name(), error.message));
        return Ok(Err(error.hint.iter().fold(stop, Stop::hint)));
    }
    if stream.is_spent() {
        let stop = Stop::new(Exit::World, "the budget is used up before the story is told");
        return Ok(Err(stop.hint("allow more by --token-budget or --cost-budget, or ask for fewer events")));
    }
    Ok(Ok(()))
}

fn with_live_times(line: &str, wall: OffsetDateTime) -> io::Result<String> {
    let mut line: Value = serde_json::from_str(line)?;
    live_times(&mut line["json"], wall);
    Ok(format!("{line}\n"))
}

/// How long a model may go on when there are events enough.
const PATIENCE: Duration = Duration::from_secs(5);

/// What of a model was used, in words.
pub(super) fn used(usage: Usage, price: Option<Price>) -> String {
    let Usage { input_tokens, output_tokens } = usage;
    let cost = price.map_or(String::new(), |price| format!(", for {}", terminal::money(price.of(usage))));
    format!("{input_tokens} tokens read, {output_tokens} written{cost}")
}

/// What is said of a narrative whose words lead nowhere.
const UNKNOWN: &str = "  it says nothing that the simulation knows, so records are made, changed and deleted; what it knows: \
                       markets, chats,\n  devices, rides, games, orders, alerts, scores, social feeds, auctions; and \
                       --schema, --event-type\n";

/// Whether nothing tells what the events are to be.
fn is_about_nothing(brief: &Brief) -> bool {
    let Brief { narrative, schema, examples, event_types, .. } = brief;
    let is_said = schema.is_some() || !examples.is_empty() || !event_types.is_empty();
    !is_said && Narrative::read(narrative).domain == Domain::Generic
}

/// How many parts that could not be used are told one by one.
const MOST_TOLD: usize = 5;

impl Told {
    fn hear(&mut self, stream: &mut EventStream) {
        self.usage = stream.usage();
        for fact in stream.news() {
            let AiFact::Skipped { reason, excerpt } = fact else { continue };
            self.skipped += 1;
            if self.excerpts.len() < MOST_TOLD {
                self.excerpts.push(terminal::printable(&format!("{reason}: {excerpt}")).into_owned());
            }
        }
    }

    /// What has become of it, in one line, and what was passed over.
    fn summary(&self, ai: &Ai, seed: u64) -> String {
        let mut summary = terminal::counted(self.events, "event");
        // Writing to a string does not fail.
        let _ = match &ai.model {
            None => write!(summary, " by simulation, not by a language model; seed {seed}"),
            Some(model) => {
                let (name, used) = (model.llm.name(), used(self.usage, ai.section.budget.price));
                write!(summary, " by {name}: {used}").and_then(|()| match model.hits() {
                    0 => Ok(()),
                    hits => write!(
                        summary,
                        "; {} kept from before, at no cost",
                        terminal::counted(hits as usize, "answer")
                    ),
                })
            }
        };
        if self.skipped > 0 {
            let _ = write!(summary, "; {} of its answers no event", terminal::counted(self.skipped, "part"));
        }
        summary.push('\n');
        if ai.model.is_none() && is_about_nothing(&ai.section.brief) {
            summary.push_str(UNKNOWN);
        }
        for excerpt in &self.excerpts {
            let _ = writeln!(summary, "  passed over: {excerpt}");
        }
        summary
    }
}

/// How far it is, on a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new(count: Option<usize>) -> Self {
        let bar = match count {
            Some(count) => ProgressBar::new(count as u64),
            None => ProgressBar::no_length(),
        };
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} events, {msg}, {elapsed}");
        Self(bar.with_style(style.expect("the template is one")))
    }

    fn tell(&self, told: &Told) {
        self.0.set_position(told.events as u64);
        self.0.set_message(format!("{} tokens", told.usage.input_tokens + told.usage.output_tokens));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
