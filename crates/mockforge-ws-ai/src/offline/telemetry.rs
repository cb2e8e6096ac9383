//! Telemetry: devices whose readings follow the day, drift and are noisy, whose batteries run down, and which
//! fail and come back.

mod profile;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use self::profile::{Metric, PROFILES, Profile};
use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, round};
use crate::{Mood, bank};

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "reading", like: "telemetry,measurement,sample,data,update,metric,sensor,status,heartbeat" },
    Kind { name: "fault", like: "error,failure,alarm,alert,offline,disconnected" },
    Kind { name: "recovered", like: "recovery,online,connected,cleared,restored" },
    Kind { name: "battery_low", like: "battery,low,power" },
    Kind { name: "battery_replaced", like: "charged,charging,recharged" },
    Kind { name: "command_ack", like: "ack,command,response,reply,result" },
];

const MOST_DEVICES: usize = 200;
/// Below so many percent a battery is low.
const LOW: f64 = 15.0;

const FAULTS: &[(&str, &str)] = &[
    ("E01", "sensor out of range"),
    ("E02", "no answer from the sensor bus"),
    ("E07", "over-temperature shutdown"),
    ("E12", "communication timeout"),
    ("E19", "power supply unstable"),
    ("E23", "self-test failed"),
];

#[derive(Clone)]
pub(crate) struct Telemetry {
    devices: Vec<Device>,
    faults: f64,
    current: usize,
    answers: Answers<(Option<String>, String, Value)>,
}

#[derive(Clone)]
struct Device {
    id: String,
    site: String,
    profile: &'static Profile,
    values: Vec<Walk>,
    /// In percent; none where it is on the mains.
    battery: Option<f64>,
    warned: bool,
    sent: u64,
    /// Its fault, and after how many events of the fleet it is over.
    fault: Option<(&'static str, u32)>,
}

/// The slow part of a metric, and the running sum of one that counts.
#[derive(Clone, Copy)]
struct Walk {
    drift: f64,
    sum: f64,
}

impl Telemetry {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let mut devices = Vec::new();
        let sites: Vec<String> = match setting.narrative.places.as_slice() {
            [] => bank::parts(bank::SITES).map(ToString::to_string).collect(),
            places => places.to_vec(),
        };
        for crowd in &setting.narrative.crowds {
            if let Some(profile) = Profile::of(&crowd.noun) {
                for _ in 0..crowd.count.min((MOST_DEVICES - devices.len()) as u64) {
                    devices.push(Device::new(profile, devices.len(), &sites, scene));
                }
            }
        }
        if devices.is_empty() {
            let said =
                PROFILES.iter().find(|profile| bank::parts(profile.nouns).any(|noun| setting.says(noun)));
            let profile = said.unwrap_or(&PROFILES[0]);
            devices = (0..5).map(|index| Device::new(profile, index, &sites, scene)).collect();
        }
        let faults = if setting.narrative.is(Mood::Outage) { 0.04 } else { 0.004 };
        Self { devices, faults, current: 0, answers: Answers::default() }
    }

    /// Makes true what a wanted type of event tells, where it is true of no device.
    fn prepare(&mut self, scene: &mut Scene<'_>) {
        let Some(kind) = scene.wanted.filter(|kind| self.ready(kind).is_none()) else { return };
        let index = scene.index(self.devices.len());
        match kind {
            "recovered" => self.devices[index].fault = Some((scene.pick(FAULTS).0, 1)),
            "battery_low" | "battery_replaced" => {
                let run_down = self.devices.iter_mut().find_map(|device| {
                    device.warned = device.battery.is_some() && kind == "battery_replaced";
                    device.battery.as_mut()
                });
                if let Some(battery) = run_down {
                    *battery = battery.min(LOW - 1.0);
                }
            }
            _ => {}
        }
    }

    /// The first device for which a type of event can be told right away.
    fn ready(&self, kind: &str) -> Option<usize> {
        self.devices.iter().position(|device| match kind {
            "recovered" => device.fault.is_some(),
            "battery_low" => device.battery.is_some_and(|battery| battery < LOW) && !device.warned,
            "battery_replaced" => device.battery.is_some_and(|battery| battery < LOW) && device.warned,
            _ => false,
        })
    }

    fn recover(&mut self, index: usize, scene: &Scene<'_>) -> Value {
        self.current = index;
        let device = &mut self.devices[index];
        let code = device.fault.take().map(|(code, _)| code);
        json!({
            "type": "recovered", "device_id": device.id, "site": device.site, "code": code, "status": "online",
            "timestamp": scene.stamp(),
        })
    }

    fn battery(&mut self, index: usize, kind: &str, scene: &Scene<'_>) -> Value {
        self.current = index;
        let device = &mut self.devices[index];
        if kind == "battery_replaced" {
            device.battery = Some(100.0);
        }
        device.warned = kind == "battery_low";
        json!({
            "type": kind, "device_id": device.id, "site": device.site,
            "battery": device.battery.map(|battery| round(battery, 1)), "timestamp": scene.stamp(),
        })
    }

    fn fault(&mut self, scene: &mut Scene<'_>) -> Value {
        let (code, message) = *scene.pick(FAULTS);
        let ends = scene.int(4, 12) as u32;
        let device = &mut self.devices[self.current];
        device.fault = Some((code, ends));
        json!({
            "type": "fault", "device_id": device.id, "site": device.site, "code": code, "message": message,
            "status": "fault", "timestamp": scene.stamp(),
        })
    }
}

