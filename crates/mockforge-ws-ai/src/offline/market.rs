//! Market data: prices on a geometric random walk, with quotes around them, trades, and sometimes a halt.

mod request;

use std::time::Duration;

use serde_json::{Value, json};

use self::request::Request;
use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, round};
use crate::{Mood, bank};

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "trade", like: "execution,deal,tick,print,last" },
    Kind { name: "quote", like: "bid,ask,book,depth,bbo,spread,orderbook" },
    Kind { name: "ticker", like: "price,update,summary,snapshot,candle,ohlc,bar,market" },
    Kind { name: "halt", like: "pause,suspend,circuit,breaker" },
    Kind { name: "resume", like: "reopen,unhalt" },
    Kind { name: "fill", like: "order,filled,executed" },
    Kind { name: "subscribed", like: "subscription,subscribe" },
    Kind { name: "unsubscribed", like: "unsubscribe" },
];

/// How many instruments are streamed at most.
const MOST_INSTRUMENTS: usize = 64;
/// Seconds in a year of a share's trading.
const TRADING_YEAR: f64 = 252.0 * 6.5 * 3600.0;

#[derive(Clone)]
pub(crate) struct Market {
    instruments: Vec<Instrument>,
    /// Relative change a second, by the mood.
    drift: f64,
    /// Standard deviation of a year's return.
    volatility: f64,
    halts: f64,
    trades: u64,
    /// The one that the last event is about.
    current: usize,
    answers: Answers<Request>,
}

#[derive(Clone)]
struct Instrument {
    symbol: String,
    /// Ticks in one unit of the price.
    per_unit: f64,
    /// The unrounded price, in ticks.
    fair: f64,
    bid: i64,
    ask: i64,
    last: i64,
    open: i64,
    high: i64,
    low: i64,
    volume: i64,
    moved: Duration,
    /// After so many events of the market it trades again; 0 where it does.
    halted: u32,
}

