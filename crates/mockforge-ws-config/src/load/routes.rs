//! The routes in effect, compiled.

use std::ops::Range;
use std::sync::Arc;

use mockforge_ws_core::echo::Echo;
use mockforge_ws_core::{Seed, Stack};
use mockforge_ws_diagnostic::{Key, Problem};
use mockforge_ws_interactive::Rules;
use mockforge_ws_layers::faults::LatencyInjector;
use mockforge_ws_layers::latency::LatencyProfile;
use mockforge_ws_layers::rate::RateLimit;
use mockforge_ws_layers::tempo::Tempo;
use mockforge_ws_proxy::Target;
use mockforge_ws_server::{Route, Routes};
use serde_json::{Value, json};

use super::har::Served;
use super::settings::FileRoutes;
use super::{File, Loader, RulesFile, paths, proxy, recordings};
use crate::effective::{Effective, Pick, Serves};
use crate::inputs::{Kind, Named, PROXY_URL, REPLAY_FILE, flag_problem, named};
use crate::reply::{self, Reply};
use crate::rows::RowFiles;
use crate::section::{ModeSpec, RouteSpec};
use crate::source::{Source, Span};
use crate::{By, Config, Failure, Flags, Origin, RateLimited, Setting, values};

/// The rate limits that were made.
#[derive(Default)]
struct Limits(Vec<(Origin, RateLimit)>);

impl Limits {
    /// The layer of a limit. An address has one count on all routes that share the limit; where it is by route each
    /// has its own.
    fn layer(&mut self, limit: &RateLimited, origin: &Origin) -> RateLimit {
        if let Some((_, layer)) = self.0.iter().find(|(known, _)| known == origin && limit.by == By::Ip) {
            return layer.clone();
        }
        let layer = limit.layer();
        self.0.push((origin.clone(), layer.clone()));
        layer
    }
}

/// The flags that say what a route serves.
const MODES: &str = "a script, `--proxy`, `--reply` and `--echo-prefix` each say what is served; of these only `--proxy` and \
     `--reply` go together";

/// A route that is still to be compiled.
struct Wanted<'f> {
    effective: Effective,
    /// Where a config asks for it.
    place: Option<(&'f Source, &'f RouteSpec)>,
    /// Where a config names the script, or asks for the rules.
    mode_at: Option<(&'f Source, Span)>,
    /// The file that the rules stand in, where that is one of their own.
    rules: Option<RulesFile>,
}

