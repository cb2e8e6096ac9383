//! One number from which a whole run follows.

use std::fmt;

/// The seed of a run. Connection `n` of a route draws from [`derive`](Self::derive)`(route, n)`, so that
/// connections are independent of each other and of the order in which routes are used.
///
/// ```
/// use mockforge_ws_core::Seed;
///
/// assert_eq!(Seed(7).derive("/ws", 1), Seed(7).derive("/ws", 1));
/// assert_ne!(Seed(7).derive("/ws", 1), Seed(7).derive("/ws", 2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of one connection: FNV-1a over the route, mixed with the numbers by SplitMix64's finaliser.
    /// Written out here because it must never change: users commit seeds.
    pub fn derive(self, route: &str, number: u64) -> u64 {
        let hash = route.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        mix(mix(self.0 ^ hash).wrapping_add(number))
    }
}

fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seeds are committed by users, so the derivation is pinned.
    #[test]
    fn the_derivation_never_changes() {
        assert_eq!(Seed(0).derive("/ws", 1), 14_002_324_823_503_543_678);
        assert_ne!(Seed(42).derive("/ws", 1), Seed(0).derive("/ws", 1));
        assert_ne!(Seed(42).derive("/ws", 1), Seed(42).derive("/feed", 1));
    }
}
