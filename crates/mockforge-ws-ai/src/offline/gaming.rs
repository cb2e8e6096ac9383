//! Gaming: players join a match, move, hit each other, respawn and score, in rounds.

use serde_json::{Value, json};

use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, round};

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "player_moved", like: "move,moved,position,update,state,location" },
    Kind { name: "player_hit", like: "hit,damage,attack,shot,combat" },
    Kind { name: "player_killed", like: "kill,killed,eliminated,death,died,frag" },
    Kind { name: "player_respawned", like: "respawn,spawn,spawned,revived" },
    Kind { name: "item_collected", like: "item,loot,pickup,collected,powerup" },
    Kind { name: "score_updated", like: "score,leaderboard,scoreboard,points,ranking" },
    Kind { name: "player_joined", like: "join,joined,connected,entered" },
    Kind { name: "round_started", like: "round,started,start,begin,match,game" },
    Kind { name: "round_ended", like: "ended,end,finished,over,result" },
];

const MOST_PLAYERS: usize = 100;
/// The field is a square with sides of this length.
const FIELD: f64 = 1000.0;
const FULL_HEALTH: i64 = 100;
const WEAPONS: &str = "rifle,shotgun,bow,sword,plasma gun,crossbow,hammer,throwing knife";
const ITEMS: &str = "medkit,shield,ammo,speed boost,gold,map fragment,rare gem,armor plate";
const HANDLES: &str = "Nova,Raptor,Pixel,Ghost,Blaze,Echo,Viper,Comet,Jinx,Onyx,Frost,Rogue,Zephyr,Turbo,Shade,Quark,\
    Falcon,Mango,Orbit,Tango";

#[derive(Clone)]
pub(crate) struct Gaming {
    match_id: String,
    players: Vec<Player>,
    joined: usize,
    round: i64,
    /// How many events the round goes on for.
    left: i64,
    playing: bool,
    tick: u64,
    fierce: f64,
    current: usize,
    answers: Answers<(Option<String>, String)>,
}

#[derive(Clone)]
struct Player {
    name: String,
    x: f64,
    y: f64,
    heading: f64,
    health: i64,
    score: i64,
    kills: i64,
}

impl Gaming {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let narrative = setting.narrative;
        let count =
            narrative.crowd(&["player", "user", "person", "friend"]).unwrap_or(narrative.people.len().max(6));
        let mut names: Vec<String> = narrative.people.iter().take(MOST_PLAYERS).cloned().collect();
        while names.len() < count.clamp(2, MOST_PLAYERS) {
            let name = format!("{}{}", scene.word(HANDLES), scene.int(1, 99));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let players = names.into_iter().map(|name| Player::new(name, scene)).collect();
        Self {
            match_id: scene.id("match"),
            players,
            joined: 0,
            round: 0,
            left: 0,
            playing: false,
            tick: 0,
            fierce: if narrative.is(crate::Mood::Calm) { 0.12 } else { 0.3 },
            current: 0,
            answers: Answers::default(),
        }
    }

    /// What every event begins with.
    fn told(&self, kind: &str) -> Value {
        json!({ "type": kind, "match_id": self.match_id, "round": self.round, "tick": self.tick })
    }

    fn begin(&mut self, scene: &mut Scene<'_>) -> Value {
        self.round += 1;
        self.left = scene.int(25, 60);
        self.playing = true;
        for player in &mut self.players {
            player.health = FULL_HEALTH;
        }
        let mut event = self.told("round_started");
        event["players"] = self.joined.into();
        event
    }

    fn finish(&mut self) -> Value {
        self.playing = false;
        let best = self.players[..self.joined].iter().max_by_key(|player| player.score);
        let winner = best.map(|player| player.name.clone());
        let mut event = self.told("round_ended");
        event["winner"] = winner.into();
        event["leaderboard"] = self.leaderboard();
        event
    }

