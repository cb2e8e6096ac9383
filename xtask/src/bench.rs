//! `bench`: the workspace's benchmarks, found by their `[[bench]]` targets.

use anyhow::{Result, bail, ensure};

use crate::process;
use crate::report::Report;
use crate::workspace::Workspace;

/// Runs the benchmarks named before a `--`, or all; what follows the `--` goes to each.
pub(crate) fn run(args: &[&str]) -> Result<()> {
    let workspace = Workspace::read()?;
    let all = workspace.members.iter();
    let all: Vec<(&str, &str)> =
        all.flat_map(|member| member.benches.iter().map(|bench| (&*member.name, &**bench))).collect();
    ensure!(!all.is_empty(), "no package of the workspace has a [[bench]] target");
    let (names, forwarded) = split(args);
    let mut report = Report::default();
    for (package, bench) in choose(&all, names)? {
        report.step(bench, || {
            let mut command = process::cargo(&["bench", "--package", package, "--bench", bench, "--"]);
            process::run(command.args(forwarded))
        });
    }
    report.finish()
}

fn split<'a>(args: &'a [&'a str]) -> (&'a [&'a str], &'a [&'a str]) {
    match args.iter().position(|arg| *arg == "--") {
        Some(dashes) => (&args[..dashes], &args[dashes + 1..]),
        None => (args, &[]),
    }
}

/// The benchmarks of those names, in the order of the workspace; all where none is named.
fn choose<'a>(all: &[(&'a str, &'a str)], names: &[&str]) -> Result<Vec<(&'a str, &'a str)>> {
    let known = || all.iter().map(|(_, bench)| *bench).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|(_, bench)| bench != *name)) {
        bail!(
            "no benchmark is called `{unknown}`; there are: {} (arguments for them follow a `--`)",
            known()
        );
    }
    Ok(all.iter().filter(|(_, bench)| names.is_empty() || names.contains(bench)).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[(&str, &str)] = &[("tests", "wire"), ("tests", "idle"), ("template", "render")];

    #[test]
    fn names_choose_and_the_rest_is_forwarded() {
        let check = |args: &[&str], benches: &[&str], forwarded: &[&str]| {
            let (names, rest) = split(args);
            let chosen: Vec<&str> =
                choose(ALL, names).expect("they exist").iter().map(|(_, bench)| *bench).collect();
            assert_eq!((&chosen[..], rest), (benches, forwarded), "{args:?}");
        };
        check(&[], &["wire", "idle", "render"], &[]);
        check(&["render", "wire"], &["wire", "render"], &[]);
        check(&["idle", "--", "--rounds", "9"], &["idle"], &["--rounds", "9"]);
        check(&["--", "idle"], &["wire", "idle", "render"], &["idle"]);
    }

    #[test]
    fn an_unknown_name_is_an_error_with_the_known_ones() {
        let error = choose(ALL, &["wires"]).expect_err("there is none").to_string();
        assert!(error.contains("`wires`") && error.contains("wire, idle, render"), "{error}");
    }
}
