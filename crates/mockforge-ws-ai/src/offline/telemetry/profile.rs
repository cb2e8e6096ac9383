//! Which devices there are, and what they measure.

/// One kind of device.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Its names; the first is part of the devices' ids.
    pub(crate) nouns: &'static str,
    pub(crate) battery: bool,
    pub(crate) metrics: &'static [Metric],
}

/// One thing that is measured.
#[derive(Debug)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) mean: f64,
    /// How far the afternoon is above the mean.
    pub(crate) daily: f64,
    /// Standard deviation of the noise.
    pub(crate) noise: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) decimals: i32,
    /// Whether it adds up, as energy does.
    pub(crate) counts: bool,
}

const fn metric(
    name: &'static str,
    (mean, daily, noise): (f64, f64, f64),
    (low, high): (f64, f64),
    decimals: i32,
) -> Metric {
    Metric { name, mean, daily, noise, low, high, decimals, counts: false }
}

const fn counter(name: &'static str, mean: f64, decimals: i32) -> Metric {
    Metric { name, mean, daily: 0.0, noise: mean / 4.0, low: 0.0, high: mean * 3.0, decimals, counts: true }
}

pub(crate) const PROFILES: &[Profile] = &[
    Profile {
        nouns: "sensor,device,weather station,air quality,greenhouse,room",
        battery: true,
        metrics: &[
            metric("temperature", (21.5, 2.5, 0.4), (-30.0, 60.0), 1),
            metric("humidity", (48.0, -6.0, 1.5), (5.0, 100.0), 1),
        ],
    },
    Profile {
        nouns: "thermostat,smart home",
        battery: false,
        metrics: &[
            metric("temperature", (20.8, 1.0, 0.3), (5.0, 35.0), 1),
            metric("target_temperature", (21.0, 0.0, 0.0), (5.0, 30.0), 1),
            metric("humidity", (44.0, -3.0, 1.0), (10.0, 95.0), 0),
        ],
    },
    Profile {
        nouns: "charger,charging station,station",
        battery: false,
        metrics: &[
            metric("power_kw", (11.0, 3.0, 1.2), (0.0, 22.0), 2),
            metric("voltage", (230.0, -1.5, 1.0), (207.0, 253.0), 1),
            counter("energy_kwh", 0.05, 3),
        ],
    },
    Profile {
        nouns: "meter,smart meter,panel,solar panel,inverter",
        battery: false,
        metrics: &[
            metric("power_w", (1200.0, 600.0, 120.0), (0.0, 9000.0), 0),
            metric("voltage", (230.0, -1.5, 1.0), (207.0, 253.0), 1),
            counter("energy_kwh", 0.02, 3),
        ],
    },
    Profile {
        nouns: "turbine",
        battery: false,
        metrics: &[
            metric("rpm", (14.0, 2.0, 0.6), (0.0, 22.0), 2),
            metric("power_kw", (1450.0, 300.0, 90.0), (0.0, 3000.0), 0),
            metric("wind_speed", (9.0, 2.0, 0.8), (0.0, 35.0), 1),
        ],
    },
    Profile {
        nouns: "machine,robot,pump,factory",
        battery: false,
        metrics: &[
            metric("temperature", (58.0, 4.0, 1.5), (10.0, 120.0), 1),
            metric("vibration", (2.2, 0.1, 0.25), (0.0, 15.0), 2),
            metric("rpm", (1480.0, 0.0, 12.0), (0.0, 3200.0), 0),
            metric("pressure", (5.5, 0.2, 0.2), (0.0, 12.0), 2),
        ],
    },
    Profile {
        nouns: "wearable,heart rate,patient",
        battery: true,
        metrics: &[
            metric("heart_rate", (74.0, 6.0, 4.0), (42.0, 185.0), 0),
            metric("spo2", (97.5, 0.0, 0.5), (88.0, 100.0), 1),
            counter("steps", 6.0, 0),
        ],
    },
];

impl Profile {
    /// The profile of a noun in the singular.
    pub(crate) fn of(noun: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| crate::bank::parts(profile.nouns).any(|known| known == noun))
    }
}