    fn leaderboard(&self) -> Value {
        let mut players: Vec<&Player> = self.players[..self.joined].iter().collect();
        players.sort_by_key(|player| std::cmp::Reverse(player.score));
        let line =
            |player: &&Player| json!({ "player": player.name, "score": player.score, "kills": player.kills });
        players.iter().take(5).map(line).collect()
    }

    fn act(&mut self, scene: &mut Scene<'_>) -> Value {
        let dead = self.players[..self.joined].iter().position(|player| player.health == 0);
        if scene.wants("player_respawned") && dead.is_none() {
            self.players[0].health = 0;
        }
        let dead = self.players[..self.joined].iter().position(|player| player.health == 0);
        let often = scene.wanted.is_none() && scene.chance(0.4);
        if let Some(index) = dead.filter(|_| scene.wants("player_respawned") || often) {
            return self.respawn(index, scene);
        }
        let mut living: Vec<usize> = (0..self.joined).filter(|i| self.players[*i].health > 0).collect();
        if living.len() < 2 {
            return self.respawn(dead.unwrap_or(0), scene);
        }
        let actor = living.swap_remove(scene.index(living.len()));
        self.current = actor;
        let fights = scene.wants("player_hit") || scene.wants("player_killed");
        if fights || scene.wanted.is_none() && scene.chance(self.fierce) {
            let target = *scene.pick(&living);
            return self.fight(actor, target, scene);
        }
        if scene.wants("item_collected") || scene.wanted.is_none() && scene.chance(0.1) {
            let item = scene.word(ITEMS);
            self.players[actor].score += 5;
            let mut event = self.told("item_collected");
            let player = &self.players[actor];
            event["player"] = player.name.clone().into();
            event["item"] = item.into();
            event["score"] = player.score.into();
            return event;
        }
        if scene.wants("score_updated") || scene.wanted.is_none() && scene.chance(0.06) {
            let mut event = self.told("score_updated");
            event["leaderboard"] = self.leaderboard();
            return event;
        }
        self.players[actor].walk(scene);
        let mut event = self.told("player_moved");
        let player = &self.players[actor];
        event["player"] = player.name.clone().into();
        event["x"] = round(player.x, 1).into();
        event["y"] = round(player.y, 1).into();
        event["heading"] = round(player.heading, 0).into();
        event["health"] = player.health.into();
        event
    }

    fn fight(&mut self, actor: usize, target: usize, scene: &mut Scene<'_>) -> Value {
        let damage = if scene.wants("player_killed") { FULL_HEALTH } else { scene.int(8, 45) };
        let weapon = scene.word(WEAPONS);
        let health = (self.players[target].health - damage).max(0);
        // A wanted hit leaves the other alive.
        let health = if scene.wants("player_hit") { health.max(1) } else { health };
        let damage = self.players[target].health - health;
        self.players[target].health = health;
        let (name, victim) = (self.players[actor].name.clone(), self.players[target].name.clone());
        if health > 0 {
            let mut event = self.told("player_hit");
            event["attacker"] = name.into();
            event["target"] = victim.into();
            event["weapon"] = weapon.into();
            event["damage"] = damage.into();
            event["health"] = health.into();
            return event;
        }
        let player = &mut self.players[actor];
        player.kills += 1;
        player.score += 100;
        let score = player.score;
        let mut event = self.told("player_killed");
        event["killer"] = name.into();
        event["victim"] = victim.into();
        event["weapon"] = weapon.into();
        event["score"] = score.into();
        event
    }

    fn respawn(&mut self, index: usize, scene: &mut Scene<'_>) -> Value {
        self.current = index;
        self.players[index].health = FULL_HEALTH;
        self.players[index].place(scene);
        let mut event = self.told("player_respawned");
        let player = &self.players[index];
        event["player"] = player.name.clone().into();
        event["x"] = round(player.x, 1).into();
        event["y"] = round(player.y, 1).into();
        event["health"] = player.health.into();
        event
    }

