//! Helpers of numbers: draws, walks, and arithmetic.

use std::f64::consts::TAU;
use std::ops::RangeInclusive;

use rand::RngExt as _;
use rand::distr::Alphanumeric;
use serde_json::Number;

use crate::counter::keyed;
use crate::eval::head;
use crate::program::{Op, Walk, decimals};
use crate::run::Run;
use crate::value::{Val, compare_numbers};

/// To how many bytes `hexInt` fills a number up.
pub(crate) const WIDTHS: RangeInclusive<u64> = 1..=4096;

impl Run<'_, '_> {
    #[inline]
    pub(crate) fn rand_int(&mut self, lo: i64, hi: i64) -> i64 {
        self.cx.rng().random_range(lo..=hi)
    }

    /// The next number of a counter: each key of a stream has its own.
    #[inline]
    pub(crate) fn seq(&mut self, name: &str) -> u64 {
        keyed(name, self.scope.key, |name| self.cx.seq(name))
    }

    /// The next value of a walk: each key of a stream has its own.
    pub(crate) fn walk(&mut self, walk: &Walk, name: &str) -> f64 {
        let value = keyed(name, self.scope.key, |name| self.cx.walk(name, walk.start, walk.step));
        rounded(value, walk.decimals)
    }

    /// A wave about `mean` that begins there where the stream began, or the connection.
    fn sine(&self, mean: &Number, amplitude: &Number, period_ms: u64) -> Option<Number> {
        let decimals = Walk::new(mean, amplitude)?.decimals;
        let (mean, amplitude) = (mean.as_f64()?, amplitude.as_f64()?);
        let passed = self.cx.passed().saturating_sub(self.scope.since).as_nanos();
        let period = u128::from(period_ms) * 1_000_000;
        // Whole periods go first, as the sine of a large number has few digits that are right.
        let turn = passed.checked_rem(period)? as f64 / period as f64;
        Number::from_f64(rounded(mean + amplitude * (turn * TAU).sin(), decimals))
    }

    /// The next number of `start`, `start + by`, `start + 2 * by` …, which goes round where it has an `end`.
    fn progression(
        &mut self,
        start: &Number,
        by: &Number,
        end: Option<&Number>,
        name: &str,
    ) -> Option<Number> {
        let turns = match end {
            Some(end) => turns(start, by, end)?,
            None => u64::MAX,
        };
        let turn = (self.seq(name) - 1) % turns;
        arithmetic(Op::Add, start, &arithmetic(Op::Mul, by, &turn.into())?)
    }

    pub(crate) fn rand_string<'f>(&mut self, length: u64) -> Val<'f> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > self.limit {
            self.cut.set(true);
        }
        let rng = self.cx.rng();
        let text: String =
            (0..length.min(self.limit)).map(|_| char::from(rng.sample(Alphanumeric))).collect();
        self.step(text.len() / 64);
        Val::text(text)
    }

    /// Twice as many digits as bytes.
    pub(crate) fn rand_hex<'f>(&mut self, bytes: u64) -> Val<'f> {
        let (bytes, most) = (usize::try_from(bytes).unwrap_or(usize::MAX), self.limit / 2);
        if bytes > most {
            self.cut.set(true);
        }
        let mut drawn = vec![0; bytes.min(most)];
        self.cx.rng().fill(&mut drawn[..]);
        self.step(drawn.len() / 32);
        Val::text(hex::encode(drawn))
    }

    /// The helpers that begin with two numbers; `None` where they are of the wrong kind.
    pub(crate) fn numeric<'f>(
        &mut self,
        op: Op,
        a: &Val<'_>,
        b: &Val<'_>,
        rest: &[Val<'_>],
    ) -> Option<Val<'f>> {
        let (a, b) = (a.number()?, b.number()?);
        match op {
            Op::Add | Op::Sub | Op::Mul | Op::Div => arithmetic(op, &a, &b).map(|n| Val::Own(n.into())),
            Op::Sine => {
                let sine = self.sine(&a, &b, rest.first()?.number()?.as_u64()?)?;
                Some(Val::Own(sine.into()))
            }
            Op::Step => {
                let (name, end) = rest.split_last()?;
                let end = match end.first() {
                    Some(end) => Some(end.number()?),
                    None => None,
                };
                Some(Val::Own(self.progression(&a, &b, end.as_ref(), &name.to_text(self.limit))?.into()))
            }
            Op::RandInt => {
                let (lo, hi) = (a.as_i64()?, b.as_i64()?);
                (lo <= hi).then(|| Val::Own(self.rand_int(lo, hi).into()))
            }
            Op::RandFloat => {
                let (lo, hi) = (a.as_f64()?, b.as_f64()?);
                let decimals = rest.first().map(|value| value.number()?.as_u64());
                if lo > hi || !(hi - lo).is_finite() {
                    return None;
                }
                let drawn = self.cx.rng().random_range(lo..=hi);
                Some(Val::Own(match decimals {
                    Some(decimals) => rounded(drawn, decimals?).into(),
                    None => drawn.into(),
                }))
            }
            Op::Bytes => {
                let bytes = self.scope.message?.bytes();
                let from = usize::try_from(a.as_u64()?).ok().filter(|from| *from < bytes.len())?;
                let length = usize::try_from(b.as_u64()?).unwrap_or(usize::MAX);
                let piece = &bytes[from..from.saturating_add(length).min(bytes.len())];
                self.step(piece.len() / 64);
                Some(self.bounded(hex::encode(head(piece, self.limit))))
            }
            Op::HexInt => {
                let bytes = b.as_u64().filter(|bytes| WIDTHS.contains(bytes))?;
                Some(self.bounded(hex_int(a.as_u64()?, bytes)?))
            }
            Op::Walk => {
                let walk = Walk::new(&a, &b)?;
                let name = rest.first()?.to_text(self.limit);
                Some(Val::Own(self.walk(&walk, &name).into()))
            }
            _ => None,
        }
    }
}

