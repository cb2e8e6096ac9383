//! `mockforge generate`.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use mockforge_ws_ai::pace::Pacer;
use mockforge_ws_ai::{Feed, Llm, Offline, Piece, Usage, script_head, script_line};
use mockforge_ws_config::{Ai, Environment};
use mockforge_ws_core::{AiFact, ConnRng};
use rand::SeedableRng as _;
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
    let ai = Ai::read(&args.section(), &environment, Generate::flag)
        .map_err(|found| problems::stop(&found, NOTHING))?;
    if ai.section.brief.event_count.is_none() && ai.section.duration.is_none() {
        return Err(Stop::usage("the narrative does not say how many events there are")
            .hint("say it: `--count 50`, or for how long: `--duration 5m`"));
    }
    let seed = args.seed.unwrap_or_else(|| super::serve::random_seed().0);
    let story = Story { ai: &ai, seed, model_seed: args.seed, begins: begins(args)? };
    let place = Place::of(args.out.as_deref(), args.force);
    let mut told = Told::default();
    let (runtime, mut failure) = (super::runtime()?, None);
    place.write(|out| {
        let by = ai.model.as_ref().map_or(mockforge_ws_ai::OFFLINE, |model| model.llm.name());
        out.write_all(script_head(&ai.section.brief.narrative, by, seed).as_bytes())?;
        match &ai.model {
            None => story.offline(out, &mut told),
            Some(model) => {
                failure = runtime.block_on(story.asked(&*model.llm, out, &mut told))?.err();
                Ok(())
            }
        }
    })?;
    if let Place::File { path, .. } = &place {
        terminal::stdout(&format!("{}\n", path.display()))?;
    }
    terminal::stderr(&told.summary(&ai, seed));
    match failure {
        Some(stop) => Err(stop),
        None => Ok(Exit::Ok),
    }
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

/// What is to be told.
struct Story<'a> {
    ai: &'a Ai,
    seed: u64,
    /// What a model is told. Not a number that was drawn: with that no request would be the same again, and none kept.
    model_seed: Option<u64>,
    begins: OffsetDateTime,
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

impl Story<'_> {
    fn pacer(&self) -> Pacer {
        Pacer::new(self.ai.section.pace).expect("a pace that was read is one")
    }

    /// Whether there is an event at that time.
    fn goes_on(&self, events: usize, at: Duration) -> bool {
        let section = &self.ai.section;
        section.brief.event_count.is_none_or(|count| events < count)
            && section.duration.is_none_or(|duration| at < duration)
    }

    /// By the generator that needs no model.
    fn offline(&self, out: &mut dyn Write, told: &mut Told) -> io::Result<()> {
        let mut offline = Offline::new(&self.ai.section.offline()).expect("what was read has been tried");
        let (mut rng, mut pacer) = (ConnRng::seed_from_u64(self.seed), self.pacer());
        let mut at = Duration::ZERO;
        loop {
            at += pacer.next(at, &mut rng);
            if !self.goes_on(told.events, at) {
                return Ok(());
            }
            let event = offline.next(&mut rng, at, self.begins + at);
            out.write_all(script_line(at, &event).as_bytes())?;
            told.events += 1;
        }
    }

    /// By a model, page by page. What it has told before it fails is kept.
    async fn asked(
        &self,
        llm: &dyn Llm,
        out: &mut dyn Write,
        told: &mut Told,
    ) -> io::Result<Result<(), Stop>> {
        let mut options = self.ai.section.feed(llm.name());
        options.brief.seed = self.model_seed;
        let mut feed = Feed::new(options).expect("what was read has been tried");
        let (mut rng, mut pacer) = (ConnRng::seed_from_u64(self.seed), self.pacer());
        let mut at = pacer.next(Duration::ZERO, &mut rng);
        let bar = Bar::new(self.ai.section.brief.event_count);
        while let Some(request) = feed.wants() {
            let mut answer = llm.generate(request);
            let (before, mut counted) = (told.usage, None);
            // There may be enough before the model has said all.
            while feed.is_asking() {
                match answer.next().await {
                    Some(Ok(piece)) => {
                        counted = usage(&piece).or(counted);
                        feed.piece(piece);
                    }
                    Some(Err(error)) => feed.ended(Err(error)),
                    None => feed.ended(Ok(())),
                }
                while let Some(event) = feed.pop() {
                    if !self.goes_on(told.events, at) {
                        feed.ended(Ok(()));
                        told.usage = feed.usage();
                        return Ok(Ok(()));
                    }
                    // Who interrupts a slow model keeps whole lines.
                    out.write_all(script_line(at, &event).as_bytes()).and_then(|()| out.flush())?;
                    told.events += 1;
                    at += pacer.next(at, &mut rng);
                }
                told.usage = feed.usage();
                feed.news().for_each(|fact| told.hear(&fact));
                bar.tell(told);
            }
            // What is left of it is mostly its end, with which it can be kept, and the count of its tokens.
            let rest = async {
                while let Some(Ok(piece)) = answer.next().await {
                    counted = usage(&piece).or(counted);
                }
            };
            let _ = tokio::time::timeout(PATIENCE, rest).await;
            if let Some(Usage { input_tokens, output_tokens }) = counted {
                told.usage.input_tokens = before.input_tokens + input_tokens;
                told.usage.output_tokens = before.output_tokens + output_tokens;
            }
        }
        if let Some(error) = feed.failure() {
            let stop = Stop::new(Exit::World, format!("{}: {}", llm.name(), error.message));
            return Ok(Err(error.hint.iter().fold(stop, Stop::hint)));
        }
        if let Some(most) = self.ai.section.token_budget.filter(|_| self.goes_on(told.events, at)) {
            let stop = Stop::new(Exit::World, format!("the story takes more than {most} tokens"));
            return Ok(Err(stop.hint("allow more by --token-budget, or ask for fewer events")));
        }
        Ok(Ok(()))
    }
}

/// How long a model may go on when there are events enough.
const PATIENCE: Duration = Duration::from_secs(5);

fn usage(piece: &Piece) -> Option<Usage> {
    match piece {
        Piece::Usage(usage) => Some(*usage),
        Piece::Text(_) => None,
    }
}

/// How many parts that could not be used are told one by one.
const MOST_TOLD: usize = 5;

impl Told {
    fn hear(&mut self, fact: &AiFact) {
        let AiFact::Skipped { reason, excerpt } = fact else { return };
        self.skipped += 1;
        if self.excerpts.len() < MOST_TOLD {
            self.excerpts.push(terminal::printable(&format!("{reason}: {excerpt}")).into_owned());
        }
    }

    /// What has become of it, in one line, and what was passed over.
    fn summary(&self, ai: &Ai, seed: u64) -> String {
        let mut summary = terminal::counted(self.events, "event");
        // Writing to a string does not fail.
        let _ = match &ai.model {
            None => write!(summary, " by simulation, not by a language model; seed {seed}"),
            Some(model) => {
                let Usage { input_tokens, output_tokens } = self.usage;
                let name = model.llm.name();
                write!(summary, " by {name}: {input_tokens} tokens read, {output_tokens} written").and_then(
                    |()| match model.hits() {
                        0 => Ok(()),
                        hits => write!(
                            summary,
                            "; {} kept from before, at no cost",
                            terminal::counted(hits as usize, "answer")
                        ),
                    },
                )
            }
        };
        if self.skipped > 0 {
            let _ = write!(summary, "; {} of its answers no event", terminal::counted(self.skipped, "part"));
        }
        summary.push('\n');
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
