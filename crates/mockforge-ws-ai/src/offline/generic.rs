//! What is streamed where no domain was recognised: items that are created, updated and deleted.

use serde_json::{Value, json};

use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, keep_newest, round};

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "created", like: "new,added,opened,started,inserted,create" },
    Kind { name: "updated", like: "changed,modified,update,change,progress,status" },
    Kind { name: "deleted", like: "removed,closed,ended,delete,finished,completed" },
    Kind { name: "ack", like: "acknowledged,response,reply,result" },
];

const MOST_ITEMS: usize = 50;
const NAMES: &str = "alpha,amber,aurora,birch,cedar,cobalt,coral,delta,ember,falcon,harbor,indigo,juniper,lumen,maple,meadow,\
    nimbus,onyx,orchid,pebble,quartz,raven,sierra,topaz,willow,zephyr";
const STATUSES: &str = "active,pending,paused,in_review";

#[derive(Clone)]
pub(crate) struct Generic {
    noun: String,
    users: Vec<String>,
    items: Vec<Item>,
    number: u64,
    seq: u64,
    current: Option<Item>,
    answers: Answers<(String, Value)>,
}

#[derive(Clone)]
struct Item {
    id: String,
    name: String,
    status: &'static str,
    value: f64,
    version: u64,
}

impl Generic {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let crowd = setting.narrative.crowds.first();
        Self {
            noun: crowd.map_or_else(|| "item".to_string(), |crowd| crowd.noun.clone()),
            users: setting.people(setting.narrative.people.len().clamp(3, 32), scene),
            items: Vec::new(),
            number: 0,
            seq: 0,
            current: None,
            answers: Answers::default(),
        }
    }

    /// An event of a type that no world knows.
    pub(crate) fn labelled(&mut self, kind: &str, scene: &mut Scene<'_>) -> Value {
        let mut event = self.event(&mut Scene {
            rng: &mut *scene.rng,
            elapsed: scene.elapsed,
            now: scene.now,
            wanted: Some("updated"),
        });
        event["type"] = kind.into();
        event
    }
}

impl World for Generic {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        self.seq += 1;
        if scene.allows("ack")
            && let Some((verb, reference)) = self.answers.pop()
        {
            return json!({
                "type": "ack", "seq": self.seq, "ref": reference, "request": verb, "status": "ok",
                "timestamp": scene.stamp(),
            });
        }
        let wanted = scene.wanted;
        let drawn = match wanted {
            Some(kind) => kind,
            None if self.items.len() < 3 || scene.chance(0.2) => "created",
            None if scene.chance(0.1) => "deleted",
            None => "updated",
        };
        let item = match drawn {
            "updated" | "deleted" if !self.items.is_empty() => {
                let index = scene.index(self.items.len());
                let item = &mut self.items[index];
                item.version += 1;
                item.value = round((item.value + scene.normal() * 3.0).clamp(0.0, 100.0), 2);
                item.status = if drawn == "deleted" { "closed" } else { scene.word(STATUSES) };
                if drawn == "deleted" { self.items.remove(index) } else { item.clone() }
            }
            _ => {
                self.number += 1;
                let item = Item {
                    id: format!("{}-{}", self.noun, self.number),
                    name: format!("{}-{}", scene.word(NAMES), scene.int(10, 99)),
                    status: "active",
                    value: round(scene.float(10.0, 90.0), 2),
                    version: 1,
                };
                self.items.push(item.clone());
                keep_newest(&mut self.items, MOST_ITEMS);
                item
            }
        };
        // Where nothing is left to be changed, something is made first.
        let kind = match item.status {
            "closed" => "deleted",
            _ if item.version == 1 => "created",
            _ => "updated",
        };
        let event = json!({
            "type": kind, "seq": self.seq, "id": item.id, "name": item.name, "status": item.status,
            "value": item.value, "version": item.version, "user": scene.pick(&self.users),
            "timestamp": scene.stamp(),
        });
        self.current = Some(item);
        event
    }

    fn hear(&mut self, heard: &Heard) {
        self.answers.push((heard.verb(), heard.reference()));
    }

    fn pending(&self) -> Option<&'static str> {
        self.answers.front().map(|_| "ack")
    }

    fn background(&self) -> Value {
        let Some(item) = &self.current else { return Value::Null };
        json!({ "id": item.id, "name": item.name, "status": item.status, "value": item.value })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}
