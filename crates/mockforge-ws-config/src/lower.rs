//! From the tree of a config file to what it asks for, with everything that is wrong with it.

mod fields;
mod limits;
mod proxy;
mod record;
mod route;
mod tls;

use mockforge_ws_diagnostic::{Problem, did_you_mean};
use mockforge_ws_jsonpath::Dialect;

use crate::keys::{self, Keys as _};
use crate::report::Report;
use crate::section::{Located, Section};
use crate::source::Source;
use crate::tree::{Data, Node, to_object};
use crate::{traces, values};

/// The section that is ours.
const SECTION: &str = "websocket";

/// Takes a file's section `websocket:`; other sections belong to the wider project. `None` where there is no
/// such section; for a file that the user has `named` that is a mistake.
pub(crate) fn lower(source: &Source, root: &Node, named: bool, report: &mut Report) -> Option<Section> {
    let members = match &root.data {
        Data::Mapping(members) => members.as_slice(),
        Data::Null => &[],
        _ => {
            let problem = Problem::new(format!("a config is a mapping, found {}", root.kind()));
            report.invalid(source, root.span, problem.hint("it begins with `websocket:`"));
            return None;
        }
    };
    if let Some(member) = members.iter().find(|member| member.key == SECTION) {
        return Some(Lower { source, report }.section(&member.value));
    }
    let meant = members.iter().find(|member| did_you_mean(&member.key, [SECTION]).is_some());
    let ours = members.iter().find(|member| keys::Section::named(&member.key).is_some());
    match (meant, ours) {
        (Some(meant), _) => {
            let problem = Problem::new(format!("the section `{}` is not read", meant.key));
            report.invalid(source, meant.key_span, problem.hint("did you mean `websocket`?"));
        }
        (None, Some(ours)) if named => {
            let problem = Problem::new(format!("`{}` stands outside of the section `websocket:`", ours.key));
            report.invalid(source, ours.key_span, problem.hint("write `websocket:` above it and indent it"));
        }
        (None, _) if named => {
            let problem = Problem::new("there is no section `websocket:`, so the file has no effect");
            let are_rules = members.iter().any(|member| member.key == "rules");
            let hint = match are_rules {
                true => "rules are served and checked with the config that names them: `interactive: FILE`",
                false => "`mockforge init` writes an example",
            };
            report.invalid(source, root.span, problem.hint(hint));
        }
        (None, _) => {}
    }
    None
}

pub(crate) struct Lower<'r> {
    source: &'r Source,
    report: &'r mut Report,
}

impl Lower<'_> {
    fn section(&mut self, node: &Node) -> Section {
        use keys::Section as Key;
        let mut section = Section::default();
        for (key, node) in self.fields(node) {
            match key {
                Key::Enabled => section.enabled = self.boolean(node),
                Key::Host => section.host = self.text(node, "a host", values::host),
                Key::Port => section.port = self.whole(node, "a port", values::port),
                Key::Path => section.path = self.text(node, "a path", values::path),
                Key::ReplayFile => section.replay_file = self.file(node),
                Key::MaxConnections => {
                    section.max_connections =
                        self.whole(node, "a number of connections", values::max_connections);
                }
                Key::MaxMessageSize => {
                    section.max_message_size = self.whole(node, "a size in bytes", values::max_message_size);
                }
                Key::MaxConnectionsPerIp => {
                    section.max_connections_per_ip =
                        self.whole(node, "a number of connections", values::max_connections);
                }
                Key::MaxFrameSize => {
                    section.max_frame_size = self.whole(node, "a size in bytes", values::max_message_size);
                }
                Key::MissedPong => {
                    section.missed_pong = self.text(node, "`close` or `abort`", values::missed_pong);
                }
                Key::WriteTimeout => section.write_timeout = self.at_most(node),
                Key::MaxConnectionDuration => section.max_connection_duration = self.at_most(node),
                Key::HandshakeLimits => section.handshake_limits = Some(self.handshake_limits(node)),
                Key::Heartbeat => {
                    section.heartbeat = self.whole(node, "a number of seconds", values::seconds);
                }
                Key::OtlpEndpoint => {
                    section.otlp_endpoint = self.text(node, "a URL", traces::endpoint_of_key);
                }
                Key::TraceMessages => section.trace_messages = self.probability(node),
                Key::MetricsPort => section.metrics_port = self.whole(node, "a port", values::port),
                Key::ConnectionTimeout => {
                    section.connection_timeout = self.whole(node, "a number of seconds", values::seconds);
                }
                Key::Tls => section.tls = self.tls(node),
                Key::AllowHosts => {
                    section.allow_hosts = self.texts(node, "host names", values::host).map(|hosts| Located {
                        span: node.span,
                        value: hosts.into_iter().map(|host| host.value).collect(),
                    });
                }
                Key::AllowOrigins => {
                    section.allow_origins =
                        self.texts(node, "origins", values::origin).map(|origins| Located {
                            span: node.span,
                            value: origins.into_iter().map(|origin| origin.value).collect(),
                        });
                }
                Key::Seed => section.seed = self.whole(node, "a seed", values::seed),
                Key::Now => section.now = self.text(node, "a time", values::now),
                Key::Latency => section.latency = self.latency(node),
                Key::Faults => section.faults = self.faults(node),
                Key::Speed => section.speed = self.speed(node),
                Key::RateLimit => section.rate_limit = self.rate_limit(node),
                Key::Reload => section.reload = self.text(node, "`keep` or `close`", values::reload),
                Key::JsonpathDialect => section.dialect = self.text(node, "a dialect", dialect),
                Key::Templates => self.templates(node, &mut section),
                Key::Variables => section.variables = self.variables(node),
                Key::Routes => section.routes = self.routes(node),
            }
        }
        section
    }

    fn templates(&mut self, node: &Node, section: &mut Section) {
        for (key, node) in self.fields(node) {
            match key {
                keys::Templates::Expand => section.expand = self.boolean(node),
                keys::Templates::Env => {
                    section.env = self
                        .texts(node, "names of environment variables", variable)
                        .map(|value| Located { span: node.span, value });
                }
            }
        }
    }

    fn variables(&mut self, node: &Node) -> Option<Located<serde_json::Map<String, serde_json::Value>>> {
        match &node.data {
            Data::Mapping(members) => Some(Located { value: to_object(members), span: node.span }),
            _ => self.expected(node, "a mapping of names to values", None),
        }
    }

    fn invalid(&mut self, node: &Node, problem: Problem) {
        self.report.invalid(self.source, node.span, problem);
    }
}

fn dialect(text: &str) -> Result<Dialect, Problem> {
    let names = || Dialect::ALL.iter().map(|dialect| dialect.name());
    text.parse().map_err(|error: mockforge_ws_jsonpath::UnknownDialect| {
        Problem::new(error.to_string()).maybe_hint(did_you_mean(text, names()))
    })
}

fn variable(text: &str) -> Result<String, Problem> {
    if text.is_empty() || text.contains(['=', '\0', '{', '}', '$']) || text.contains(char::is_whitespace) {
        return Err(Problem::new(format!("`{}` is no name of an environment variable", text.escape_debug()))
            .hint("write the bare name, as in `env: [REGION]`"));
    }
    Ok(text.to_string())
}
