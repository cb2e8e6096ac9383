//! The metrics of every kind of traffic, as Prometheus' own programs read them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use mockforge_ws_config::{Config, Environment, Flags, load};
use mockforge_ws_core::{AiFact, ConnId, DropReason, Elapsed, Fact, FactSink, Hello, Record, Seed};
use mockforge_ws_io::Context;
use mockforge_ws_observe::metrics::{Registry, Unit};
use mockforge_ws_server::{Listen, Ops, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// Whether Prometheus is here. Says so where it is not; under `CI=true` it must be.
fn is_installed() -> bool {
    let is_here = ["promtool", "prometheus"].iter().all(|name| Path::new("/usr/bin").join(name).exists());
    if !is_here {
        let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!ci, "prometheus must be installed under CI=true: .ci/prepare does it");
        println!("skipped: prometheus is not installed here; .ci/prepare installs it");
    }
    is_here
}

/// A server of all modes with a registry, and the port of its numbers.
struct Mock {
    url: String,
    ops: u16,
    registry: Registry,
}

fn configured(folder: &Path, yaml: &str) -> Config {
    let file = folder.join("mockforge.yaml");
    std::fs::write(&file, yaml).expect("it is writable");
    let flags =
        Flags { config: Some(file), port: Some(0), host: Some("127.0.0.1".into()), ..Flags::default() };
    let nothing: [(&str, &str); 0] = [];
    load(&flags, &Environment::with(folder, nothing)).unwrap_or_else(|problems| panic!("{problems}"))
}

impl Mock {
    async fn start(folder: &Path) -> Self {
        let upstream = configured(folder, "websocket: { routes: [{ path: /ws, echo: { prefix: '' } }] }");
        let upstream = Self::serve(&upstream, &Registry::new()).await;
        let script = [
            r#"{"text":"hello"}"#,
            r#"{"text":"met","waitFor":"^go$"}"#,
            r#"{"text":"unmet","waitFor":"^never$","timeout":1,"onTimeout":"skip"}"#,
            r#"{"text":"bye","close":true}"#,
        ];
        std::fs::write(folder.join("feed.jsonl"), script.join("\n")).expect("it is writable");
        let yaml = format!(
            "websocket:\n  routes:\n    - {{ path: /echo, echo: {{ prefix: '' }} }}\n    \
             - {{ path: /feed, replay: feed.jsonl }}\n    \
             - path: /rules\n      interactive:\n        rules: [{{ on: '^ping$', reply: pong }}]\n    \
             - {{ path: /copied, proxy: {{ upstream_url: '{up}/ws', reconnect: false }} }}\n    \
             - {{ path: /read, proxy: {{ upstream_url: '{up}/ws', reconnect: true }} }}\n    \
             - {{ path: /down, proxy: {{ upstream_url: 'ws://127.0.0.1:1/' }} }}\n",
            up = upstream.url,
        );
        Self::serve(&configured(folder, &yaml), &Registry::new()).await
    }

    async fn serve(config: &Config, registry: &Registry) -> Self {
        let context = Context { sink: Arc::new(registry.clone()), ..Context::default() };
        let budget = Arc::clone(&context.budget);
        let help = "Bytes of messages that wait in the queues of all connections.";
        registry.gauge("mockforge_ws_queue_bytes", Unit::Bytes, help, move || budget.used() as f64);
        let settings = config.settings(context, Seed(0));
        let server = Server::bind(&config.listen(), settings, config.routes()).await.expect("a port is free");
        let url = server.url_of("").trim_end_matches('/').to_string();
        let ops = Ops::bind(&Listen::free_port()).await.expect("a port is free");
        let port = ops.addresses().next().expect("one address at least").port();
        let page = registry.clone();
        tokio::spawn(ops.run(server.handle().clone(), move || page.render()));
        tokio::spawn(server.run());
        Self { url, ops: port, registry: registry.clone() }
    }

    /// Sends these, one after each answer, and closes.
    async fn visit(&self, path: &str, greetings: usize, messages: &[&str], answers: usize) {
        let (mut client, _) = connect_async(format!("{}{path}", self.url)).await.expect("it is accepted");
        for _ in 0..greetings {
            client.next().await.expect("a greeting").expect("in order");
        }
        for message in messages {
            client.send(Message::text(*message)).await.expect("the server reads");
        }
        for _ in 0..answers {
            client.next().await.expect("an answer").expect("in order");
        }
        // Where the server has closed there is nothing to close.
        let _ = client.close(None).await;
        while let Some(Ok(_)) = client.next().await {}
    }

