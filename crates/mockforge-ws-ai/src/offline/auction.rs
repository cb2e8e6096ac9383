//! An auction: lots are opened, bids rise, and each lot is sold, or not where the reserve is not met.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, money};
use crate::Mood;
use crate::narrative::numeral::{self, NUMERAL};
use crate::narrative::words::Words;

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "lot_opened", like: "lot,opened,started,start,auction,created,new" },
    Kind { name: "bid_placed", like: "bid,offer,placed,accepted,outbid,price,update" },
    Kind { name: "going_once", like: "going,warning,ending,closing,last" },
    Kind { name: "lot_sold", like: "sold,won,ended,hammer,closed,end,finished" },
    Kind { name: "lot_unsold", like: "passed,unsold,withdrawn" },
    Kind { name: "bid_rejected", like: "rejected,refused,invalid,low,error" },
];

const LOTS: &str = "Oil painting of a harbour,Walnut writing desk,Silver pocket watch,First edition novel,Persian rug,\
    Art deco lamp,Vintage camera,Signed guitar,Porcelain vase,Racing bicycle,Bronze sculpture,Gold coin set,\
    Antique globe,Leather armchair,Jazz record collection,Sapphire ring";

#[derive(Clone)]
pub(crate) struct Auction {
    bidders: Vec<String>,
    currency: &'static str,
    /// The first price of the first lot, in cents, where the narrative says it.
    first: Option<i64>,
    eagerness: f64,
    number: i64,
    bids: u64,
    /// The lots in their order.
    catalogue: Vec<&'static str>,
    lot: Option<Lot>,
    current: Value,
    answers: Answers<(Option<String>, i64)>,
}

#[derive(Clone)]
struct Lot {
    id: String,
    title: &'static str,
    /// In cents, as all prices.
    start: i64,
    reserve: i64,
    /// What the bidders would pay at most.
    limit: i64,
    highest: Option<(i64, String)>,
    bids: u64,
    going: bool,
}

impl Auction {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let narrative = setting.narrative;
        let count = narrative.crowd(&["bidder", "participant", "person", "user"]);
        let count = count.unwrap_or(narrative.people.len().max(5)).clamp(2, 60);
        let amount = narrative.amounts.first();
        let mut catalogue: Vec<&str> = crate::bank::parts(LOTS).collect();
        let start = scene.index(catalogue.len());
        catalogue.rotate_left(start);
        // What the narrative names comes first.
        catalogue.sort_by_key(|title| {
            !title.to_lowercase().split(' ').any(|word| word.len() > 4 && setting.says(word))
        });
        Self {
            bidders: setting.people(count, scene),
            currency: amount.map_or("USD", |amount| amount.currency),
            first: amount.map(|amount| (amount.value.clamp(1.0, 1e9) * 100.0) as i64),
            eagerness: if narrative.is(Mood::Busy) { 3.0 } else { 1.0 },
            number: 0,
            bids: 0,
            catalogue,
            lot: None,
            current: Value::Null,
            answers: Answers::default(),
        }
    }

    fn open(&mut self, scene: &mut Scene<'_>) -> Value {
        self.number += 1;
        let start = self.first.take().unwrap_or_else(|| 500 * scene.int(4, 200));
        let lot = Lot {
            id: format!("lot-{}", self.number),
            title: self.catalogue[(self.number - 1) as usize % self.catalogue.len()],
            start,
            reserve: (start as f64 * scene.float(1.0, 1.6)) as i64,
            limit: (start as f64 * scene.float(1.3, 1.5 + 1.5 * self.eagerness)) as i64,
            highest: None,
            bids: 0,
            going: false,
        };
        let event = json!({
            "type": "lot_opened", "lot_id": lot.id, "title": lot.title, "starting_price": money(start),
            "minimum_bid": money(lot.least()), "currency": self.currency, "timestamp": scene.stamp(),
        });
        self.lot = Some(lot);
        event
    }

    fn bid(&mut self, bidder: Option<String>, amount: Option<i64>, scene: &mut Scene<'_>) -> Value {
        let Some(lot) = &mut self.lot else { return self.open(scene) };
        let leader = lot.highest.as_ref().map(|(_, bidder)| bidder.clone());
        let others: Vec<&String> =
            self.bidders.iter().filter(|bidder| Some(*bidder) != leader.as_ref()).collect();
        let bidder = bidder.unwrap_or_else(|| (*scene.pick(&others)).clone());
        let steps = if scene.chance(0.8) { 0 } else { scene.int(1, 3) };
        let amount = amount.unwrap_or_else(|| lot.least() + steps * increment(lot.least()));
        self.bids += 1;
        lot.bids += 1;
        lot.going = false;
        let previous = lot.highest.replace((amount, bidder.clone())).map(|(amount, _)| money(amount));
        json!({
            "type": "bid_placed", "bid_id": format!("bid-{}", self.bids), "lot_id": lot.id, "title": lot.title,
            "bidder": bidder, "amount": money(amount), "previous": previous, "minimum_bid": money(lot.least()),
            "bid_count": lot.bids, "currency": self.currency, "timestamp": scene.stamp(),
        })
    }

    fn close(&mut self, scene: &mut Scene<'_>) -> Value {
        let Some(lot) = self.lot.take() else { return self.open(scene) };
        match &lot.highest {
            Some((amount, bidder)) if *amount >= lot.reserve => json!({
                "type": "lot_sold", "lot_id": lot.id, "title": lot.title, "winner": bidder,
                "amount": money(*amount), "bid_count": lot.bids, "currency": self.currency,
                "timestamp": scene.stamp(),
            }),
            _ => json!({
                "type": "lot_unsold", "lot_id": lot.id, "title": lot.title, "reason": "reserve not met",
                "bid_count": lot.bids, "currency": self.currency, "timestamp": scene.stamp(),
            }),
        }
    }

    fn next(&mut self, scene: &mut Scene<'_>) -> Value {
        let Some(lot) = &mut self.lot else { return self.open(scene) };
        let keen = lot.least() <= lot.limit;
        // A wanted end comes sooner: the room loses interest, or the reserve is dropped.
        match scene.wanted {
            Some("lot_sold") if lot.highest.is_some() => lot.reserve = 0,
            Some("lot_unsold") if lot.highest.is_none() => {}
            Some("lot_opened" | "lot_sold" | "lot_unsold") | None => {
                let again = if lot.going { 0.35 } else { 0.94 };
                if keen && scene.chance(again) {
                    return self.bid(None, None, scene);
                }
            }
            Some("bid_placed") => return self.bid(None, None, scene),
            Some(_) => {}
        }
        let Some(lot) = &mut self.lot else { return self.open(scene) };
        if lot.going {
            return self.close(scene);
        }
        lot.going = true;
        json!({
            "type": "going_once", "lot_id": lot.id, "title": lot.title,
            "amount": lot.highest.as_ref().map_or(Value::Null, |(amount, _)| money(*amount)),
            "currency": self.currency, "timestamp": scene.stamp(),
        })
    }
}

