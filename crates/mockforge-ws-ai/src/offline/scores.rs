//! Scores of a sports match: the clock goes forward, and points come as they do in that sport.

mod tennis;

use serde_json::{Value, json};

use self::tennis::Tennis;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World};

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "score", like: "goal,point,basket,touchdown,scored,update,try" },
    Kind { name: "play", like: "commentary,event,action,shot,stat,possession" },
    Kind { name: "foul", like: "card,penalty,yellow,red,infringement" },
    Kind { name: "substitution", like: "sub,change,timeout" },
    Kind { name: "period_started", like: "kickoff,start,started,period,half,quarter,set,match" },
    Kind { name: "period_ended", like: "halftime,end,break" },
    Kind { name: "match_ended", like: "fulltime,final,finished,result,over" },
];

/// A sport whose clock runs through periods.
#[derive(Debug)]
struct Sport {
    /// Words by which it is told; the first is its name.
    words: &'static str,
    period: &'static str,
    periods: i64,
    /// Minutes of a period.
    minutes: f64,
    /// Kinds of scores, with their points and how often each comes.
    scoring: &'static [(&'static str, i64, u32)],
    /// How likely an event is a score.
    rate: f64,
    plays: &'static str,
    fouls: &'static str,
    teams: &'static str,
}

const SPORTS: &[Sport] = &[
    Sport {
        words: "football,soccer,premier league,champions league,world cup",
        period: "half",
        periods: 2,
        minutes: 45.0,
        scoring: &[("goal", 1, 8), ("penalty", 1, 1), ("own goal", 1, 1)],
        rate: 0.05,
        plays: "shot on target,corner,free kick,offside,save,cross,counter-attack,throw-in,header wide",
        fouls: "foul,yellow card,handball,late tackle",
        teams: "Riverside United,Northgate Rovers,Harbour City,Old Mill Athletic,Kingsford Town,Westport FC",
    },
    Sport {
        words: "basketball,nba",
        period: "quarter",
        periods: 4,
        minutes: 12.0,
        scoring: &[("two-pointer", 2, 6), ("three-pointer", 3, 3), ("free throw", 1, 2)],
        rate: 0.42,
        plays: "rebound,assist,steal,block,turnover,missed shot,fast break",
        fouls: "personal foul,shooting foul,travelling,technical foul",
        teams: "Bay Comets,Iron City Hawks,Lakeside Giants,Metro Blaze,Summit Wolves,Harbor Kings",
    },
    Sport {
        words: "hockey,nhl",
        period: "period",
        periods: 3,
        minutes: 20.0,
        scoring: &[("goal", 1, 7), ("power-play goal", 1, 2)],
        rate: 0.07,
        plays: "shot on goal,save,face-off won,blocked shot,icing,body check",
        fouls: "hooking,tripping,high-sticking,slashing",
        teams: "North Stars,Glacier Bears,Polar Kings,Redwood Rangers,Frost City,Timber Wolves",
    },
    Sport {
        words: "rugby",
        period: "half",
        periods: 2,
        minutes: 40.0,
        scoring: &[("try", 5, 4), ("conversion", 2, 3), ("penalty goal", 3, 3)],
        rate: 0.12,
        plays: "scrum,line-out,ruck,maul,knock-on,kick to touch",
        fouls: "high tackle,offside,not releasing,yellow card",
        teams: "Highland Rams,Valley Oaks,Castle Park,Southern Bulls,Stonebridge,Kestrels",
    },
    Sport {
        words: "nfl,american football,touchdown,super bowl",
        period: "quarter",
        periods: 4,
        minutes: 15.0,
        scoring: &[("touchdown", 6, 5), ("extra point", 1, 4), ("field goal", 3, 4), ("safety", 2, 1)],
        rate: 0.12,
        plays: "rush,completed pass,incomplete pass,sack,punt,interception,first down",
        fouls: "holding,false start,pass interference,face mask",
        teams: "Canyon Chargers,Bayou Kings,Granite Bulls,Prairie Hawks,Steel Harbor,Delta Storm",
    },
];

#[derive(Clone)]
pub(crate) struct Scores {
    sport: &'static Sport,
    tennis: Option<Tennis>,
    named: Vec<String>,
    teams: [String; 2],
    score: [i64; 2],
    match_id: String,
    period: i64,
    /// Minutes of the period.
    clock: f64,
    playing: bool,
}

