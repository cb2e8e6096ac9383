//! `mockforge serve`: loads, opens what it writes to, listens, tells what happens, and ends in order.

mod banner;
mod gate;
mod logging;
mod narrator;
mod output;
mod reload;
mod sessions;
mod signals;
mod traces;
mod verify;
mod words;

use std::hash::{BuildHasher as _, Hasher as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_config::{Config, Environment, Flags, load};
use mockforge_ws_core::{FactSink, Seed};
use mockforge_ws_io::{Context, Journal, Shutdown};
use mockforge_ws_observe::logs::Logs;
use mockforge_ws_observe::metrics::{Registry, Unit};
use mockforge_ws_observe::traces::Traces;
use mockforge_ws_server::{BindError, Listen, Ops, Server};
use tracing::Level;

use crate::args::{Logging, Record, Serve, ServeOutputs};
use crate::exit::{Exit, Stop};
use crate::{problems, terminal};

use narrator::Narrator;
use output::Output;
use sessions::Sessions;
use signals::{Signal, Signals};
use verify::{Verdict, Verification};

pub(super) fn run(args: Serve) -> Result<Exit, Stop> {
    let Serve { inputs, logging, outputs } = args;
    serve(&Flags::from(inputs), logging, &outputs, None)
}

/// `mockforge record`: a server with a proxy and a recorder.
pub(super) fn record(args: Record) -> Result<Exit, Stop> {
    let outputs = ServeOutputs { print_url: args.print_url, verify: false, connections: None, junit: None };
    let (sessions, logging) = (args.sessions, args.logging);
    serve(&Flags::from(args), logging, &outputs, sessions)
}

/// Serves until it is stopped, or so many sessions are over.
fn serve(
    flags: &Flags,
    logging: Logging,
    outputs: &ServeOutputs,
    sessions: Option<u64>,
) -> Result<Exit, Stop> {
    let config = load(flags, &Environment::real())
        .map_err(|problems| problems::stop(&problems, "nothing is served"))?;
    terminal::stderr(&problems::render(config.warnings(), config.sources()));
    flags.record.as_deref().map_or(Ok(()), make_room)?;
    let narrator = Narrator::start(logging.log_format);
    narrator.set_level(logging::start(logging, &narrator)?);
    let runtime = super::runtime()?;
    let over = {
        let _within = runtime.enter();
        prepare(config, outputs, sessions, &narrator)
    };
    let over = over.and_then(|run| runtime.block_on(run.serve(outputs)));
    // What happened is told before what came of it.
    narrator.finish();
    let Over { interrupted, verdict, has_gaps, unrecorded } = over?;
    let verdict = verdict.map_or(Ok(()), Verdict::tell);
    if has_gaps {
        return Err(Stop::new(Exit::World, "the journal has gaps: lines could not be written"));
    }
    if let Some(failure) = unrecorded {
        let stop = Stop::new(Exit::World, format!("a recording ends early: {failure}"));
        return Err(stop.hint("what was written is valid; make room, or record elsewhere"));
    }
    if interrupted { Ok(Exit::Interrupted) } else { verdict.map(|()| Exit::Ok) }
}

/// How long the collector of traces may take to take the last ones.
const PATIENCE: Duration = Duration::from_secs(2);

/// The folder that recordings go to, made now rather than when there is a session to lose.
fn make_room(recordings: &Path) -> Result<(), Stop> {
    let is_file = recordings.extension().is_some_and(|extension| extension == "jsonl");
    let folder = if is_file { recordings.parent().unwrap_or(Path::new("")) } else { recordings };
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        let message = format!("{}: nothing can be recorded there: {error}", folder.display());
        Stop::new(Exit::World, message).hint("name a folder that can be made or written to")
    })
}

/// Everything that can fail before anything is served.
fn prepare(
    config: Config,
    outputs: &ServeOutputs,
    sessions: Option<u64>,
    narrator: &Arc<Narrator>,
) -> Result<Run, Stop> {
    let seed = config.seed.value.unwrap_or_else(random_seed);
    let verification = outputs.verify.then(|| Verification::new(outputs, seed)).transpose()?;
    let mut sinks: Vec<Arc<dyn FactSink>> = vec![Arc::clone(narrator) as _];
    if narrator.is_json() {
        sinks.push(Arc::new(Logs::new()));
    }
    let traces = config.traces.as_ref().map(|said| traces::export(said, &config, narrator)).transpose()?;
    sinks.extend(traces.iter().map(|traces| Arc::new(traces.clone()) as _));
    let metrics = config.metrics().map(|listen| (listen, Registry::new()));
    sinks.extend(metrics.iter().map(|(_, registry)| Arc::new(registry.clone()) as _));
    let journal = config.journal.value.as_deref().map(Journaling::new).transpose()?;
    sinks.extend(journal.iter().map(|journaling| Arc::clone(&journaling.journal) as _));
    sinks.extend(verification.iter().flat_map(Verification::sinks));
    let certificate = config.tls_save.value.as_deref().map(Output::open).transpose()?;
    let sessions = sessions.map(Sessions::new);
    sinks.extend(sessions.iter().map(|sessions| Arc::clone(sessions) as _));
    let (narrator, sink) = (Arc::clone(narrator), Arc::new(sinks));
    Ok(Run { config, seed, narrator, metrics, traces, journal, verification, sessions, certificate, sink })
}