    fn join(&mut self, scene: &mut Scene<'_>) -> Value {
        // Where all are in, one leaves and comes back.
        self.current = if self.joined < self.players.len() { self.joined } else { scene.index(self.joined) };
        self.joined = self.joined.max(self.current + 1);
        let mut event = self.told("player_joined");
        event["player"] = self.players[self.current].name.clone().into();
        event["players"] = self.joined.into();
        event
    }

    fn answer(&mut self, name: Option<String>, verb: &str, scene: &mut Scene<'_>) -> Value {
        let name = name.unwrap_or_else(|| "you".to_string());
        let known = self.players.iter().position(|player| player.name == name);
        if verb.contains("join") && known.is_none() && self.players.len() < MOST_PLAYERS {
            self.players.insert(self.joined, Player::new(name, scene));
            return self.join(scene);
        }
        let mut event = self.told("player_moved");
        self.current = known.unwrap_or(0);
        let player = &mut self.players[self.current];
        player.walk(scene);
        event["player"] = player.name.clone().into();
        event["x"] = round(player.x, 1).into();
        event["y"] = round(player.y, 1).into();
        event["health"] = player.health.into();
        event
    }

    fn next(&mut self, scene: &mut Scene<'_>) -> Value {
        let early = self.joined < 2 || !self.playing && self.joined < self.players.len() && scene.chance(0.8);
        if scene.wants("player_joined") || early {
            return self.join(scene);
        }
        if !self.playing {
            return self.begin(scene);
        }
        self.left -= 1;
        if self.left < 0 || scene.wants("round_ended") || scene.wants("round_started") {
            return self.finish();
        }
        self.act(scene)
    }
}

impl World for Gaming {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        self.tick += 1;
        let kind = self.pending();
        let mut event = if kind.is_some_and(|kind| scene.allows(kind))
            && let Some((name, verb)) = self.answers.pop()
        {
            self.answer(name, &verb, scene)
        } else {
            self.next(scene)
        };
        event["timestamp"] = scene.stamp().into();
        event
    }

    fn hear(&mut self, heard: &Heard) {
        let verb = heard.verb();
        if verb.contains("join") || verb.contains("move") {
            let name =
                heard.text(&["player", "name", "user", "username", "playerid"]).map(ToString::to_string);
            self.answers.push((name, verb));
        }
    }

    fn pending(&self) -> Option<&'static str> {
        let (name, verb) = self.answers.front()?;
        let name = name.as_deref().unwrap_or("you");
        let known = self.players.iter().any(|player| player.name == name);
        let joins = verb.contains("join") && !known && self.players.len() < MOST_PLAYERS;
        Some(if joins { "player_joined" } else { "player_moved" })
    }

    fn background(&self) -> Value {
        let player = &self.players[self.current];
        json!({
            "player": player.name, "x": round(player.x, 1), "y": round(player.y, 1), "health": player.health,
            "score": player.score, "kills": player.kills, "level": 1 + player.score / 300,
        })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

impl Player {
    fn new(name: String, scene: &mut Scene<'_>) -> Self {
        let mut player = Self { name, x: 0.0, y: 0.0, heading: 0.0, health: FULL_HEALTH, score: 0, kills: 0 };
        player.place(scene);
        player
    }

    fn place(&mut self, scene: &mut Scene<'_>) {
        (self.x, self.y) = (scene.float(0.0, FIELD), scene.float(0.0, FIELD));
        self.heading = scene.float(0.0, 359.0);
    }

    /// A few steps on, turning a little.
    fn walk(&mut self, scene: &mut Scene<'_>) {
        self.heading = (self.heading + scene.normal() * 25.0).rem_euclid(359.0);
        let (length, angle) = (scene.float(2.0, 18.0), self.heading.to_radians());
        self.x = (self.x + length * angle.sin()).clamp(0.0, FIELD);
        self.y = (self.y + length * angle.cos()).clamp(0.0, FIELD);
    }
}