impl Market {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let narrative = setting.narrative;
        let mut symbols = narrative.symbols.clone();
        if symbols.is_empty() {
            let crypto = ["crypto", "cryptocurrency", "coin", "bitcoin", "btc", "ethereum", "eth"]
                .iter()
                .any(|word| setting.says(word));
            let forex = ["forex", "currency", "currencies", "exchange rate", "fx"]
                .iter()
                .any(|word| setting.says(word));
            let of_kind = |symbol: &str| match (crypto, forex) {
                (true, _) => symbol.contains("-USD"),
                (_, true) => symbol.contains('/'),
                _ => symbol.chars().all(|c| c.is_ascii_uppercase()),
            };
            let known = bank::INSTRUMENTS.iter().map(|(symbol, ..)| *symbol).filter(|symbol| of_kind(symbol));
            let count = narrative.crowd(&["stock", "symbol"]).unwrap_or(4);
            symbols = known.take(count.max(1)).map(ToString::to_string).collect();
        }
        let mut volatility = 0.35;
        if narrative.is(Mood::Volatile) {
            volatility = 1.2;
        } else if narrative.is(Mood::Calm) {
            volatility = 0.12;
        }
        let drift = match (narrative.is(Mood::Crash), narrative.is(Mood::Rally)) {
            (true, false) => -5e-4,
            (false, true) => 5e-4,
            _ => 0.0,
        };
        let start = narrative.amounts.first().map(|amount| amount.value).filter(|_| symbols.len() == 1);
        let halts = if narrative.is(Mood::Crash) || narrative.is(Mood::Volatile) { 0.01 } else { 0.001 };
        let instruments = symbols.iter().take(MOST_INSTRUMENTS);
        let instruments = instruments.map(|symbol| Instrument::new(symbol, start, scene)).collect();
        Self { instruments, drift, volatility, halts, trades: 0, current: 0, answers: Answers::default() }
    }

    fn answer(&mut self, request: Request, scene: &mut Scene<'_>) -> Value {
        let timestamp = scene.stamp();
        match request {
            Request::Subscribe(symbols) => {
                for symbol in &symbols {
                    self.list(symbol, scene);
                }
                // The first event after a subscription is about what was subscribed.
                self.current = self.instruments.iter().position(|i| i.symbol == symbols[0]).unwrap_or(0);
                json!({ "type": "subscribed", "symbols": symbols, "timestamp": timestamp })
            }
            Request::Unsubscribe(symbols) => {
                if self.instruments.iter().any(|i| !symbols.contains(&i.symbol)) {
                    self.instruments.retain(|i| !symbols.contains(&i.symbol));
                    self.current = 0;
                }
                json!({ "type": "unsubscribed", "symbols": symbols, "timestamp": timestamp })
            }
            Request::Fill { id, symbol, side, size } => {
                if let Some(symbol) = symbol {
                    self.list(&symbol, scene);
                    self.current = self.instruments.iter().position(|i| i.symbol == symbol).unwrap_or(0);
                }
                let trade = self.trade(scene, Some(side), Some(size));
                json!({
                    "type": "fill", "order_id": id, "symbol": trade["symbol"], "side": side,
                    "price": trade["price"], "size": size, "trade_id": trade["trade_id"],
                    "timestamp": timestamp,
                })
            }
        }
    }

    fn list(&mut self, symbol: &str, scene: &mut Scene<'_>) {
        let known = self.instruments.iter().any(|instrument| instrument.symbol == symbol);
        if !known && self.instruments.len() < MOST_INSTRUMENTS {
            self.instruments.push(Instrument::new(symbol, None, scene));
        }
    }

    /// Moves one instrument by the time that passed for it.
    fn walk(&mut self, scene: &mut Scene<'_>) -> &mut Instrument {
        let (drift, volatility) = (self.drift, self.volatility);
        let instrument = &mut self.instruments[self.current];
        let passed = scene.elapsed.saturating_sub(instrument.moved).as_secs_f64().clamp(0.05, 60.0);
        instrument.moved = scene.elapsed;
        let deviation = volatility * (passed / TRADING_YEAR).sqrt();
        let change = (drift * passed + deviation * scene.normal()).clamp(-0.2, 0.2);
        // Far from both ends of what a price can be.
        instrument.fair = (instrument.fair * change.exp()).clamp(20.0, 1e12);
        let spread = 1 + scene.int(0, 2 + (instrument.fair * 2e-5) as i64);
        instrument.bid = (instrument.fair - spread as f64 / 2.0).floor() as i64;
        instrument.ask = instrument.bid + spread;
        instrument
    }

    fn trade(&mut self, scene: &mut Scene<'_>, side: Option<&'static str>, size: Option<i64>) -> Value {
        self.trades += 1;
        let id = self.trades;
        let side = side.unwrap_or(if scene.chance(0.5 + self.drift * 400.0) { "buy" } else { "sell" });
        let instrument = self.walk(scene);
        instrument.last = if side == "buy" { instrument.ask } else { instrument.bid };
        instrument.high = instrument.high.max(instrument.last);
        instrument.low = instrument.low.min(instrument.last);
        let size = size.unwrap_or_else(|| lot(scene));
        instrument.volume = instrument.volume.saturating_add(size);
        json!({
            "type": "trade", "symbol": instrument.symbol, "price": instrument.price(instrument.last),
            "size": size, "side": side, "volume": instrument.volume, "trade_id": id,
            "timestamp": scene.stamp(),
        })
    }

    fn quote(&mut self, scene: &mut Scene<'_>) -> Value {
        let sizes = (lot(scene), lot(scene));
        let instrument = self.walk(scene);
        json!({
            "type": "quote", "symbol": instrument.symbol, "bid": instrument.price(instrument.bid),
            "bid_size": sizes.0, "ask": instrument.price(instrument.ask), "ask_size": sizes.1,
            "timestamp": scene.stamp(),
        })
    }

    fn ticker(&mut self, scene: &mut Scene<'_>) -> Value {
        self.trade(scene, None, None);
        let mut ticker = json!({ "type": "ticker" });
        if let (Value::Object(ticker), Value::Object(more)) = (&mut ticker, self.background()) {
            ticker.extend(more);
            ticker.insert("timestamp".to_string(), scene.stamp().into());
        }
        ticker
    }
}