impl World for Auction {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        let kind = self.pending();
        // Who bids before anything has happened bids for the first lot.
        let is_first = self.number == 0 && scene.wanted.is_none();
        let event = if kind.is_some() && is_first {
            self.open(scene)
        } else if kind.is_some_and(|kind| scene.allows(kind))
            && let Some((bidder, amount)) = self.answers.pop()
        {
            match &self.lot {
                Some(lot) if amount < lot.least() => json!({
                    "type": "bid_rejected", "lot_id": lot.id, "bidder": bidder, "amount": money(amount),
                    "minimum_bid": money(lot.least()), "reason": "bid too low", "timestamp": scene.stamp(),
                }),
                Some(_) => self.bid(Some(bidder.unwrap_or_else(|| "you".to_string())), Some(amount), scene),
                None => json!({
                    "type": "bid_rejected", "bidder": bidder, "amount": money(amount),
                    "reason": "no lot is open", "timestamp": scene.stamp(),
                }),
            }
        } else {
            self.next(scene)
        };
        self.current = event.clone();
        event
    }

    fn hear(&mut self, heard: &Heard) {
        let amount = heard.number(&["amount", "bid", "price", "value", "offer"]);
        let bids = heard.verb().contains("bid") || heard.value(&["bid"]).is_some();
        let amount = amount.filter(|_| bids).or_else(|| bid_in(heard.said()?));
        if let Some(amount) = amount {
            let bidder = heard.text(&["bidder", "user", "name", "userid"]).map(ToString::to_string);
            self.answers.push((bidder, (amount.clamp(0.0, 1e12) * 100.0).round() as i64));
        }
    }

    fn pending(&self) -> Option<&'static str> {
        let (_, amount) = self.answers.front()?;
        let taken = self.lot.as_ref().is_some_and(|lot| *amount >= lot.least());
        Some(if taken { "bid_placed" } else { "bid_rejected" })
    }

    fn background(&self) -> Value {
        let amount = self.current.get("amount").or(self.current.get("starting_price")).cloned();
        let user = self.current.get("bidder").or(self.current.get("winner")).cloned();
        json!({ "id": self.current.get("bid_id"), "price": amount, "user": user })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

impl Lot {
    /// The least that the next bid has to be.
    fn least(&self) -> i64 {
        self.highest.as_ref().map_or(self.start, |(amount, _)| amount + increment(*amount))
    }
}

/// By how much a bid rises, as auction houses step: 5 % or so, in round sums.
fn increment(amount: i64) -> i64 {
    let mut step = 100;
    while step * 20 < amount && step < 1_000_000_000_000 {
        step = if step.to_string().starts_with('1') { step * 5 } else { step * 2 };
    }
    step
}

/// `250`, `$1,200.50`, `2.5k`, `three hundred`
static SUM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"(?i)(?:^|[\s$€£¥])(?<n>{NUMERAL})(?:[\s.,!?$€£¥]|$)")).expect("it is well-formed")
});

/// The bid in a sentence: "I bid 250", "$300". An article is no sum.
fn bid_in(said: &str) -> Option<f64> {
    let words = Words::of(said);
    let bids = ["bid", "bidding", "offer", "offering"].iter().any(|word| words.has(word));
    // A number alone is a bid too.
    if !bids && said.split_whitespace().count() > 2 || said.contains('?') {
        return None;
    }
    let sums = SUM.captures_iter(said).filter(|sum| !["a", "an"].contains(&sum["n"].to_lowercase().as_str()));
    sums.filter_map(|sum| numeral::value(&sum["n"])).find(|sum| *sum >= 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bids_are_read_in_sentences() {
        for (said, expect) in [
            ("I bid 250", Some(250.0)),
            ("bid $1,200.50!", Some(1200.5)),
            ("250", Some(250.0)),
            ("300 dollars", Some(300.0)),
            ("I'd offer a hundred", Some(100.0)),
            ("bid 2.5k", Some(2500.0)),
            ("I bid", None),
            ("a bid", None),
            ("I have 3 questions", None),
            ("should I bid 250?", None),
            ("", None),
        ] {
            assert_eq!(bid_in(said), expect, "{said}");
        }
    }

    #[test]
    fn increments_are_round_and_rise() {
        assert_eq!([100, 2_000, 10_000, 100_000].map(increment), [100, 100, 500, 5_000]);
        for amount in (0..50).map(|n| 1_i64 << n) {
            assert!(increment(amount) > 0);
        }
    }
}
