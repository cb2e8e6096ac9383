//! Chat: people who join and leave, type, say something that answers what was said before, and react.

mod action;
mod bank;
mod gist;
mod intent;
mod replies;
mod trade;

use std::collections::VecDeque;

use serde_json::{Value, json};

use self::bank::{Acts, acts};
use self::gist::gist;
use super::answers::Answers;
use super::heard::{Heard, VERBS};
use super::kind::words;
use super::world::{Kind, Scene, Setting, World, keep_newest};
use crate::{Mood, Topic};

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "message", like: "msg,text,chat,said,posted,sent,reply,new,response,answer" },
    Kind { name: "typing", like: "composing,indicator,started" },
    Kind { name: "reaction", like: "react,emoji,like,reacted" },
    Kind { name: "user_joined", like: "join,joined,connected,entered,online,presence" },
    Kind { name: "user_left", like: "leave,left,disconnected,offline" },
];

const MOST_PEOPLE: usize = 40;
/// The members that tell who the client is.
const NAMES: &[&str] = &["user", "username", "name", "author", "from", "sender"];
/// How many sums are remembered.
const MOST_SUMS: usize = 32;
/// No text is said twice within so many messages.
const MEMORY: usize = 400;

#[derive(Clone)]
pub(crate) struct Chat {
    room: String,
    acts: &'static Acts,
    /// What threads are about.
    subjects: &'static str,
    people: Vec<Person>,
    /// In support the first person is the customer and the others help.
    support: bool,
    angry: bool,
    thread: Option<Thread>,
    number: u64,
    last: Option<Said>,
    typing: Option<usize>,
    recent: VecDeque<String>,
    current: usize,
    answers: Answers<Heard>,
    /// The client's name, where it has told one.
    client: Option<String>,
    /// What was last said to the client, as it stands in the bank.
    replied: &'static str,
    /// The code of the currency in which sums are told.
    currency: &'static str,
    /// The sums that were told, by what they are for.
    sums: Vec<(String, String)>,
}

#[derive(Clone)]
struct Person {
    name: String,
    present: bool,
}

/// Turns about one thing.
#[derive(Clone)]
struct Thread {
    subject: &'static str,
    opener: usize,
    turn: usize,
    turns: usize,
}

#[derive(Clone)]
struct Said {
    id: String,
    by: usize,
}