impl Scores {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let said = |sport: &&Sport| crate::bank::parts(sport.words).any(|word| setting.says(word));
        // American football says "football" too, so the last that is said counts.
        let sport = SPORTS.iter().rev().find(said).unwrap_or(&SPORTS[0]);
        let tennis = ["tennis", "wimbledon"].iter().any(|word| setting.says(word));
        let mut world = Self {
            sport,
            tennis: tennis.then(Tennis::default),
            named: setting.narrative.teams.clone(),
            teams: [String::new(), String::new()],
            score: [0, 0],
            match_id: String::new(),
            period: 0,
            clock: 0.0,
            playing: false,
        };
        world.pair(scene);
        world
    }

    /// A new match, of those who are named or of others.
    fn pair(&mut self, scene: &mut Scene<'_>) {
        self.match_id = scene.id("match");
        (self.score, self.period, self.clock, self.playing) = ([0, 0], 0, 0.0, false);
        let mut teams = self.named.clone();
        while teams.len() < 2 {
            let name = if self.tennis.is_some() {
                scene.full_name()
            } else {
                scene.word(self.sport.teams).to_string()
            };
            if !teams.contains(&name) {
                teams.push(name);
            }
        }
        self.teams = [teams[0].clone(), teams[1].clone()];
        self.tennis = self.tennis.take().map(|_| Tennis::default());
    }

    fn told(&self, kind: &str) -> Value {
        let before = self.period.max(1) - 1;
        let minute = (before as f64 * self.sport.minutes + self.clock).floor();
        json!({
            "type": kind, "match_id": self.match_id, "sport": crate::bank::parts(self.sport.words).next(),
            "home": self.teams[0], "away": self.teams[1], "home_score": self.score[0], "away_score": self.score[1],
            "period": self.period, "period_name": self.sport.period, "minute": minute as i64,
        })
    }

    fn next(&mut self, scene: &mut Scene<'_>) -> Value {
        if !self.playing {
            if self.period >= self.sport.periods {
                let event = self.told("match_ended");
                self.pair(scene);
                return event;
            }
            (self.playing, self.clock) = (true, 0.0);
            self.period += 1;
            return self.told("period_started");
        }
        let ends = ["period_started", "period_ended", "match_ended"].iter().any(|kind| scene.wants(kind));
        self.clock += scene.float(0.1, 2.0) * if ends { 40.0 } else { 1.0 };
        if self.clock >= self.sport.minutes {
            self.clock = self.sport.minutes;
            self.playing = false;
            return self.told("period_ended");
        }
        let side = scene.index(2);
        if scene.wants("score") || scene.wanted.is_none() && scene.chance(self.sport.rate) {
            let weights: u32 = self.sport.scoring.iter().map(|(.., weight)| weight).sum();
            let mut drawn = scene.int(0, i64::from(weights) - 1);
            let mut chosen = self.sport.scoring[0];
            for kind in self.sport.scoring {
                chosen = *kind;
                drawn -= i64::from(kind.2);
                if drawn < 0 {
                    break;
                }
            }
            self.score[side] += chosen.1;
            let mut event = self.told("score");
            event["team"] = self.teams[side].clone().into();
            event["player"] = scene.full_name().into();
            event["kind"] = chosen.0.into();
            event["points"] = chosen.1.into();
            return event;
        }
        let wanted = scene.wanted;
        let (kind, bank) = match wanted {
            Some("foul") => ("foul", self.sport.fouls),
            None if scene.chance(0.14) => ("foul", self.sport.fouls),
            Some("substitution") => ("substitution", ""),
            None if scene.chance(0.05) => ("substitution", ""),
            _ => ("play", self.sport.plays),
        };
        let mut event = self.told(kind);
        event["team"] = self.teams[side].clone().into();
        if kind == "substitution" {
            event["player_in"] = scene.full_name().into();
            event["player_out"] = scene.full_name().into();
        } else {
            event["player"] = scene.full_name().into();
            event["kind"] = scene.word(bank).into();
        }
        event
    }
}

impl World for Scores {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        let mut event = match &mut self.tennis {
            Some(tennis) => tennis.next(&self.match_id, &self.teams, scene),
            None => self.next(scene),
        };
        if self.tennis.is_some() && event["type"] == "match_ended" {
            self.pair(scene);
        }
        event["timestamp"] = scene.stamp().into();
        event
    }

    /// A scoreboard listens to nobody.
    fn hear(&mut self, _heard: &Heard) {}

    fn pending(&self) -> Option<&'static str> {
        None
    }

    fn background(&self) -> Value {
        json!({ "id": self.match_id, "game_id": self.match_id, "score": self.score })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}