impl Loader<'_> {
    /// `None` only where something that was reported stands in the way.
    pub(super) fn routes(
        &mut self,
        flags: &Flags,
        script: Option<Named>,
        config: &mut Config,
        from_file: &FileRoutes,
    ) -> Option<Routes> {
        let FileRoutes { file, routes: specs, replay_file, .. } = from_file;
        let mut wanted = Vec::new();
        let recorded = script.clone().filter(|named| is_whole_har(flags, named));
        match self.served_by_flags(flags, script) {
            Some((Serves::Replay { shown, path, .. }, origin)) if recorded.is_some() => {
                let named = Named { path, shown: shown.to_string(), origin };
                wanted = self.wanted_of_har(config, &named)?;
            }
            Some((serves, origin)) => {
                for path in paths_of(&serves, &config.path.value) {
                    let mut route = self.at_path(config, serves.clone(), origin.clone(), None);
                    route.effective.path.value = path;
                    wanted.push(route);
                }
            }
            None => {
                if let (Some(replay), Some(file)) = (replay_file, file) {
                    let (path, shown) = file.beside(&replay.value);
                    let origin = Origin::of(&file.source, replay.span);
                    let at = Some((&file.source, replay.span));
                    let serves = Serves::Replay { shown, path, pick: Pick::default() };
                    wanted.push(self.at_path(config, serves, origin, at));
                } else if specs.is_empty() {
                    let serves = Serves::Echo { prefix: None };
                    wanted.push(self.at_path(config, serves, Origin::Default, None));
                }
            }
        }
        if wanted.is_empty() {
            self.unused_path(config, from_file);
        }
        // A flag or a variable is stronger than a file, so its route takes the place of the file's.
        let taken = |path: &str| {
            let strong = |route: &&Wanted<'_>| !matches!(route.effective.serves.origin, Origin::File { .. });
            wanted.iter().filter(strong).any(|route| route.effective.path.value == path)
        };
        let specs = specs.iter().filter(|spec| !taken(&spec.path.value));
        let more: Vec<_> = match file {
            Some(file) => specs.filter_map(|spec| self.wanted_by(config, file, spec)).collect(),
            None => Vec::new(),
        };
        wanted.extend(more);
        let serves = wanted.iter().map(|route| &route.effective.serves.value);
        proxy::check_flags(&mut self.report, flags, serves);
        self.check_record_flags(flags);
        self.check_speed(&wanted, flags, config, from_file);
        self.compile(flags, wanted, config, from_file)
    }

    /// A speed has to be that of something.
    fn check_speed(&mut self, wanted: &[Wanted<'_>], flags: &Flags, config: &Config, from_file: &FileRoutes) {
        let problem = || {
            let problem = Problem::new("`speed` has no effect: nothing here happens at a time of its own");
            problem.hint("it is for scripts, rules and generated events; `latency` delays what an echo or a proxy sends")
        };
        for Wanted { effective, place, .. } in wanted {
            if let Some((source, spec)) = place
                && let Some(speed) = spec.speed.as_ref().filter(|_| !effective.serves.value.has_time())
            {
                self.report.invalid(source, speed.span, problem());
            }
        }
        // As a printed config says it that has none.
        let is_usual = config.speed.value == 1.0;
        if is_usual || wanted.is_empty() || wanted.iter().any(|route| route.effective.serves.value.has_time())
        {
            return;
        }
        if let Some(speed) = flags.speed {
            flag_problem(&mut self.report, "--speed", &speed.to_string(), problem());
        }
        if let Some((file, at)) = from_file.file.as_ref().zip(from_file.speed_at) {
            self.report.invalid(&file.source, at, problem());
        }
    }

    /// What flags, or else the environment, say is to be served.
    fn served_by_flags(&mut self, flags: &Flags, script: Option<Named>) -> Option<(Serves, Origin)> {
        let replay = |Named { path, shown, origin }: Named| {
            (Serves::Replay { shown: shown.into(), path, pick: Pick::default() }, origin)
        };
        let mut said: Vec<(Serves, Origin)> = script.into_iter().map(replay).collect();
        if !flags.reply.is_empty() {
            let serves = Serves::Rules { section: self.replies(&flags.reply), file: None };
            said.push((serves, Origin::Flag("--reply")));
        }
        if let Some(prefix) = &flags.echo_prefix {
            said.push((Serves::Echo { prefix: Some(prefix.clone()) }, Origin::Flag("--echo-prefix")));
        }
        let name = if flags.proxy_only { "--upstream" } else { "--proxy" };
        let by_flag = flags.proxy.as_deref().map(|url| (url, Origin::Flag(name)));
        let variable = self.environment.var(PROXY_URL).filter(|url| !url.is_empty());
        // A variable gives way to what a flag serves.
        let by_variable = || variable.filter(|_| said.is_empty()).map(|url| (url, Origin::Env(PROXY_URL)));
        if let Some((url, origin)) = by_flag.or_else(by_variable) {
            let proxy = self.proxy_by_flags(flags, url, &origin, &mut said);
            said.extend(proxy.map(|serves| (serves, origin)));
        }
        if let [(_, first), (_, second), ..] = &said[..] {
            let problem = Problem::new(format!("`{second}` has no effect beside `{first}`")).hint(MODES);
            self.report.whole(Failure::Usage, &second.to_string(), problem);
        }
        let by_variable = || {
            let file = self.environment.var(REPLAY_FILE).filter(|file| !file.is_empty())?;
            Some(replay(named(file.as_ref(), Origin::Env(REPLAY_FILE), self.environment)))
        };
        said.into_iter().next().or_else(by_variable)
    }

    /// `--proxy URL`; what `--reply` answers is not passed on.
    fn proxy_by_flags(
        &mut self,
        flags: &Flags,
        url: &str,
        origin: &Origin,
        said: &mut Vec<(Serves, Origin)>,
    ) -> Option<Serves> {
        let target = match values::upstream(url) {
            Ok(target) => target,
            Err(problem) => {
                flag_problem(&mut self.report, &origin.to_string(), url, problem);
                return None;
            }
        };
        let replies = match said.first() {
            Some((Serves::Rules { section, .. }, _)) if said.len() == 1 => Some(section.clone()),
            _ => None,
        };
        if replies.is_some() {
            said.clear();
        }
        let section = proxy::section_of_flags(flags, &shown(&target));
        Some(Serves::Proxy { shown: shown(&target), flags: Some((url.to_string(), replies)), section })
    }

    /// `--reply` arguments as an `interactive:` section.
    fn replies(&mut self, arguments: &[String]) -> Value {
        let mut rules = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            match reply::split(argument) {
                Ok(Reply { pattern, template }) => {
                    let pattern = &argument[pattern];
                    // Said as what it is, for as a bare word it could be an occasion: `connect`, `ping`.
                    let kind = if reply::is_jsonpath(pattern) { "jsonpath" } else { "regex" };
                    rules.push(json!({"on": {kind: pattern}, "reply": {"text": argument[template]}}));
                }
                Err(problem) => {
                    let span = problem.span.clone().unwrap_or(0..argument.len());
                    let (source, span) = reply_place(arguments, index, span);
                    self.report.usage(&source, span, problem);
                }
            }
        }
        json!({ "rules": rules })
    }

    fn at_path<'f>(
        &self,
        config: &Config,
        serves: Serves,
        origin: Origin,
        mode_at: Option<(&'f Source, Span)>,
    ) -> Wanted<'f> {
        let effective = Effective {
            path: config.path.clone(),
            subprotocols: Vec::new(),
            serves: Setting { value: serves, origin },
            latency: config.latency.clone(),
            faults: config.faults.clone(),
            speed: config.speed.clone(),
            rate_limit: config.rate_limit.clone(),
            seed: None,
            handshake: None,
            close_on_reload: config.close_on_reload.clone(),
            record: None,
        };
        Wanted { effective, place: None, mode_at, rules: None }
    }

    /// The routes of a HAR that is served as a whole.
    fn wanted_of_har<'f>(&mut self, config: &Config, named: &Named) -> Option<Vec<Wanted<'f>>> {
        let served = self.served_by_har(named, &config.path.value)?;
        if let ([_, _, ..], Origin::Flag(flag)) = (&served[..], &config.path.origin) {
            let problem = Problem::new(format!(
                "`{flag}` has no effect: the WebSockets of {} are served at paths of their own",
                named.shown
            ));
            let hint = "`mockforge import` makes a script of one, which can be served at any path";
            flag_problem(&mut self.report, flag, &config.path.value, problem.hint(hint));
        }
        let mut wanted = Vec::new();
        for Served { path, pick } in served {
            let origin = if pick.index.is_some() { named.origin.clone() } else { config.path.origin.clone() };
            let serves =
                Serves::Replay { shown: named.shown.as_str().into(), path: named.path.clone(), pick };
            let mut route = self.at_path(config, serves, named.origin.clone(), None);
            route.effective.path = Setting { value: path, origin };
            wanted.push(route);
        }
        Some(wanted)
    }

    /// A path for a route that nothing makes.
    fn unused_path(&mut self, config: &Config, from_file: &FileRoutes) {
        let path = &config.path.value;
        let hint = "give it something to serve: a script, `--reply`, or `--echo-prefix`";
        match (&config.path.origin, &from_file.file, from_file.path_at) {
            (Origin::Flag(flag), ..) => {
                let problem = Problem::new(format!(
                    "`{flag}` has no effect: the config's routes have paths of their own"
                ));
                flag_problem(&mut self.report, flag, path, problem.hint(hint));
            }
            (Origin::File { .. }, Some(file), Some(at)) => {
                let problem = Problem::new("`path` has no effect: the routes have paths of their own");
                let hint = "take it away, or name a `replay_file` for it";
                self.report.invalid(&file.source, at, problem.hint(hint));
            }
            _ => {}
        }
    }

    fn compile(
        &mut self,
        flags: &Flags,
        wanted: Vec<Wanted<'_>>,
        config: &mut Config,
        from_file: &FileRoutes,
    ) -> Option<Routes> {
        let mut routes = Vec::new();
        let mut limits = Limits::default();
        let mut whole = true;
        let file = from_file.file.as_ref();
        for Wanted { mut effective, place, mode_at, rules } in wanted {
            let mode = match &effective.serves.value {
                Serves::Echo { prefix: Some(prefix) } => Some(Stack::new(Echo::new(prefix.as_str()))),
                Serves::Echo { prefix: None } => Some(Stack::new(Echo::default())),
                Serves::Replay { shown, path, pick } => {
                    let origin = &effective.serves.origin;
                    let script = self.script(path, Arc::clone(shown), pick, origin, mode_at);
                    if let Some(script) = &script
                        && effective.seed.is_none()
                        && config.seed.origin == Origin::Default
                    {
                        let origin = Origin::File { file: Arc::clone(shown), line: 1 };
                        effective.seed = script.seed().map(|seed| Setting { value: Seed(seed), origin });
                    }
                    script.map(|script| Stack::new(script.mode()))
                }
                Serves::Proxy { flags: Some((url, replies)), .. } => {
                    self.proxy_of_flags(flags, url, replies.as_ref(), from_file, config).map(Stack::new)
                }
                Serves::Proxy { flags: None, .. } => match place.map(|(_, spec)| &spec.mode.value) {
                    Some(ModeSpec::Proxy(spec)) => {
                        self.proxy(spec, &effective.path.value, from_file, config).map(Stack::new)
                    }
                    _ => None,
                },
                Serves::Ai { .. } => match place.map(|(_, spec)| &spec.mode.value).zip(file) {
                    Some((ModeSpec::Ai(node), file)) => self.ai(node, file, from_file),
                    _ => None,
                },
                Serves::Rules { section, .. } => {
                    match self.compile_rules(section, from_file, rules.as_ref()) {
                        Ok(rules) => {
                            self.rules.push((effective.path.value.clone(), rules.clone()));
                            Some(Stack::new(rules))
                        }
                        Err(problems) => {
                            self.rule_problems(flags, place, rules.as_ref(), problems);
                            None
                        }
                    }
                }
            };
            // Innermost, so that what is late is late by the clock.
            let mode = match effective.speed.value == 1.0 || !effective.serves.value.has_time() {
                true => mode,
                false => {
                    mode.zip(Tempo::new(effective.speed.value).ok()).map(|(mode, tempo)| mode.layer(tempo))
                }
            };
            let is_late = effective.latency.value != LatencyProfile::none();
            // A layer that does nothing would have every message read.
            let mode = match is_late || !effective.faults.value.is_none() {
                true => {
                    let injector = LatencyInjector::new(effective.latency.value, effective.faults.value);
                    mode.map(|mode| mode.layer(injector))
                }
                false => mode,
            };
            let mode = match &effective.rate_limit.value {
                Some(limit) => mode.map(|mode| mode.layer(limits.layer(limit, &effective.rate_limit.origin))),
                None => mode,
            };
            let Some(mode) = self.behind_handshake(place, mode) else {
                whole = false;
                continue;
            };
            let upstream = match &effective.serves.value {
                Serves::Proxy { shown, .. } => Some(shown.clone()),
                _ => None,
            };
            let mut route = Route::new(&effective.path.value, mode).about(about(&effective));
            route.subprotocols.clone_from(&effective.subprotocols);
            route.seed = effective.seed.as_ref().map(|seed| seed.value);
            route.close_on_reload = effective.close_on_reload.value;
            if let Some((file, source, spec)) = place.and_then(|(source, spec)| Some((file?, source, spec))) {
                route.sink = self.recorder(file, source, spec, upstream.clone());
            }
            if flags.record.is_some() {
                effective.record = recordings::effective_of_flags(flags);
                route.sink = self.recorder_of_flags(flags, upstream);
                route.about = about(&effective);
            }
            routes.push((route, place));
            config.parts.effective.push(effective);
        }
        paths::tell_apart(&mut routes);
        let routes = self.check_paths(config, routes)?;
        whole.then_some(routes)
    }

    /// What a route of the file is to serve; `None` where the file of its rules can't be read.
    fn wanted_by<'f>(&mut self, config: &Config, file: &'f File, spec: &'f RouteSpec) -> Option<Wanted<'f>> {
        let source = &file.source;
        let mut rules = None;
        let serves = match &spec.mode.value {
            ModeSpec::Replay(script, pick) => {
                let (path, shown) = file.beside(&script.value);
                Serves::Replay { shown, path, pick: pick.clone() }
            }
            ModeSpec::Echo(prefix) => Serves::Echo { prefix: prefix.clone() },
            ModeSpec::Proxy(proxy) => {
                let shown = proxy.target.as_ref().map(|target| shown(&target.value)).unwrap_or_default();
                Serves::Proxy { shown, flags: None, section: proxy.section.clone() }
            }
            ModeSpec::Ai(node) => {
                let section = node.to_value();
                let text = |key: &str| section.get(key).and_then(Value::as_str);
                let provider = text("provider").unwrap_or(mockforge_ws_ai::OFFLINE);
                let by = text("model").map_or(provider.to_string(), |model| format!("{provider}/{model}"));
                Serves::Ai { by, section }
            }
            ModeSpec::Interactive(node) => match node.to_value() {
                Value::String(name) => {
                    let (path, shown) = file.beside(&name);
                    let found = self.rules_file(&path, &shown, (source, spec.mode.span))?;
                    let section = found.node.to_value();
                    rules = Some(found);
                    Serves::Rules { section, file: Some((shown, path)) }
                }
                section => Serves::Rules { section, file: None },
            },
        };
        let mode_at = match &spec.mode.value {
            ModeSpec::Replay(script, _) => script.span,
            ModeSpec::Echo(_) | ModeSpec::Interactive(_) | ModeSpec::Proxy(_) | ModeSpec::Ai(_) => {
                spec.mode.span
            }
        };
        let own = |span| Origin::of(source, span);
        let by_flag = |origin: &Origin| matches!(origin, Origin::Flag(_));
        let latency = spec.latency.as_ref().filter(|_| !by_flag(&config.latency.origin));
        let speed = spec.speed.as_ref().filter(|_| !by_flag(&config.speed.origin));
        let limit = spec.rate_limit.as_ref().filter(|_| !by_flag(&config.rate_limit.origin));
        let seed = spec.seed.as_ref().filter(|_| !by_flag(&config.seed.origin));
        let effective = Effective {
            path: Setting { value: spec.path.value.clone(), origin: own(spec.path.span) },
            subprotocols: spec.subprotocols.iter().map(|name| name.value.clone()).collect(),
            serves: Setting { value: serves, origin: own(mode_at) },
            latency: latency.map_or(config.latency.clone(), |own_one| Setting {
                value: own_one.value,
                origin: own(own_one.span),
            }),
            faults: spec.faults.as_ref().map_or(config.faults.clone(), |faults| Setting {
                value: faults.value,
                origin: own(faults.span),
            }),
            speed: speed.map_or(config.speed.clone(), |speed| Setting {
                value: speed.value,
                origin: own(speed.span),
            }),
            rate_limit: limit.map_or(config.rate_limit.clone(), |limit| Setting {
                value: Some(limit.value.clone()),
                origin: own(limit.span),
            }),
            seed: seed.map(|seed| Setting { value: seed.value, origin: own(seed.span) }),
            handshake: spec
                .handshake
                .as_ref()
                .map(|node| Setting { value: node.to_value(), origin: own(node.span) }),
            record: spec.record.as_ref().map(|record| Setting {
                value: recordings::effective(file, &record.value),
                origin: own(record.span),
            }),
            close_on_reload: spec.reload.as_ref().map_or(config.close_on_reload.clone(), |reload| Setting {
                value: reload.value,
                origin: own(reload.span),
            }),
        };
        Some(Wanted { effective, place: Some((source, spec)), mode_at: Some((source, mode_at)), rules })
    }

    /// Rules, with the rows of their streams relative to the file that they stand in.
    pub(super) fn compile_rules(
        &mut self,
        section: &Value,
        from_file: &FileRoutes,
        rules: Option<&RulesFile>,
    ) -> Result<Rules, Vec<Problem>> {
        let folder = match (rules, &from_file.file) {
            (Some(rules), _) => rules.folder.clone(),
            (None, Some(file)) => file.folder.clone(),
            (None, None) => self.environment.cwd().to_path_buf(),
        };
        let rows = RowFiles::new(folder);
        let mut options = mockforge_ws_interactive::Options::from(self.templates.clone());
        options.rows = Some(rows.reader());
        let compiled = Rules::compile(section, &options);
        self.files.extend(rows.read());
        compiled
    }

    /// Mistakes in rules, put where they are written: in the config, in a file of their own, or in a `--reply`.
    pub(super) fn rule_problems(
        &mut self,
        flags: &Flags,
        place: Option<(&Source, &RouteSpec)>,
        rules: Option<&RulesFile>,
        problems: Vec<Problem>,
    ) {
        for problem in problems {
            if let Some(RulesFile { source, node, .. }) = rules {
                let span = node.locate(source, &problem);
                self.report.invalid(source, span, problem);
                continue;
            }
            if let Some((source, spec)) = place
                && let ModeSpec::Interactive(node) = &spec.mode.value
            {
                let span = node.locate(source, &problem);
                self.report.invalid(source, span, problem);
                continue;
            }
            let index = match problem.path.get(1) {
                Some(Key::Index(index)) => *index,
                _ => 0,
            };
            let arguments = flags.reply.iter().enumerate();
            let mut split = arguments.filter_map(|(at, argument)| Some((at, reply::split(argument).ok()?)));
            let Some((argument, reply)) = split.nth(index) else { continue };
            let part = if problem.path.get(2) == Some(&"on".into()) { reply.pattern } else { reply.template };
            let within = match &problem.span {
                Some(within) => part.start + within.start..part.start + within.end,
                None => part,
            };
            let (source, span) = reply_place(&flags.reply, argument, within);
            self.report.usage(&source, span, problem);
        }
    }
}