impl Chat {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let narrative = setting.narrative;
        let topic = narrative.topic.unwrap_or(Topic::Casual);
        let support = topic == Topic::Support;
        let crowd =
            narrative.crowd(&["person", "user", "friend", "member", "participant", "customer", "developer"]);
        let usual = if support { 2 } else { 4 };
        let count = crowd.unwrap_or(narrative.people.len().max(usual));
        let count = if narrative.people.len() == 2 && crowd.is_none() { 2 } else { count };
        let mut people = setting.people(count.clamp(2, MOST_PEOPLE), scene);
        // Where the helper is named, a customer is invented and comes first.
        let helper = people[0].to_lowercase();
        if support
            && ["agent", "helper", "representative"].iter().any(|w| setting.says(&format!("{w} {helper}")))
        {
            people.swap(0, 1);
        }
        let present = people.len() <= 2;
        Self {
            room: if support {
                format!("ticket-{}", scene.int(1000, 9999))
            } else {
                scene.word("general,lounge,team,main").to_string()
            },
            acts: acts(topic),
            subjects: trade::subjects(setting).filter(|_| support).unwrap_or(acts(topic).subjects),
            people: people.into_iter().map(|name| Person { name, present }).collect(),
            support,
            angry: narrative.is(Mood::Angry),
            thread: None,
            number: 0,
            last: None,
            typing: None,
            recent: VecDeque::new(),
            current: 0,
            answers: Answers::default(),
            client: None,
            replied: "",
            currency: narrative.amounts.first().map_or("USD", |amount| amount.currency),
            sums: Vec::new(),
        }
    }

    fn present(&self) -> Vec<usize> {
        (0..self.people.len()).filter(|index| self.people[*index].present).collect()
    }

    /// Who speaks next: not the one who spoke last, and in support customer and helper in turns.
    fn speaker(&self, scene: &mut Scene<'_>) -> usize {
        let present = self.present();
        let last = self.last.as_ref().map(|said| said.by);
        let fits = |index: &&usize| {
            let turn = last.is_none_or(|last| (last == 0) != (**index == 0));
            Some(**index) != last && (!self.support || turn)
        };
        let others: Vec<usize> = present.iter().filter(fits).copied().collect();
        if others.is_empty() { present[0] } else { *scene.pick(&others) }
    }

    fn other(&self, speaker: usize, scene: &mut Scene<'_>) -> String {
        if let Some(last) = self.last.as_ref().filter(|last| last.by != speaker) {
            return self.people[last.by].name.clone();
        }
        let others: Vec<usize> = self.present().into_iter().filter(|index| *index != speaker).collect();
        let index = if others.is_empty() { speaker } else { *scene.pick(&others) };
        self.people[index].name.clone()
    }

    fn message(&mut self, scene: &mut Scene<'_>) -> Value {
        let mut speaker = self.typing.take().unwrap_or_else(|| self.speaker(scene));
        if self.thread.as_ref().is_none_or(|thread| thread.turn >= thread.turns) {
            if self.support && self.people[0].present {
                speaker = 0;
            }
            let turns = 2 * scene.int(2, 4) as usize;
            let subject = scene.word(self.subjects);
            self.thread = Some(Thread { subject, opener: speaker, turn: 0, turns });
        }
        let Some(thread) = &mut self.thread else { return Value::Null };
        let (subject, turn, ends) = (thread.subject, thread.turn, thread.turn + 2 >= thread.turns);
        let list = match () {
            () if turn == 0 => self.acts.opens,
            () if ends && speaker == thread.opener => self.acts.thanks,
            // Nobody says good-bye before the thread is over.
            () if thread.turn + 1 == thread.turns => self.acts.closes,
            () if speaker == thread.opener => self.acts.follows,
            () => self.acts.answers,
        };
        thread.turn += 1;
        let reply_to = self.last.as_ref().filter(|_| turn > 0).map(|said| said.id.clone());
        let text = self.fresh(list, subject, speaker, scene);
        self.say(speaker, &text, reply_to.into(), scene)
    }

    /// A text of the list that was not said lately, with a lead or a tail where that makes it new.
    fn fresh(&mut self, list: &[&str], subject: &str, speaker: usize, scene: &mut Scene<'_>) -> String {
        let other = self.other(speaker, scene);
        let mut text = String::new();
        for attempt in 0..40 {
            let mut template = (*scene.pick(list)).to_string();
            if self.angry && self.support && speaker == 0 && scene.chance(0.5) {
                template = format!("{} {template}", scene.pick(bank::ANGRY));
            }
            if scene.chance(0.15 + f64::from(attempt) * 0.05) {
                template = format!("{}, {}", scene.word(bank::LEADS), uncapitalised(&template));
            }
            if scene.chance(0.1 + f64::from(attempt) * 0.05) {
                template = format!("{template} {}", scene.word(bank::TAILS));
            }
            text = filled(&template, subject, &other, scene);
            if !self.recent.contains(&text) {
                break;
            }
        }
        text
    }

    fn say(&mut self, speaker: usize, text: &str, reply_to: Value, scene: &Scene<'_>) -> Value {
        self.number += 1;
        self.current = speaker;
        self.recent.push_back(text.to_string());
        if self.recent.len() > MEMORY {
            self.recent.pop_front();
        }
        let id = format!("msg-{}", self.number);
        let mut event = json!({
            "type": "message", "id": id, "room": self.room, "user": self.people[speaker].name, "text": text,
        });
        if !reply_to.is_null() {
            event["reply_to"] = reply_to;
        }
        event["timestamp"] = scene.stamp().into();
        self.last = Some(Said { id, by: speaker });
        event
    }

    fn reply(&mut self, heard: &Heard, scene: &mut Scene<'_>) -> Value {
        let question = action::question(heard);
        let said = heard.said().or(question.as_deref()).unwrap_or_default();
        let told = heard.text(NAMES).map(|name| name.chars().take(40).collect());
        if let Some(name) = told.filter(|_| !said.is_empty()).or_else(|| intent::name(said)) {
            self.client = Some(name);
        }
        let action = if question.is_some() { None } else { action::of(heard) };
        // "I'm Zoe" is about nothing else.
        let about = gist(said).filter(|about| self.client.as_ref() != Some(about));
        let list = match &action {
            Some(_) => replies::ACTION,
            None => {
                let replies = replies::to(intent::of(said, about.is_some()), self.support);
                if about.is_some() && !replies.about.is_empty() { replies.about } else { replies.plain }
            }
        };
        let present = self.present();
        // The customer does not answer as support.
        let helpers: Vec<usize> =
            present.iter().copied().filter(|index| !self.support || *index > 0).collect();
        let speaker = if helpers.is_empty() { present[0] } else { *scene.pick(&helpers) };
        let client = self.client.as_deref();
        let fit = list.iter().filter(|text| **text != self.replied);
        let fit: Vec<(&'static str, String)> =
            fit.filter_map(|text| named(text, client).map(|named| (*text, named))).collect();
        let (text, named) = scene.pick(&fit);
        self.replied = text;
        let about = about.unwrap_or_default();
        let named = if named.contains("{m}") {
            named.replace("{m}", &self.sum(&about, scene))
        } else {
            named.clone()
        };
        let text = filled(&named, &about, "", scene);
        let text = text.replace("{a}", action.as_deref().unwrap_or_default());
        self.say(speaker, &text, heard.reference(), scene)
    }

    /// A sum of money for what was asked; the same when it is asked again.
    fn sum(&mut self, about: &str, scene: &mut Scene<'_>) -> String {
        if let Some((_, sum)) = self.sums.iter().find(|(other, _)| other == about) {
            return sum.clone();
        }
        let sum = format!("{}.{:02} {}", scene.int(3, 2400), scene.int(0, 99), self.currency);
        self.sums.push((about.to_string(), sum.clone()));
        keep_newest(&mut self.sums, MOST_SUMS);
        sum
    }

    fn come(&mut self, index: usize, scene: &Scene<'_>) -> Value {
        self.current = index;
        self.people[index].present = true;
        self.presence("user_joined", index, scene)
    }

    fn go(&mut self, index: usize, scene: &Scene<'_>) -> Value {
        self.current = index;
        self.people[index].present = false;
        self.typing = self.typing.filter(|typing| *typing != index);
        self.presence("user_left", index, scene)
    }

    fn presence(&self, kind: &str, index: usize, scene: &Scene<'_>) -> Value {
        json!({
            "type": kind, "room": self.room, "user": self.people[index].name, "members": self.present().len(),
            "timestamp": scene.stamp(),
        })
    }
}

