//! Helpers of numbers: draws and walks.

use rand::RngExt as _;
use rand::distr::Alphanumeric;

use crate::counter::keyed;
use crate::eval::head;
use crate::program::{Op, Walk};
use crate::run::Run;
use crate::value::Val;

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
            Op::Walk => {
                let walk = Walk::new(&a, &b)?;
                let name = rest.first()?.to_text(self.limit);
                Some(Val::Own(self.walk(&walk, &name).into()))
            }
            _ => None,
        }
    }
}

/// Rounds to so many digits after the point. Numbers so large that they have none stay as they are.
fn rounded(value: f64, decimals: u64) -> f64 {
    let scale = 10_f64.powi(i32::try_from(decimals.min(15)).expect("at most 15"));
    let scaled = (value * scale).round();
    if scaled.abs() < 9e15 { scaled / scale } else { value }
}
