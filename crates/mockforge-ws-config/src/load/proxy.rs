//! Routes that forward to another server.

use std::path::PathBuf;

use http::{HeaderName, HeaderValue};
use mockforge_ws_core::echo::Echo;
use mockforge_ws_core::{Bytes, Stack, Tls, Upstream};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_interactive::Rules;
use mockforge_ws_proxy::{Passage, Proxy, Target};
use mockforge_ws_template::Template;
use serde_json::{Value, json};

use super::routes::shown;
use super::settings::FileRoutes;
use super::{File, Loader};
use crate::effective::Serves;
use crate::inputs::flag_problem;
use crate::report::Report;
use crate::section::{Located, ModeSpec, ProxySpec, TlsSpec};
use crate::source::{Source, Span};
use crate::tree::Node;
use crate::values::header_name;
use crate::{Config, Failure, Flags, Origin, files};

impl Loader<'_> {
    /// A proxy of a config file.
    pub(super) fn proxy(
        &mut self,
        spec: &ProxySpec,
        path: &str,
        from_file: &FileRoutes,
        config: &Config,
    ) -> Option<Proxy> {
        let file = from_file.file.as_ref()?;
        let source = &file.source;
        let target = spec.target.as_ref()?.value.clone().under(path);
        let mut passage = spec.passage.clone();
        for (name, value) in &spec.set {
            passage.set.append(name, self.constant(source, value)?);
        }
        let mut upstream = spec.upstream.clone();
        upstream.tls = self.tls(&spec.tls, Some(file))?;
        if let Some(at) = spec.tls.insecure {
            self.warn_of_insecurity(source, at, &target);
        }
        let mut proxy = Proxy::new(target)
            .passage(passage)
            .upstream(upstream, spec.subprotocols.clone())
            .allow_origins(config.allow_origins.value.clone());
        if let Some(reconnect) = spec.reconnect {
            proxy = proxy.reconnect(reconnect);
        }
        if let Some(node) = &spec.rules {
            match mockforge_ws_proxy::Rules::compile(&node.to_value(), &self.templates) {
                Ok(rules) => proxy = proxy.rules(rules),
                Err(problems) => {
                    for problem in problems {
                        let span = node.locate(source, &problem);
                        self.report.invalid(source, span, problem);
                    }
                    return None;
                }
            }
        }
        if let Some(node) = &spec.interactive {
            proxy = proxy.local(self.rules_at(node, source, from_file)?);
        }
        match &spec.fallback {
            None => Some(proxy),
            Some(fallback) => Some(proxy.fallback(self.fallback(fallback, from_file)?)),
        }
    }

    /// A proxy of flags, whose URL has been checked.
    pub(super) fn proxy_of_flags(
        &mut self,
        flags: &Flags,
        url: &str,
        replies: Option<&Value>,
        from_file: &FileRoutes,
        config: &Config,
    ) -> Option<Proxy> {
        let target = Target::new(url).ok()?.under(&config.path.value);
        let mut passage = Passage::default();
        for header in &flags.upstream_headers {
            match header_of_flag(header) {
                Ok((name, value)) => drop(passage.set.append(name, value)),
                Err(problem) => flag_problem(&mut self.report, "--upstream-header", header, problem),
            }
        }
        let upstream = Upstream { tls: self.tls_of_flags(flags)?, ..Upstream::default() };
        if flags.insecure {
            let source = Source::new("--insecure", url);
            self.warn_of_insecurity(&source, Span { start: 0, end: url.len() }, &target);
        }
        let proxy = Proxy::new(target)
            .passage(passage)
            .upstream(upstream, Vec::new())
            .allow_origins(config.allow_origins.value.clone());
        match replies.map(|section| self.compile_rules(section, from_file, None)) {
            None => Some(proxy),
            Some(Ok(rules)) => Some(proxy.local(rules)),
            Some(Err(problems)) => {
                self.rule_problems(flags, None, None, problems);
                None
            }
        }
    }

    /// The value of a header: a template of constants.
    fn constant(&mut self, source: &Source, value: &Located<String>) -> Option<HeaderValue> {
        let problems = match Template::parse(&value.value, &self.templates) {
            Ok(template) => match template.literal().map(HeaderValue::from_str) {
                Some(Ok(mut constant)) => {
                    constant.set_sensitive(true);
                    return Some(constant);
                }
                Some(Err(_)) => vec![Problem::new("the value of a header holds no control characters")],
                None => vec![
                    Problem::new("the header is the same for all clients, so this can't be said here")
                        .hint("`{{var.NAME}}` and `{{env.NAME}}` are constants"),
                ],
            },
            Err(problems) => problems,
        };
        for problem in problems {
            self.report.invalid(source, value.span, problem);
        }
        None
    }

    /// What the flags say of TLS.
    pub(super) fn tls_of_flags(&mut self, flags: &Flags) -> Option<Tls> {
        self.tls(&tls_of_flags(flags), None)
    }

    /// The files that `tls:`, or a flag, names.
    fn tls(&mut self, spec: &TlsSpec, file: Option<&File>) -> Option<Tls> {
        let mut read = |name: &Option<Located<String>>| -> Result<Option<Bytes>, ()> {
            let Some(name) = name else { return Ok(None) };
            let (path, shown) = match file {
                Some(file) => file.beside(&name.value),
                None => (self.environment.cwd().join(&name.value), name.value.as_str().into()),
            };
            self.files.push(path.clone());
            files::config(&path).map(|bytes| Some(bytes.into())).map_err(|problem| {
                self.complain(name, &shown, file, problem);
            })
        };
        let (roots, cert, key) = (read(&spec.ca), read(&spec.cert), read(&spec.key));
        let (roots, cert, key) = (roots.ok()?, cert.ok()?, key.ok()?);
        let tls = Tls { roots, identity: cert.zip(key), insecure: spec.insecure.is_some() };
        if let Err(reason) = mockforge_ws_io::check_tls(&tls) {
            let at = [&spec.ca, &spec.cert, &spec.key].into_iter().flatten().next()?;
            self.complain(at, &at.value, file, Problem::new(reason));
            return None;
        }
        Some(tls)
    }

    /// Trust in everybody is said aloud.
    fn warn_of_insecurity(&mut self, source: &Source, span: Span, target: &Target) {
        let url = shown(target);
        let problem = if target.base().scheme_str() == Some("wss") {
            Problem::new(format!("the certificate of {url} is not checked"))
                .hint("anybody on the way can read and change what passes; name a CA where you can")
        } else {
            Problem::new(format!("no certificate is checked: {url} is not encrypted at all"))
                .hint("take it away, or write `wss://`")
        };
        self.report.warning(source, span, problem);
    }

    /// A mistake about a file: where the config names it, or by itself where a flag does.
    fn complain(&mut self, at: &Located<String>, shown: &str, file: Option<&File>, problem: Problem) {
        match file {
            None => self.report.whole(Failure::Usage, shown, problem),
            Some(file) => {
                let message = format!("{shown}: {}", problem.message);
                self.report.invalid(&file.source, at.span, Problem { message, ..problem });
            }
        }
    }

    pub(super) fn rules_at(&mut self, node: &Node, source: &Source, from_file: &FileRoutes) -> Option<Rules> {
        match self.compile_rules(&node.to_value(), from_file, None) {
            Ok(rules) => Some(rules),
            Err(problems) => {
                for problem in problems {
                    let span = node.locate(source, &problem);
                    self.report.invalid(source, span, problem);
                }
                None
            }
        }
    }

    fn fallback(&mut self, fallback: &Located<ModeSpec>, from_file: &FileRoutes) -> Option<Stack> {
        let file = from_file.file.as_ref()?;
        match &fallback.value {
            ModeSpec::Replay(script, pick) => {
                let (path, shown) = file.beside(&script.value);
                let origin = Origin::of(&file.source, script.span);
                let script = self.script(&path, shown, pick, &origin, Some((&file.source, script.span)))?;
                Some(Stack::new(script.mode()))
            }
            ModeSpec::Interactive(node) => Some(Stack::new(self.rules_at(node, &file.source, from_file)?)),
            ModeSpec::Echo(prefix) => Some(Stack::new(match prefix {
                Some(prefix) => Echo::new(prefix.as_str()),
                None => Echo::default(),
            })),
            // A fallback of a fallback can't be written.
            ModeSpec::Proxy(_) => None,
            ModeSpec::Ai(node) => self.ai(node, file, from_file),
        }
    }
}

