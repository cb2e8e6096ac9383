//! Tennis, which has no clock: points make games, games make sets, and two sets win.

use serde_json::{Value, json};

use crate::offline::world::Scene;

/// How who wins a point does it.
const SHOTS: &str = "forehand winner,backhand winner,drop shot,smash,passing shot,volley,lob";

/// A best-of-three match.
#[derive(Debug, Clone, Default)]
pub(super) struct Tennis {
    points: [u32; 2],
    games: [u32; 2],
    sets: [u32; 2],
    server: usize,
    started: bool,
}

impl Tennis {
    pub(super) fn next(&mut self, match_id: &str, names: &[String; 2], scene: &mut Scene<'_>) -> Value {
        let (mut kind, mut shot, mut side) = ("period_started", None, None);
        if self.sets.contains(&2) {
            kind = "match_ended";
        } else if self.started {
            // Who serves has the better of it.
            let winner = if scene.chance(0.62) { self.server } else { 1 - self.server };
            let ace = winner == self.server && scene.chance(0.2);
            let before = self.sets;
            self.point(winner);
            kind = if self.sets == before { "score" } else { "period_ended" };
            (shot, side) = (Some(if ace { "ace" } else { scene.word(SHOTS) }), Some(winner));
        }
        self.started = true;
        json!({
            "type": kind, "match_id": match_id, "sport": "tennis", "home": names[0], "away": names[1],
            "home_score": self.sets[0], "away_score": self.sets[1], "set": self.sets[0] + self.sets[1] + 1,
            "home_games": self.games[0], "away_games": self.games[1], "home_points": self.shown(0),
            "away_points": self.shown(1), "server": names[self.server], "player": side.map(|side| &names[side]),
            "kind": shot,
        })
    }

    fn point(&mut self, winner: usize) {
        let other = 1 - winner;
        self.points[winner] += 1;
        if self.points[winner] < 4 || self.points[winner] < self.points[other] + 2 {
            return;
        }
        self.points = [0, 0];
        self.games[winner] += 1;
        self.server = 1 - self.server;
        let games = self.games[winner];
        if games == 7 || games == 6 && self.games[other] < 5 {
            self.games = [0, 0];
            self.sets[winner] += 1;
        }
    }

    fn shown(&self, side: usize) -> &'static str {
        match (self.points[side], self.points[1 - side]) {
            (points, other) if points >= 3 && other >= 3 => {
                if points > other {
                    "AD"
                } else {
                    "40"
                }
            }
            (points, _) => ["0", "15", "30", "40"][points.min(3) as usize],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_takes_six_games_and_two_more_than_the_other() {
        let mut tennis = Tennis::default();
        let game = |tennis: &mut Tennis, winner| (0..4).for_each(|_| tennis.point(winner));
        for _ in 0..5 {
            game(&mut tennis, 0);
            game(&mut tennis, 1);
        }
        game(&mut tennis, 0);
        assert_eq!((tennis.games, tennis.sets), ([6, 5], [0, 0]));
        game(&mut tennis, 0);
        assert_eq!((tennis.games, tennis.sets), ([0, 0], [1, 0]));
    }

    #[test]
    fn deuce_goes_on_until_one_is_two_ahead() {
        let mut tennis = Tennis::default();
        for winner in [0, 0, 0, 1, 1, 1, 0] {
            tennis.point(winner);
        }
        assert_eq!((tennis.shown(0), tennis.shown(1)), ("AD", "40"));
        tennis.point(1);
        assert_eq!((tennis.shown(0), tennis.shown(1)), ("40", "40"));
    }
}