impl World for Telemetry {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        if scene.allows("command_ack")
            && let Some((device, command, reference)) = self.answers.pop()
        {
            let known = device.and_then(|id| self.devices.iter().position(|device| device.id == id));
            self.current = known.unwrap_or(self.current.min(self.devices.len() - 1));
            let device = &self.devices[self.current];
            return json!({
                "type": "command_ack", "device_id": device.id, "command": command, "request_id": reference,
                "status": "ok", "timestamp": scene.stamp(),
            });
        }
        self.prepare(scene);
        for (_, left) in self.devices.iter_mut().filter_map(|device| device.fault.as_mut()) {
            *left = left.saturating_sub(1);
        }
        let over = self.devices.iter().position(|device| device.fault.is_some_and(|(_, left)| left == 0));
        let down = self.devices.iter().all(|device| device.fault.is_some()).then_some(0);
        let wanted = self.ready("recovered").filter(|_| scene.wants("recovered"));
        if let Some(index) = wanted.or(over).or(down) {
            return self.recover(index, scene);
        }
        for kind in ["battery_replaced", "battery_low"] {
            // A low battery is told at once and replaced after a while.
            let now = kind == "battery_low" || scene.wants(kind) || scene.chance(0.05);
            if let Some(index) = self.ready(kind).filter(|_| now && scene.allows(kind)) {
                return self.battery(index, kind, scene);
            }
        }
        let up: Vec<usize> = (0..self.devices.len()).filter(|i| self.devices[*i].fault.is_none()).collect();
        self.current = *scene.pick(&up);
        if scene.wants("fault") || scene.wanted.is_none() && scene.chance(self.faults) {
            return self.fault(scene);
        }
        self.devices[self.current].reading(scene)
    }

    fn hear(&mut self, heard: &Heard) {
        let verb = heard.text(&["command", "cmd", "action", "type", "op", "method"]);
        if let Some(verb) = verb {
            let device = heard.text(&["deviceid", "device", "sensorid", "target"]).map(ToString::to_string);
            self.answers.push((device, verb.to_string(), heard.reference()));
        }
    }

    fn pending(&self) -> Option<&'static str> {
        self.answers.front().map(|_| "command_ack")
    }

    fn background(&self) -> Value {
        let device = &self.devices[self.current];
        json!({
            "device_id": device.id, "device_type": bank::parts(device.profile.nouns).next(), "site": device.site,
            "battery": device.battery.map(|battery| round(battery, 1)), "seq": device.sent,
            "status": if device.fault.is_some() { "fault" } else { "online" },
        })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

impl Device {
    fn new(profile: &'static Profile, index: usize, sites: &[String], scene: &mut Scene<'_>) -> Self {
        let noun = bank::parts(profile.nouns).next().unwrap_or("device").replace(' ', "-");
        let start = |metric: &Metric| Walk {
            drift: scene.normal() * metric.noise * 2.0,
            sum: if metric.counts { scene.float(10.0, 900.0) } else { 0.0 },
        };
        Self {
            values: profile.metrics.iter().map(start).collect(),
            id: format!("{noun}-{:02}", index + 1),
            site: sites[index % sites.len()].clone(),
            profile,
            battery: profile.battery.then(|| scene.float(18.0, 100.0)),
            warned: false,
            sent: 0,
            fault: None,
        }
    }

    fn reading(&mut self, scene: &mut Scene<'_>) -> Value {
        self.sent += 1;
        let mut event = Map::new();
        event.insert("type".to_string(), "reading".into());
        event.insert("device_id".to_string(), self.id.clone().into());
        event.insert("site".to_string(), self.site.clone().into());
        for (metric, walk) in self.profile.metrics.iter().zip(&mut self.values) {
            event.insert(metric.name.to_string(), metric.next(walk, scene).into());
        }
        if let Some(battery) = &mut self.battery {
            *battery = (*battery - scene.float(0.01, 0.1)).max(0.0);
            event.insert("battery".to_string(), round(*battery, 1).into());
        }
        event.insert("seq".to_string(), self.sent.into());
        event.insert("status".to_string(), "online".into());
        event.insert("timestamp".to_string(), scene.stamp().into());
        Value::Object(event)
    }
}

impl Metric {
    fn next(&self, walk: &mut Walk, scene: &mut Scene<'_>) -> f64 {
        walk.drift = walk.drift * 0.98 + scene.normal() * self.noise * 0.4;
        let value =
            self.mean + self.daily * daylight(scene.now) + walk.drift + scene.normal() * self.noise * 0.2;
        let value = value.clamp(self.low, self.high);
        if !self.counts {
            return round(value, self.decimals);
        }
        // A meter counts up until it starts anew.
        walk.sum += value.max(0.0);
        if walk.sum > 1e9 {
            walk.sum = 0.0;
        }
        round(walk.sum, self.decimals)
    }
}

/// From -1 in the small hours to 1 in the afternoon.
fn daylight(now: OffsetDateTime) -> f64 {
    let hour = f64::from(now.hour()) + f64::from(now.minute()) / 60.0;
    (std::f64::consts::TAU * (hour - 9.0) / 24.0).sin()
}