/// A number in hexadecimal, filled up with zeros to so many bytes; `None` where it has more.
pub(crate) fn hex_int(n: u64, bytes: u64) -> Option<String> {
    let width = usize::try_from(bytes).ok()?.checked_mul(2)?;
    let digits = format!("{n:0width$x}");
    (digits.len() == width).then(|| format!("0x{digits}"))
}

/// The integer of 64 bits that a value is, or that its text reads as in decimal or with `0x` in hexadecimal.
pub(crate) fn whole(value: &Val<'_>) -> Option<Number> {
    let text = value.str().map(str::trim);
    if let Some(digits) = text.and_then(|text| text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))) {
        // Rust's parser would take a sign here.
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return u64::from_str_radix(digits, 16).ok().filter(|_| plain).map(Number::from);
    }
    if let Some(integer) = text.and_then(|text| text.parse().ok()) {
        return Number::from_i128(integer);
    }
    let number = value.number()?;
    match number.as_i128() {
        Some(integer) => Number::from_i128(integer),
        None => {
            let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
            // What is beyond 128 bits becomes the largest number of them, which has too many bits still.
            Number::from_i128(number as i128)
        }
    }
}

/// How many numbers there are from `start` to `end`, both included, in steps of `by`; `None` where steps lead
/// away from the end or nowhere.
pub(crate) fn turns(start: &Number, by: &Number, end: &Number) -> Option<u64> {
    if compare_numbers(start, end)?.is_eq() {
        return Some(1);
    }
    let distance = arithmetic(Op::Sub, end, start)?;
    let steps = match (distance.as_i128(), by.as_i128()) {
        (Some(distance), Some(by)) if distance.signum() == by.signum() => {
            u64::try_from(distance / by).ok()?
        }
        (Some(_), Some(_)) => return None,
        _ => {
            let steps = distance.as_f64()? / by.as_f64()?;
            if !(steps > 0.0 && steps.is_finite()) {
                return None;
            }
            // As many as the decimal numbers have: 0.3 / 0.1 is a little less than 3.
            (steps + 1e-9) as u64
        }
    };
    Some(steps.saturating_add(1))
}

/// Integers give an integer, where there is one of 64 bits that is right; a quotient is cut towards 0. Other
/// numbers give a number of floating point, with no more digits than the decimal result has.
fn arithmetic(op: Op, a: &Number, b: &Number) -> Option<Number> {
    if let (Some(a), Some(b)) = (a.as_i128(), b.as_i128()) {
        let result = match op {
            Op::Add => a.checked_add(b),
            Op::Sub => a.checked_sub(b),
            Op::Mul => a.checked_mul(b),
            _ => a.checked_div(b),
        };
        return Number::from_i128(result?);
    }
    let (x, y) = (a.as_f64()?, b.as_f64()?);
    Number::from_f64(match op {
        Op::Add => rounded(x + y, decimals(a).max(decimals(b))),
        Op::Sub => rounded(x - y, decimals(a).max(decimals(b))),
        Op::Mul => rounded(x * y, decimals(a) + decimals(b)),
        _ => x / y,
    })
}

/// Rounds to so many digits after the point. Numbers that have none to spare stay as they are.
fn rounded(value: f64, decimals: u64) -> f64 {
    let Ok(decimals @ 0..=15) = i32::try_from(decimals) else { return value };
    let scale = 10_f64.powi(decimals);
    let scaled = (value * scale).round();
    // Adding 0 makes a negative 0 a positive one.
    if scaled.abs() < 9e15 { scaled / scale + 0.0 } else { value }
}
