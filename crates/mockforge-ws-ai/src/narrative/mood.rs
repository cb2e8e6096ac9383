//! Words that say how things are going, and what a conversation is about.

use super::words::Words;

/// How things are going in a narrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mood {
    /// Wild swings.
    Volatile,
    /// Little happens.
    Calm,
    /// Prices fall, or a system goes down.
    Crash,
    /// Prices rise.
    Rally,
    /// Devices and services fail.
    Outage,
    /// A lot goes on at once.
    Busy,
    /// Somebody is angry.
    Angry,
    /// Everybody is happy.
    Happy,
}

/// What a conversation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// A customer and those who help.
    Support,
    /// A game that is played together.
    Gaming,
    /// Work on a project.
    Project,
    /// Whatever friends talk about.
    Casual,
}

const MOODS: &[(Mood, &str)] = &[
    (Mood::Volatile, "volatile, volatility, turbulent, wild, erratic, choppy, unstable, swing, chaotic"),
    (Mood::Calm, "calm, quiet, stable, steady, slow day, peaceful, sideways, flat"),
    (
        Mood::Crash,
        "crash, crashes, crashing, plunge, plunging, sell off, selloff, bear market, bearish, panic, \
         meltdown, collapse, falling, downturn",
    ),
    (
        Mood::Rally,
        "rally, rallies, rallying, bull run, bull market, bullish, surge, surging, soar, soaring, rising, \
         boom, moon",
    ),
    (
        Mood::Outage,
        "outage, downtime, failure, failing, fail, fault, faulty, broken, malfunction, offline, goes \
         down, breakdown, power cut",
    ),
    (
        Mood::Busy,
        "busy, rush, rush hour, black friday, peak, hectic, crowded, heavy traffic, flood, high load, \
         spike, frantic",
    ),
    (
        Mood::Angry,
        "angry, furious, upset, frustrated, annoyed, complain, complaining, complaint, unhappy, rude, \
         impatient, irate",
    ),
    (Mood::Happy, "happy, friendly, cheerful, excited, celebrate, celebrating, satisfied, fun"),
];

const TOPICS: &[(Topic, &str)] = &[
    (
        Topic::Support,
        "support, customer, helpdesk, help desk, refund, complaint, ticket, agent, service desk, warranty",
    ),
    (Topic::Gaming, "game, gaming, gamer, player, raid, guild, quest, match, esports, lobby, clan"),
    (
        Topic::Project,
        "project, team, release, deploy, deployment, sprint, standup, stand up, developer, engineer, \
         colleague, meeting, office, work, coworker, launch, bug, incident",
    ),
    (Topic::Casual, "friend, family, weekend, party, dinner, casual, holiday, vacation, gossip, movie"),
];

/// The moods, in the order of the table.
pub(super) fn moods(words: &Words) -> Vec<Mood> {
    let found = |(_, list): &&(Mood, &str)| list.split(", ").any(|word| words.has(word));
    MOODS.iter().filter(found).map(|(mood, _)| *mood).collect()
}

/// The topic with most words; of equal ones the first.
pub(super) fn topic(words: &Words) -> Option<Topic> {
    let mut best = (None, 0);
    for (topic, list) in TOPICS {
        let score = list.split(", ").filter(|word| words.has(word)).count();
        if score > best.1 {
            best = (Some(*topic), score);
        }
    }
    best.0
}
