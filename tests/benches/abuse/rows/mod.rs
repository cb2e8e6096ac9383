//! The rows of the table.

mod churn;
mod clock;
mod crowd;
mod descriptors;
mod frames;
mod handshakes;
mod http2;
mod mistakes;
mod silence;

use crate::row::Row;

pub(crate) use silence::hold;

pub(crate) const ALL: &[Row] = &[
    crowd::DEAF,
    silence::HALF_OPEN,
    silence::FROZEN,
    handshakes::SLOW,
    handshakes::BOMBS,
    frames::BYTES,
    frames::TINY,
    frames::FRAGMENTS,
    frames::PINGS,
    mistakes::LARGE,
    mistakes::MISTAKES,
    http2::RESETS,
    http2::FLOODS,
    http2::DEAF,
    churn::CHURN,
    descriptors::DESCRIPTORS,
    clock::CLOCK,
];

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
