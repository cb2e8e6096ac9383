//! Every example in `docs/interactive.md` is a good config, and goes as the page says.
//!
//! A block of YAML is what stands under `interactive:`. In the block of text below it `> x` is what the client
//! sends, `< x` what it gets (`…` stands for any rest), `+ 5s` a pause; a name before the sign tells clients
//! apart, and `NAME leaves` is the end of one.

use std::collections::VecDeque;
use std::path::Path;

use mockforge_ws_config::{Environment, Flags, load};
use mockforge_ws_core::{Commons, Hello, Stack};
use mockforge_ws_testkit::{Entry, Setup, Sim};

use crate::folder::Folder;

const PAGE: &str = include_str!("../../../../docs/interactive.md");

/// The blocks of the page: their kind and their text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let fences = PAGE.split("\n```").skip(1);
    fences.step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// The mode of a config with that section, or of the first route of a whole config.
fn mode(section: &str) -> Stack {
    let indented: String = section.lines().map(|line| format!("        {line}\n")).collect();
    let config = match section.starts_with("websocket:") {
        true => section.to_string(),
        false => format!("websocket:\n  routes:\n    - path: /ws\n      interactive:\n{indented}"),
    };
    let folder = Folder::new([("mockforge.yaml", &*config)]);
    let environment: Environment = folder.environment("", [("HOME", "/")]);
    let flags = Flags { file: Some(Path::new("mockforge.yaml").to_path_buf()), ..Flags::default() };
    let config = load(&flags, &environment).unwrap_or_else(|problems| panic!("{problems}\n{section}"));
    assert!(config.warnings().is_empty(), "{:?}", config.warnings());
    config.routes().iter().next().unwrap().mode.clone()
}

struct Client {
    name: String,
    sim: Sim,
    /// What has come and was not looked at yet.
    unseen: VecDeque<String>,
    logged: usize,
}

impl Client {
    fn new(name: &str, number: usize, mode: &Stack, commons: &Commons) -> Self {
        let setup = Setup {
            hello: Hello::new("/ws"),
            number: number as u64 + 1,
            commons: commons.clone(),
            ..Setup::default()
        };
        let sim = Sim::open(mode, setup);
        Self { name: name.to_string(), sim, unseen: VecDeque::new(), logged: 0 }
    }

    fn next(&mut self) -> Option<String> {
        self.sim.collect();
        for entry in &self.sim.entries()[self.logged..] {
            match entry {
                Entry::Sent(_, message) => self.unseen.push_back(message.to_text().unwrap().to_string()),
                Entry::Closed(_, Some(frame)) => {
                    let line = format!("close {} {}", u16::from(frame.code), frame.reason);
                    self.unseen.push_back(line.trim_end().to_string());
                }
                Entry::Closed(_, None) => self.unseen.push_back("close".to_string()),
                Entry::Aborted(_) => self.unseen.push_back("abort".to_string()),
                // Rules have no other server.
                Entry::FromUpstream(..) | Entry::UpstreamLeft(..) | Entry::ToUpstream(..) => {}
                Entry::Received(..) | Entry::Noted(..) => {}
            }
        }
        self.logged = self.sim.entries().len();
        self.unseen.pop_front()
    }
}

fn converse(section: &str, mode: &Stack, conversation: &str) {
    let commons = Commons::default();
    let mut clients: Vec<Client> = Vec::new();
    if conversation.lines().any(|line| line.starts_with(['>', '<'])) {
        clients.push(Client::new("", 0, mode, &commons));
    }
    for line in conversation.lines() {
        let plain = line.replace('␞', "\u{1e}");
        if let Some(pause) = plain.strip_prefix("+ ") {
            let millis = match pause.strip_suffix("ms") {
                Some(millis) => millis.parse::<u64>().unwrap(),
                None => pause.strip_suffix('s').unwrap().parse::<u64>().unwrap() * 1000,
            };
            for client in &mut clients {
                client.sim.advance(millis);
            }
            continue;
        }
        let end = plain.find(|c: char| !c.is_alphanumeric()).unwrap_or(plain.len());
        let (name, rest) = plain.split_at(end);
        let known = clients.iter().position(|client| client.name == name);
        let at = known.unwrap_or_else(|| {
            clients.push(Client::new(name, clients.len(), mode, &commons));
            clients.len() - 1
        });
        let client = &mut clients[at];
        if rest == " leaves" {
            client.sim.leave();
        } else if let Some(message) = rest.strip_prefix("> ") {
            client.sim.receive(message);
        } else {
            let expected = rest.strip_prefix("< ").unwrap_or_else(|| panic!("what is {line:?}?"));
            let got = client.next();
            let fits = match (expected.strip_suffix('…'), &got) {
                (Some(start), Some(got)) => got.starts_with(start),
                (None, Some(got)) => got == expected,
                (_, None) => false,
            };
            assert!(fits, "{line}\nbut came {got:?}\nin\n{section}\n{conversation}");
        }
    }
    for client in &mut clients {
        assert_eq!(client.next(), None, "{} got more than the page says in\n{conversation}", client.name);
    }
}

#[test]
fn every_example_goes_as_the_page_says() {
    let mut section = None;
    let mut conversations = 0;
    for (kind, text) in blocks() {
        match kind {
            "yaml" => section = Some((text, mode(text))),
            "text" => {
                let (section, mode) = section.as_ref().expect("a conversation has its rules above it");
                converse(section, mode, text);
                conversations += 1;
            }
            _ => {}
        }
    }
    assert!(conversations >= 14, "the page's blocks were not found: {conversations}");
}
