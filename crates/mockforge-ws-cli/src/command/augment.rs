//! `mockforge augment`.

use mockforge_ws_ai::{AugmentOptions, Augmentation, How, Llm, LlmError, OFFLINE, Point, Usage};
use mockforge_ws_config::{Ai, Environment, Failure, Problems, script_text};
use mockforge_ws_diagnostic::{Key, Problem};

use super::generate::used;
use super::place::Place;
use crate::args::Augment;
use crate::exit::{Exit, Stop};
use crate::terminal::WARNING;
use crate::{problems, terminal};

/// What it means that something is wrong.
const NOTHING: &str = "nothing is changed";

pub(super) fn run(args: &Augment) -> Result<Exit, Stop> {
    let environment = Environment::real();
    let ai = Ai::read(&args.section(), &environment, Augment::flag)
        .map_err(|found| problems::stop(&found, NOTHING))?;
    let text = script_text(&args.file, &environment).map_err(|found| problems::stop(&found, NOTHING))?;
    let seed = args.seed.unwrap_or_else(|| super::serve::random_seed().0);
    let mut augmentation = prepare(args, &ai, &text, seed).map_err(stop)?;
    let mut usage = Usage::default();
    match &ai.model {
        None => {
            let begins = augmentation.begins().unwrap_or_else(super::generate::now);
            augmentation.offline(begins).map_err(stop)?;
        }
        Some(model) => {
            let asking = augmentation.ask(&*model.llm, &ai.section.budget, &mut usage);
            super::runtime()?.block_on(asking).map_err(|error| failed(&*model.llm, error))?;
        }
    }
    for problem in augmentation.left_out() {
        terminal::stderr(&format!("{WARNING}warning{WARNING:#}: {problem}\n"));
    }
    if args.dry_run {
        terminal::stdout(&augmentation.diff(&args.file.display().to_string()))?;
        return Ok(Exit::Ok);
    }
    let place = Place::of(args.out.as_deref(), args.force);
    place.write(|out| out.write_all(augmentation.finish().as_bytes()))?;
    if let Place::File { path, .. } = place {
        terminal::stdout(&format!("{}\n", path.display()))?;
    }
    let (done, points) = augmentation.progress();
    let by = match &ai.model {
        None => OFFLINE.to_string(),
        Some(model) => format!("{}: {}", model.llm.name(), used(usage, ai.section.budget.price)),
    };
    terminal::stderr(&format!("{} by {by}; seed {seed}\n", terminal::counted(done, "point")));
    match points - done {
        0 => Ok(Exit::Ok),
        left => {
            let left = terminal::counted(left, "point");
            let stop = Stop::new(Exit::World, format!("the budget is used up, and {left} got nothing"));
            Err(stop.hint("allow more by --token-budget or --cost-budget"))
        }
    }
}

fn failed(llm: &dyn Llm, error: LlmError) -> Stop {
    let stop = Stop::new(Exit::World, format!("{}: {}; {NOTHING}", llm.name(), error.message));
    error.hint.into_iter().fold(stop, Stop::hint)
}

fn prepare(args: &Augment, ai: &Ai, text: &str, seed: u64) -> Result<Augmentation, Vec<Problem>> {
    let (mut points, mut problems) = (Vec::new(), Vec::new());
    for point in &args.at {
        match Point::parse(point) {
            Ok(point) => points.push(point),
            Err(problem) => problems.push(Problem { path: vec!["points".into()], ..problem }),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let brief = ai.section.brief.clone();
    let options = AugmentOptions {
        narrative: brief.narrative,
        points,
        how: if args.rewrite { How::Rewrite } else { How::Insert },
        per_point: args.per_point,
        seed,
        schema: brief.schema,
        system_prompt: brief.system_prompt,
        temperature: brief.temperature,
        ..AugmentOptions::default()
    };
    Augmentation::new(text, options)
}

/// Problems under the names of the flags that they are about.
fn stop(found: Vec<Problem>) -> Stop {
    let named = |problem: Problem| {
        let flag = match problem.path.first() {
            Some(Key::Name(key)) => Augment::flag(key),
            _ => "FILE".into(),
        };
        (flag, problem)
    };
    problems::stop(&Problems::of(Failure::Usage, found.into_iter().map(named)), NOTHING)
}
