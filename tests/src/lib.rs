//! What the end-to-end tests (`it/`), the benchmarks (`benches/`) and the fuzz targets (`fuzz/`) share.

pub mod fuzz;
