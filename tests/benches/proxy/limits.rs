//! How far from a peer ours may be, beside how far it is.

use crate::contenders::{
    Contender, INSPECTED, RECORDED, RELAY, SPLICED, TAPPED, TRANSFORMED, TUNNEL, WRITER,
};
use crate::load::{LARGE, Load, PING, PIPE};
use crate::table::{Row, median, ratios};

/// The most that the first may cost, as a multiple of the second.
const LIMITS: &[(Load, Contender, Contender, f64)] = &[
    (PING, SPLICED, TUNNEL, 1.1),
    (PING, TAPPED, TUNNEL, 1.35),
    (PING, INSPECTED, RELAY, 1.2),
    (PING, TRANSFORMED, RELAY, 1.2),
    (PING, RECORDED, INSPECTED, 1.3),
    (PING, INSPECTED, Contender::Mitmproxy, 1.0 / 12.0),
    (PIPE, TAPPED, TUNNEL, 1.35),
    (PIPE, INSPECTED, RELAY, 1.2),
    (PIPE, TRANSFORMED, RELAY, 1.2),
    (PIPE, RECORDED, INSPECTED, 1.3),
    (PIPE, INSPECTED, Contender::Mitmproxy, 1.0 / 100.0),
    (LARGE, SPLICED, TUNNEL, 1.1),
    (LARGE, SPLICED, Contender::Nginx, 1.0 / 4.0),
    (LARGE, TAPPED, TUNNEL, 1.35),
    (LARGE, INSPECTED, RELAY, 1.2),
    (LARGE, TRANSFORMED, RELAY, 1.2),
    (LARGE, RECORDED, INSPECTED, 1.3),
    (LARGE, WRITER, INSPECTED, 1.3),
];

/// Prints the limits of a load. Nothing fails: figures vary with the machine.
pub(crate) fn print(load: Load, rows: &[Row]) {
    println!("\n| ours | to | ratio | limit | |");
    println!("|---|---|---|---|---|");
    let named = |contender: &Contender| rows.iter().find(|row| row.name == contender.name());
    for (_, ours, peer, limit) in LIMITS.iter().filter(|(of, ..)| *of == load) {
        let ratios = ratios(named(ours), named(peer));
        if !ratios.is_empty() {
            let ratio = median(&ratios);
            let verdict = if ratio <= *limit { "kept" } else { "missed" };
            println!("| {} | {} | {ratio:.3} | {limit:.3} | {verdict} |", ours.name(), peer.name());
        }
    }
}