    async fn visit_all(&self) {
        self.visit("/echo", 0, &["a", "b"], 2).await;
        self.visit("/feed", 1, &["go"], 2).await;
        self.visit("/rules", 0, &["ping", "what?"], 1).await;
        self.visit("/copied", 0, &["a", "b", "c"], 3).await;
        self.visit("/read", 0, &["a", "b", "c"], 3).await;
        for (path, status) in [("/down", "502"), ("/nowhere", "404")] {
            let refused = connect_async(format!("{}{path}", self.url)).await.expect_err("it is refused");
            assert!(refused.to_string().contains(status), "{refused}");
        }
    }

    /// What none of the visits brings about.
    fn tell_rare_facts(&self) {
        let (hello, conn) = (Hello::new("/rare"), ConnId { route: "/rare".into(), number: 1 });
        let mut follower = self.registry.follow(&hello).expect("all are followed");
        let model = AiFact::Asked { model: "m".into(), page: 1, repair: false };
        for fact in [Fact::Ai(model), Fact::Dropped(DropReason::Fault), Fact::Truncated { limit: 9 }] {
            follower.note(Record { conn: &conn, hello: &hello, at: Elapsed::ZERO, fact: &fact });
        }
    }

    async fn page(&self) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.ops)).await.expect("it listens");
        let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("the page is text");
        answer.split_once("\r\n\r\n").expect("a head and a body").1.to_string()
    }

    /// The page once all visits are over: the server hears of an end a little later than the client.
    async fn settled(&self) -> String {
        loop {
            let page = self.page().await;
            if page
                .lines()
                .all(|line| !line.starts_with("mockforge_ws_connections_active") || line.ends_with(" 0"))
            {
                return page;
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn every_mode_counts_once_and_promtool_finds_nothing_to_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = Mock::start(folder.path()).await;
    mock.visit_all().await;
    let page = mock.settled().await;
    let value = |series: String| {
        let line = page.lines().find_map(|line| line.strip_prefix(&format!("mockforge_ws_{series} ")));
        line.unwrap_or_else(|| panic!("no {series} in {page}")).to_string()
    };
    for (route, received, sent) in [
        ("/echo", 2, 2),
        ("/feed", 1, 3),
        ("/rules", 2, 1),
        ("/copied", 3, 3),
        ("/read", 3, 3),
        ("/down", 0, 0),
    ] {
        assert_eq!(value(format!("messages_received_total{{route=\"{route}\"}}")), received.to_string());
        assert_eq!(value(format!("messages_sent_total{{route=\"{route}\"}}")), sent.to_string());
        let connections = if route == "/down" { "0" } else { "1" };
        assert_eq!(value(format!("connections_total{{route=\"{route}\"}}")), connections);
    }
    for (series, count) in [
        ("upstream_connections_total{outcome=\"open\",route=\"/copied\"}", "1"),
        ("upstream_connections_total{outcome=\"open\",route=\"/read\"}", "1"),
        ("upstream_connections_total{outcome=\"connect\",route=\"/down\"}", "1"),
        ("upstream_messages_total{direction=\"sent\",route=\"/copied\"}", "3"),
        ("upstream_messages_total{direction=\"sent\",route=\"/read\"}", "3"),
        ("message_size_bytes_count{direction=\"sent\",route=\"/copied\"}", "0"),
        ("message_size_bytes_count{direction=\"sent\",route=\"/read\"}", "3"),
        ("replay_lateness_seconds_count{route=\"/feed\"}", "1"),
        ("waits_unmet_total{outcome=\"skipped\",route=\"/feed\"}", "1"),
        ("rules_fired_total{route=\"/rules\"}", "1"),
        ("messages_unanswered_total{route=\"/rules\"}", "1"),
        ("handshakes_refused_total{status=\"404\"}", "1"),
        ("handshakes_refused_total{status=\"502\"}", "1"),
        ("queue_bytes", "0"),
    ] {
        assert_eq!(value(series.to_string()), count, "{series}");
    }
    if is_installed() {
        mock.tell_rare_facts();
        let page = mock.page().await;
        let mut promtool = Command::new("/usr/bin/promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        promtool.stdin.take().expect("it is piped").write_all(page.as_bytes()).expect("it reads");
        let said = promtool.wait_with_output().expect("it ends");
        let said = (said.status.success(), String::from_utf8([said.stdout, said.stderr].concat()));
        assert_eq!(said, (true, Ok(String::new())), "{page}");
    }
}

/// What `docs/observability` asks for is what there is, and its alerts fire when they should.
#[tokio::test]
async fn the_dashboard_and_the_alerts_name_what_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = Mock::start(folder.path()).await;
    mock.visit_all().await;
    mock.tell_rare_facts();
    let page = mock.page().await;
    let told = page.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split(' ').next());
    let told: BTreeSet<&str> = told.collect();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/observability");
    let name = regex::Regex::new(r"mockforge_ws_[a-z_]+").expect("it is one");
    let mut shown = BTreeSet::new();
    for file in ["grafana.json", "alerts.yml"] {
        let text = std::fs::read_to_string(docs.join(file)).expect("it is there");
        for asked in name.find_iter(&text) {
            let asked = asked.as_str();
            let family = ["_bucket", "_count", "_sum"].iter().find_map(|end| asked.strip_suffix(end));
            let family = told.get(family.unwrap_or(asked));
            shown.insert(*family.unwrap_or_else(|| panic!("{file}: there is no {asked}")));
        }
    }
    assert_eq!(shown, told, "the dashboard shows all");
    let dashboard = std::fs::read(docs.join("grafana.json")).expect("it is there");
    serde_json::from_slice::<serde_json::Value>(&dashboard).expect("it is JSON");
    if is_installed() {
        let mut promtool = Command::new("/usr/bin/promtool");
        let tested = promtool.args(["test", "rules", "alerts.test.yml"]).current_dir(docs).output();
        let tested = tested.expect("it starts");
        assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stderr));
    }
}

