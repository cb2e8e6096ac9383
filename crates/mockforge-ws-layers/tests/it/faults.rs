//! Messages are lost, doubled and cut off as often as was asked for, by the seed.

use mockforge_ws_core::{DropReason, Fact, Layer};
use mockforge_ws_layers::faults::{FaultConfig, Faults, LatencyInjector};
use mockforge_ws_layers::latency::LatencyProfile;
use mockforge_ws_testkit::{Setup, Sim};

use crate::{Burst, numbers};

fn run(config: FaultConfig, seed: u64) -> Sim {
    Sim::with(Faults::new(config).wrap(Burst::of(5_000)), Setup { seed, ..Setup::default() })
}

#[test]
fn drops_and_duplicates_are_as_frequent_as_asked_for() {
    let sim = run(FaultConfig { drop: 0.1, duplicate: 0.2, abort: 0.0 }, 1);
    let dropped = sim.facts().iter().filter(|fact| ***fact == Fact::Dropped(DropReason::Fault)).count();
    let texts = sim.texts();
    let doubled = texts.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert!((400..600).contains(&dropped), "{dropped} of 5,000 were dropped");
    assert!((850..1_150).contains(&doubled), "{doubled} of 5,000 were doubled");
    assert_eq!(texts.len(), 5_000 - dropped + doubled);
}

#[test]
fn an_abort_ends_the_connection_and_is_told() {
    let sim = run(FaultConfig { abort: 0.01, ..FaultConfig::default() }, 1);
    assert!(sim.is_over());
    assert!(sim.sent().len() < 1_000, "{} messages went before", sim.sent().len());
    assert!(matches!(sim.facts()[..], [Fact::Error { .. }]));
}

#[test]
fn a_seed_fixes_the_faults() {
    let config = FaultConfig { drop: 0.3, duplicate: 0.3, abort: 0.0 };
    assert_eq!(run(config, 7).texts(), run(config, 7).texts());
    assert_ne!(run(config, 7).texts(), run(config, 8).texts());
}

#[test]
fn no_fault_and_no_delay_is_no_layer() {
    let injector = LatencyInjector::new(LatencyProfile::none(), FaultConfig::default());
    assert_eq!(Sim::new(injector.wrap(Burst::of(5_000))).texts(), numbers(5_000));
}
