//! `mockforge check`.

use std::path::{Path, PathBuf};

use mockforge_ws_config::{Checked, Environment, Failure, GraphNotation, check, find};

use crate::args::{Check, Graph};
use crate::exit::{Exit, Stop};
use crate::problems::{Tally, render};
use crate::terminal;

pub(super) fn run(args: &Check) -> Result<Exit, Stop> {
    let environment = Environment::real();
    let mut exit = Exit::Ok;
    let mut tally = Tally::default();
    let found = if args.files.is_empty() { vec![nearest(&environment)?] } else { Vec::new() };
    for file in args.files.iter().chain(&found) {
        let one = check_one(file, args, &environment, &mut tally)?;
        exit = worse(exit, one);
    }
    if tally.errors + tally.warnings > 0 {
        let strict = if args.strict && tally.errors == 0 { "; --strict lets none pass" } else { "" };
        terminal::stderr(&format!("{tally}{strict}\n"));
    }
    Ok(exit)
}

/// The config that `serve` would find.
fn nearest(environment: &Environment) -> Result<PathBuf, Stop> {
    find(environment).ok_or_else(|| {
        Stop::usage("there is no mockforge.yaml, .yml, .toml or .json here, nor in the folders above")
            .hint("name what to check, as in `mockforge check feed.jsonl`")
    })
}

fn check_one(file: &Path, args: &Check, environment: &Environment, tally: &mut Tally) -> Result<Exit, Stop> {
    let checked = check(file, environment);
    terminal::stderr(&render(&checked.diagnostics, &checked.sources));
    *tally += Tally::of(&checked.diagnostics);
    if args.timeline {
        for (_, timeline) in &checked.timelines {
            terminal::stdout(&format!("{}\n\n", timeline.trim_end()))?;
        }
    }
    if let Some(graph) = args.graph {
        let notation = match graph {
            Graph::Mermaid => GraphNotation::Mermaid,
            Graph::Dot => GraphNotation::Dot,
        };
        print_graphs(file, &checked, notation)?;
        // A picture is to be piped on, so nothing else stands beside it.
        if checked.passes(args.strict) {
            return Ok(Exit::Ok);
        }
    }
    if checked.passes(args.strict) {
        terminal::stdout(&format!("{}: ok\n", file.display()))?;
        return Ok(Exit::Ok);
    }
    Ok(if checked.failure == Some(Failure::Usage) { Exit::Usage } else { Exit::Failed })
}

/// Every machine of a file, behind the path of its route where there are several.
fn print_graphs(file: &Path, checked: &Checked, notation: GraphNotation) -> Result<(), Stop> {
    let graphs: Vec<_> = checked.graphs(notation).collect();
    if graphs.is_empty() && checked.passes(false) {
        return Err(Stop::usage(format!(
            "`--graph` has no effect: {} has no rules with states",
            file.display()
        ))
        .hint("a machine begins with `state: NAME` or `states:` in `interactive:`"));
    }
    let comment = match notation {
        GraphNotation::Mermaid => "%%",
        GraphNotation::Dot => "//",
    };
    for (path, graph) in &graphs {
        let title = if graphs.len() > 1 { format!("{comment} {path}\n") } else { String::new() };
        terminal::stdout(&format!("{title}{graph}"))?;
    }
    Ok(())
}

/// A file that can't be read outweighs problems in one that can.
fn worse(one: Exit, other: Exit) -> Exit {
    if other as u8 > one as u8 { other } else { one }
}