/// A running Prometheus that scrapes ten times a second, ended when dropped.
struct Prometheus {
    child: Child,
    port: u16,
}

impl Prometheus {
    fn scraping(folder: &Path, target: u16) -> Self {
        let config = format!(
            "global: {{ scrape_interval: 100ms, scrape_timeout: 100ms }}\nscrape_configs:\n  \
             - {{ job_name: mock, static_configs: [{{ targets: ['127.0.0.1:{target}'] }}] }}\n"
        );
        let file = folder.join("prometheus.yml");
        std::fs::write(&file, config).expect("it is writable");
        let mut child = Command::new("/usr/bin/prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let mut lines = lines.map_while(Result::ok);
        let address = |line: String| {
            let (_, address) =
                line.contains("Listening on").then(|| line.rsplit_once("address=127.0.0.1:"))??;
            address.trim().parse().ok()
        };
        let port = lines.find_map(address).expect("it says where it listens");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }

    /// The values of an expression by route; `None` while there are none.
    async fn ask(&self, expression: &str) -> Option<BTreeMap<String, String>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        let request = format!(
            "GET /api/v1/query?query={expression} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let body = &answer[answer.find('{')?..=answer.rfind('}')?];
        let body: serde_json::Value = serde_json::from_str(body).ok()?;
        let results = body["data"]["result"].as_array().filter(|results| !results.is_empty())?;
        let text = |value: &serde_json::Value| value.as_str().map(str::to_string);
        results.iter().map(|one| Some((text(&one["metric"]["route"])?, text(&one["value"][1])?))).collect()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_real_prometheus_scrapes_what_was_counted() {
    if !is_installed() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mock = Mock::start(folder.path()).await;
    mock.visit_all().await;
    mock.settled().await;
    let prometheus = Prometheus::scraping(folder.path(), mock.ops);
    let answers = async {
        loop {
            if let Some(values) = prometheus.ask("mockforge_ws_messages_sent_total").await {
                return values;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let minute = std::time::Duration::from_secs(60);
    let values = tokio::time::timeout(minute, answers).await.expect("it scrapes");
    let expected =
        [("/copied", "3"), ("/down", "0"), ("/echo", "2"), ("/feed", "3"), ("/read", "3"), ("/rules", "1")];
    assert_eq!(values, expected.map(|(route, sent)| (route.into(), sent.into())).into());
}