/// Whether it is the HAR that `serve FILE` names, all of which is served.
fn is_whole_har(flags: &Flags, named: &Named) -> bool {
    flags.file.is_some() && named.origin == Origin::Flag("FILE") && Kind::of(&named.path) == Kind::Har
}

/// A place in a `--reply`: the nth is the nth line of a source of that name.
fn reply_place(arguments: &[String], index: usize, within: Range<usize>) -> (Source, Span) {
    let lines: Vec<_> = arguments.iter().map(|argument| argument.replace('\n', " ")).collect();
    let start: usize = lines[..index].iter().map(|line| line.len() + 1).sum();
    (Source::new("--reply", lines.join("\n")), Span { start: start + within.start, end: start + within.end })
}

/// The paths of a route that flags make: a proxy takes more than one.
fn paths_of(serves: &Serves, path: &str) -> Vec<String> {
    let Serves::Proxy { flags: Some((url, _)), .. } = serves else { return vec![path.to_string()] };
    let has_path = values::upstream(url).is_ok_and(|target| target.has_path());
    match has_path {
        false => vec!["/".into(), "/{*path}".into()],
        true if path.contains('{') => vec![path.to_string()],
        true => vec![path.to_string(), format!("{}/{{*path}}", path.trim_end_matches('/'))],
    }
}

/// A server's URL, without credentials and query.
pub(super) fn shown(target: &Target) -> String {
    let url = target.base();
    let path = if target.has_path() { url.path() } else { "" };
    let authority = url.authority().map_or("", |authority| authority.as_str());
    format!("{}://{authority}{path}", url.scheme_str().unwrap_or("ws"))
}

/// What serves a route and what happens to its messages, in a few words.
fn about(route: &Effective) -> String {
    let mut about = route.serves.value.about();
    if route.latency.value != LatencyProfile::none() {
        about += &format!(", latency {}", route.latency.value);
    }
    if route.speed.value != 1.0 && route.serves.value.has_time() {
        about += &format!(", speed {}", route.speed.value);
    }
    if !route.faults.value.is_none() {
        about += ", faults";
    }
    if let Some(limit) = &route.rate_limit.value {
        about += &format!(", {limit}");
    }
    if route.handshake.is_some() {
        about += ", handshake";
    }
    if route.record.is_some() {
        about += ", recorded";
    }
    about
}