impl World for Chat {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        let absent = self.people.iter().position(|person| !person.present);
        let present = self.present();
        // Nobody talks alone.
        if let Some(index) = absent.filter(|_| present.len() < 2) {
            return self.come(index, scene);
        }
        if scene.allows("message")
            && let Some(heard) = self.answers.pop()
        {
            return self.reply(&heard, scene);
        }
        let kind = match scene.wanted {
            Some(kind) => kind,
            None => match scene.float(0.0, 1.0) {
                drawn if drawn < 0.12 && self.typing.is_none() => "typing",
                drawn if drawn < 0.17 => "reaction",
                drawn if drawn < 0.21 => "user_joined",
                drawn if drawn < 0.23 && present.len() > 3 => "user_left",
                _ => "message",
            },
        };
        let spoken = self.last.clone();
        match (kind, absent, spoken) {
            ("typing", ..) => {
                let speaker = self.speaker(scene);
                (self.typing, self.current) = (Some(speaker), speaker);
                json!({
                    "type": "typing", "room": self.room, "user": self.people[speaker].name,
                    "timestamp": scene.stamp(),
                })
            }
            ("reaction", _, Some(said)) => {
                let others: Vec<usize> = present.into_iter().filter(|index| *index != said.by).collect();
                self.current = *scene.pick(&others);
                json!({
                    "type": "reaction", "room": self.room, "message_id": said.id,
                    "user": self.people[self.current].name, "emoji": scene.word(bank::EMOJI),
                    "timestamp": scene.stamp(),
                })
            }
            ("user_joined", Some(index), _) => self.come(index, scene),
            ("user_left", ..) => self.go(*scene.pick(&present), scene),
            // Somebody has to leave before somebody can come.
            ("user_joined", None, _) if scene.wants("user_joined") => self.go(*scene.pick(&present), scene),
            _ => self.message(scene),
        }
    }

    fn hear(&mut self, heard: &Heard) {
        const SILENT: &[&str] = &["typing", "ping", "pong", "heartbeat", "read", "seen", "ack"];
        let verb = words(heard.text(VERBS).unwrap_or_default());
        if !verb.iter().any(|word| SILENT.contains(&word.as_str())) {
            self.answers.push(heard.clone());
        }
    }

    fn pending(&self) -> Option<&'static str> {
        self.answers.front().map(|_| "message")
    }

    fn background(&self) -> Value {
        json!({
            "user": self.people[self.current].name, "room": self.room, "channel": self.room,
            "id": self.last.as_ref().map(|said| &said.id), "members": self.present().len(),
            "text": self.recent.back(),
        })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

fn filled(template: &str, subject: &str, other: &str, scene: &mut Scene<'_>) -> String {
    let mut text =
        template.replace("{s}", subject).replace("{o}", other).replace("{t}", scene.word(bank::TIMES));
    while let Some(at) = text.find("{n}") {
        text.replace_range(at..at + 3, &scene.int(2, 98).to_string());
    }
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The text with a small first letter, but for `I`, names and what is no word.
fn uncapitalised(text: &str) -> String {
    let first = text.split([' ', '\'']).next().unwrap_or_default();
    let mut chars = text.chars();
    match chars.next() {
        Some(letter) if first.len() > 1 && first != "API" => letter.to_lowercase().chain(chars).collect(),
        _ => text.to_string(),
    }
}

/// The text with the client's name, or without where it stands by itself; none where it can't do without.
fn named(text: &str, client: Option<&str>) -> Option<String> {
    if let Some(client) = client {
        return Some(text.replace("{o}", client));
    }
    let text = text.replace(", {o}", "").replace(" {o}", "");
    (!text.contains("{o}")).then_some(text)
}
