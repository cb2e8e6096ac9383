//! End-to-end tests live in `it/`, benchmarks in `benches/`.