/// What the flags of a proxy come to, as a section.
pub(super) fn section_of_flags(flags: &Flags, shown: &str) -> Value {
    let mut section = json!({ "upstream_url": shown });
    let names = flags.upstream_headers.iter().filter_map(|header| Some(header.split_once(':')?.0.trim()));
    let set: serde_json::Map<String, Value> = names.map(|name| (name.to_lowercase(), json!("***"))).collect();
    if !set.is_empty() {
        section["headers"] = json!({ "set": set });
    }
    let named = [("ca", &flags.upstream_ca), ("cert", &flags.upstream_cert), ("key", &flags.upstream_key)];
    for (key, path) in named {
        if let Some(path) = path {
            section["tls"][key] = json!(path);
        }
    }
    if flags.insecure {
        section["tls"]["insecure"] = json!(true);
    }
    section
}

/// Flags about other servers, where there is none.
pub(super) fn check_flags<'s>(report: &mut Report, flags: &Flags, serves: impl Iterator<Item = &'s Serves>) {
    let proxies: Vec<_> = serves.filter(|serves| matches!(serves, Serves::Proxy { .. })).collect();
    let by_flag = proxies.iter().any(|serves| matches!(serves, Serves::Proxy { flags: Some(_), .. }));
    let mut object = |is_said: bool, has_effect: bool, flag: &str, hint: &str| {
        if is_said && !has_effect {
            let problem =
                Problem::new(format!("`{flag}` has no effect: nothing is forwarded to another server"));
            report.whole(Failure::Usage, flag, problem.hint(hint));
        }
    };
    let flag_hint = "it goes with `--proxy URL`; in a config it stands in `proxy:`";
    object(!flags.upstream_headers.is_empty(), by_flag, "--upstream-header", flag_hint);
    object(flags.upstream_ca.is_some(), by_flag, "--upstream-ca", flag_hint);
    object(flags.upstream_cert.is_some(), by_flag, "--upstream-cert", flag_hint);
    object(flags.upstream_key.is_some(), by_flag, "--upstream-key", flag_hint);
    object(flags.insecure, by_flag, "--insecure", flag_hint);
    let hint = "it is about proxied routes: `--proxy URL`, or `proxy:` in a config";
    object(!flags.allow_origins.is_empty(), !proxies.is_empty(), "--allow-origin", hint);
    object(flags.no_metrics, !proxies.is_empty(), "--no-metrics", hint);
    if flags.insecure && flags.upstream_ca.is_some() {
        let problem = Problem::new("`--upstream-ca` has no effect beside `--insecure`");
        report.whole(Failure::Usage, "--upstream-ca", problem.hint("say one of them"));
    }
    if flags.upstream_cert.is_some() != flags.upstream_key.is_some() {
        let problem = Problem::new("a client certificate takes both `--upstream-cert` and `--upstream-key`");
        report.whole(Failure::Usage, "--upstream-cert", problem);
    }
}

/// `NAME: VALUE`
fn header_of_flag(text: &str) -> Result<(HeaderName, HeaderValue), Problem> {
    let hint = "write it like `Authorization: Bearer x`";
    let Some((name, value)) = text.split_once(':') else {
        return Err(Problem::new("expected NAME: VALUE, found no `:`").hint(hint));
    };
    let name = header_name(name.trim())?;
    let mut value = HeaderValue::from_str(value.trim())
        .map_err(|_| Problem::new("the value of a header holds no control characters"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn tls_of_flags(flags: &Flags) -> TlsSpec {
    let located = |path: &Option<PathBuf>| {
        let value = path.as_ref()?.display().to_string();
        Some(Located { value, span: Span { start: 0, end: 0 } })
    };
    TlsSpec {
        ca: located(&flags.upstream_ca),
        cert: located(&flags.upstream_cert),
        key: located(&flags.upstream_key),
        insecure: flags.insecure.then_some(Span { start: 0, end: 0 }),
    }
}