struct Run {
    config: Config,
    seed: Seed,
    narrator: Arc<Narrator>,
    /// What is counted, and where Prometheus asks for it.
    metrics: Option<(Listen, Registry)>,
    traces: Option<Traces>,
    journal: Option<Journaling>,
    verification: Option<Verification>,
    sessions: Option<Arc<Sessions>>,
    /// Where the certificate is written to.
    certificate: Option<Output>,
    sink: Arc<dyn FactSink>,
}

impl Run {
    async fn serve(self, outputs: &ServeOutputs) -> Result<Over, Stop> {
        let Self {
            config,
            seed,
            narrator,
            metrics,
            traces,
            journal,
            verification,
            sessions,
            certificate,
            sink,
        } = self;
        // Before the address is told to anybody, so that no signal finds the default behaviour.
        let mut signals = Signals::listen()?;
        let context = Context { sink, shutdown: Shutdown::default(), ..Context::default() };
        if let Some((_, registry)) = &metrics {
            let (name, help) = ("mockforge_ws_queue_bytes", "Bytes of messages that wait in all queues.");
            let budget = Arc::clone(&context.budget);
            registry.gauge(name, Unit::Bytes, help, move || budget.used() as f64);
        }
        let mut server = Server::bind(&config.listen(), config.settings(context, seed), config.routes())
            .await
            .map_err(|error| Stop::new(Exit::World, error.to_string()).hint(error.hint()))?;
        let metrics = match metrics {
            Some((listen, registry)) => {
                let failed = |error: BindError| {
                    Stop::new(Exit::World, error.to_string()).hint("choose another port with --metrics-port")
                };
                Some((Ops::bind(&listen).await.map_err(failed)?, registry))
            }
            None => None,
        };
        let tls = config.server_tls();
        if let (Some(tls), Some(mut file)) = (&tls, certificate) {
            file.empty();
            file.write(tls.certificate())?;
        }
        let saved = config.tls_save.value.as_deref();
        let trust = tls.as_ref().filter(|_| config.tls.auto.value).map(|tls| banner::trust(tls, saved));
        if let Some(tls) = tls {
            server = server.with_tls(tls);
        }
        journal.iter().for_each(|journaling| journaling.file.empty());
        verification.iter().for_each(Verification::begin);
        let handle = server.handle().clone();
        let recordings = config.recordings().clone();
        let teller = Arc::clone(&narrator);
        recordings.listen(move |news| teller.say_of_file(&news));
        if narrator.is_json() {
            banner::log(&server, &config.routes(), seed);
        } else {
            narrator.say(Level::INFO, banner::banner(&server, &config.routes(), seed));
        }
        trust.into_iter().for_each(|trust| narrator.say(Level::INFO, trust));
        if let Some((ops, registry)) = metrics {
            let port = ops.addresses().next().map_or(0, |address| address.port());
            narrator.say(Level::INFO, format!("metrics at http://localhost:{port}/metrics\n"));
            tokio::spawn(ops.run(handle.clone(), move || registry.render()));
        }
        let reloader = reload::Reloader::new(config, handle.clone(), Arc::clone(&narrator))?;
        let reload = reloader.trigger();
        tokio::spawn(reloader.run());
        if outputs.print_url {
            terminal::stdout(&format!("{}\nready\n", server.url()))?;
        }

        let serving = server.run();
        let mut serving = std::pin::pin!(serving);
        let interrupted = tokio::select! {
            () = &mut serving => false,
            () = verify::done(verification.as_ref()) => false,
            () = sessions::over(sessions.as_deref()) => false,
            signal = signals.end(&reload) => {
                narrator.say(Level::INFO, banner::farewell(handle.site().active()));
                signal == Signal::Interrupt
            }
        };
        // The verdict is on the sessions that ended by themselves, not on those that are cut off below.
        let verdict = verification.map(Verification::verdict);
        handle.shutdown();
        let interrupted = tokio::select! {
            () = serving => interrupted,
            _ = signals.end(|| {}) => true,
        };
        let has_gaps = journal.is_some_and(|journaling| journaling.journal.has_failed());
        // Connections that were cut off above have told their last.
        recordings.finish();
        if let Some(traces) = traces {
            traces.shutdown(PATIENCE).await;
        }
        Ok(Over { interrupted, verdict, has_gaps, unrecorded: recordings.failure() })
    }
}

/// How it ended.
struct Over {
    interrupted: bool,
    verdict: Option<Verdict>,
    /// Not everything that happened is in the journal.
    has_gaps: bool,
    /// Why a recording does not have all of its session.
    unrecorded: Option<String>,
}

/// A journal with its file.
struct Journaling {
    journal: Arc<Journal>,
    file: Output,
}

impl Journaling {
    fn new(path: &Path) -> Result<Self, Stop> {
        let file = Output::open(path)?;
        Ok(Self { journal: Arc::new(Journal::new(file.writer()?)), file })
    }
}

/// A seed where none is configured: random, and short enough to be typed again.
pub(super) fn random_seed() -> Seed {
    let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
    Seed(random & 0xffff_ffff)
}