impl World for Market {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        if self.answers.front().is_some_and(|answer| scene.allows(answer.kind()))
            && let Some(answer) = self.answers.pop()
        {
            return self.answer(answer, scene);
        }
        for instrument in &mut self.instruments {
            instrument.halted = instrument.halted.saturating_sub(u32::from(instrument.halted > 1));
        }
        if scene.wants("resume") && self.instruments.iter().all(|i| i.halted == 0) {
            let index = scene.index(self.instruments.len());
            self.instruments[index].halted = 1;
        }
        let over = self.instruments.iter().position(|i| i.halted == 1);
        let all = self.instruments.iter().all(|i| i.halted > 0);
        let any = self.instruments.iter().position(|i| i.halted > 0);
        if let Some(index) = over.or(any.filter(|_| all || scene.wants("resume"))) {
            self.current = index;
            let instrument = &mut self.instruments[index];
            instrument.halted = 0;
            return json!({
                "type": "resume", "symbol": instrument.symbol, "price": instrument.price(instrument.last),
                "timestamp": scene.stamp(),
            });
        }
        let trading: Vec<usize> =
            (0..self.instruments.len()).filter(|i| self.instruments[*i].halted == 0).collect();
        self.current = *scene.pick(&trading);
        if scene.wants("halt") || scene.wanted.is_none() && scene.chance(self.halts) {
            let halted = scene.int(4, 12) as u32;
            let reason = scene.word("volatility,news pending,regulatory");
            let instrument = &mut self.instruments[self.current];
            instrument.halted = halted;
            return json!({
                "type": "halt", "symbol": instrument.symbol, "reason": reason,
                "price": instrument.price(instrument.last), "timestamp": scene.stamp(),
            });
        }
        let wanted = scene.wanted;
        match wanted {
            Some("ticker") => self.ticker(scene),
            Some("quote") => self.quote(scene),
            Some("trade") => self.trade(scene, None, None),
            _ if scene.chance(0.55) => self.trade(scene, None, None),
            _ => self.quote(scene),
        }
    }

    fn hear(&mut self, heard: &Heard) {
        if let Some(answer) = request::of(heard) {
            self.answers.push(answer);
        }
    }

    fn pending(&self) -> Option<&'static str> {
        self.answers.front().map(Request::kind)
    }

    fn background(&self) -> Value {
        let Some(instrument) = self.instruments.get(self.current) else { return Value::Null };
        let change = (instrument.last - instrument.open) as f64;
        json!({
            "symbol": instrument.symbol, "price": instrument.price(instrument.last),
            "bid": instrument.price(instrument.bid), "ask": instrument.price(instrument.ask),
            "open": instrument.price(instrument.open), "high": instrument.price(instrument.high),
            "low": instrument.price(instrument.low), "volume": instrument.volume,
            "change": round(change / instrument.per_unit, 6),
            "change_percent": round(100.0 * change / instrument.open as f64, 2),
        })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

impl Instrument {
    fn new(symbol: &str, start: Option<f64>, scene: &mut Scene<'_>) -> Self {
        let known = bank::INSTRUMENTS.iter().find(|(known, ..)| *known == symbol).map(|(.., price)| *price);
        let price = start.or(known).unwrap_or_else(|| scene.float(12.0, 320.0));
        let price = price.clamp(0.01, 1e7) * if start.is_none() { scene.float(0.97, 1.03) } else { 1.0 };
        let forex = symbol.contains('/') && price < 20.0;
        let per_unit = if forex || price < 1.0 { 10_000.0 } else { 100.0 };
        let fair = (price * per_unit).max(20.0);
        let last = fair.round() as i64;
        Self {
            symbol: symbol.to_string(),
            per_unit,
            fair,
            bid: last - 1,
            ask: last + 1,
            last,
            open: last,
            high: last,
            low: last,
            volume: scene.int(10_000, 900_000),
            moved: scene.elapsed,
            halted: 0,
        }
    }

    fn price(&self, ticks: i64) -> f64 {
        ticks as f64 / self.per_unit
    }
}

/// A size as traders choose it: round lots mostly.
fn lot(scene: &mut Scene<'_>) -> i64 {
    if scene.chance(0.7) { 100 * scene.int(1, 12) } else { scene.int(1, 99) }
}
