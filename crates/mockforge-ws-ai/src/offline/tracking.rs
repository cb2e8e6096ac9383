//! Tracking: vehicles that are assigned, fetch, drive along a route and arrive.
//!
//! Time is compressed: at each event a vehicle comes at least some seconds' worth of way forward, so that a trip
//! is over after a few dozen events. Positions follow the route, and the distance and the time left only fall.

use std::time::Duration;

use serde_json::{Value, json};

use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, round, stamp};
use crate::{Mood, bank};

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "location_update", like: "location,position,gps,update,moved,progress,eta,tracking" },
    Kind { name: "assigned", like: "accepted,created,dispatched,requested,matched,started,driver" },
    Kind { name: "picked_up", like: "pickup,collected,loaded,departed,boarded" },
    Kind { name: "arriving", like: "nearby,approaching,arrival" },
    Kind { name: "delivered", like: "completed,arrived,finished,dropoff,delivery" },
    Kind { name: "trip_cancelled", like: "cancelled,canceled,cancel,aborted" },
    Kind { name: "trip_status", like: "status,info" },
];

const MOST_VEHICLES: usize = 100;
/// The seconds of way that a vehicle comes forward at an event, at least.
const STEP: f64 = 25.0;
/// Kilometres in a degree of latitude.
const DEGREE: f64 = 111.2;

#[derive(Clone)]
pub(crate) struct Tracking {
    trips: Vec<Trip>,
    centre: (f64, f64),
    ride: bool,
    /// In km/h.
    pace: f64,
    current: usize,
    answers: Answers<(bool, String)>,
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Stage {
    Waiting,
    Assigned,
    PickedUp,
    Arriving,
}

#[derive(Clone)]
struct Trip {
    id: String,
    vehicle: String,
    driver: String,
    stage: Stage,
    /// Corners of the way; the second is where the load is fetched.
    way: Vec<(f64, f64)>,
    /// How far it is from each corner to the next, in km.
    legs: Vec<f64>,
    done: f64,
    moved: Duration,
}

impl Tracking {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let named = setting.narrative.places.iter();
        let city = named.filter_map(|place| bank::CITIES.iter().find(|(city, ..)| city == place)).next();
        let (_, lat, lon) = *city.unwrap_or(&bank::CITIES[6]);
        let nouns = [
            "vehicle", "car", "taxi", "cab", "truck", "van", "bus", "courier", "driver", "rider", "drone",
            "ship", "bike", "scooter", "ride", "delivery", "parcel", "package",
        ];
        let count = setting.narrative.crowd(&nouns).unwrap_or(3).clamp(1, MOST_VEHICLES);
        let people = setting.people(count, scene);
        let ride = ["ride", "taxi", "cab", "uber", "passenger"].iter().any(|word| setting.says(word));
        let pace = if setting.narrative.is(Mood::Busy) { 14.0 } else { 28.0 };
        let mut world = Self {
            trips: Vec::new(),
            centre: (lat, lon),
            ride,
            pace,
            current: 0,
            answers: Answers::default(),
        };
        for index in 0..count {
            let driver = people.get(index % people.len()).cloned().unwrap_or_default();
            let trip = world.plan(format!("veh-{:02}", index + 1), driver, scene);
            world.trips.push(trip);
        }
        world
    }

    /// A new trip that begins where it may.
    fn plan(&self, vehicle: String, driver: String, scene: &mut Scene<'_>) -> Trip {
        let near = |(lat, lon): (f64, f64), km: f64, scene: &mut Scene<'_>| {
            let (north, east) = (scene.float(-km, km), scene.float(-km, km));
            let lon = lon + east / (DEGREE * lat.to_radians().cos().max(0.1));
            (lat + north / DEGREE, lon)
        };
        let start = near(self.centre, 4.0, scene);
        let pickup = near(start, 1.2, scene);
        let mut way = vec![start, pickup];
        for _ in 0..scene.int(2, 4) {
            let last = way[way.len() - 1];
            way.push(near(last, 1.8, scene));
        }
        let legs: Vec<f64> = way.windows(2).map(|leg| distance(leg[0], leg[1]).max(0.05)).collect();
        let id = scene.id(if self.ride { "ride" } else { "dlv" });
        Trip { id, vehicle, driver, stage: Stage::Waiting, way, legs, done: 0.0, moved: scene.elapsed }
    }

    fn step(&mut self, scene: &mut Scene<'_>) -> Value {
        let pace = self.pace;
        let trip = &mut self.trips[self.current];
        if trip.stage == Stage::Waiting {
            trip.stage = Stage::Assigned;
            trip.moved = scene.elapsed;
            return self.told("assigned", 0.0, scene);
        }
        let passed = scene.elapsed.saturating_sub(trip.moved).as_secs_f64().clamp(STEP, 4.0 * STEP);
        trip.moved = scene.elapsed;
        let speed = (pace + scene.normal() * pace / 5.0).clamp(4.0, 2.0 * pace);
        let whole: f64 = trip.legs.iter().sum();
        let next = (trip.done + speed * passed / 3600.0).min(whole);
        // A stage begins at its place, and is told before the vehicle goes on.
        let (kind, stage, at) = match trip.stage {
            Stage::Assigned if next >= trip.legs[0] => ("picked_up", Stage::PickedUp, trip.legs[0]),
            Stage::PickedUp if next >= whole - 0.3 => ("arriving", Stage::Arriving, next.min(whole - 0.01)),
            Stage::Arriving if next >= whole => ("delivered", Stage::Arriving, whole),
            stage => ("location_update", stage, next),
        };
        trip.stage = stage;
        trip.done = at.max(trip.done);
        let told = self.told(kind, speed, scene);
        if kind == "delivered" {
            self.renew(scene);
        }
        told
    }

    fn renew(&mut self, scene: &mut Scene<'_>) {
        let trip = &self.trips[self.current];
        let (vehicle, driver) = (trip.vehicle.clone(), trip.driver.clone());
        self.trips[self.current] = self.plan(vehicle, driver, scene);
    }

    fn told(&self, kind: &str, speed: f64, scene: &mut Scene<'_>) -> Value {
        let trip = &self.trips[self.current];
        let ((lat, lon), heading) = trip.position();
        let left = trip.left();
        let eta = (left / self.pace * 3600.0).ceil();
        let speed = if matches!(kind, "location_update" | "arriving") { round(speed, 1) } else { 0.0 };
        let arrival = scene.now.checked_add(time::Duration::seconds(eta as i64)).unwrap_or(scene.now);
        let status = match (kind, trip.stage) {
            ("delivered", _) => {
                if self.ride {
                    "completed"
                } else {
                    "delivered"
                }
            }
            ("trip_cancelled", _) => "cancelled",
            (_, Stage::Waiting) => "waiting",
            (_, Stage::Assigned) => "assigned",
            (_, Stage::PickedUp) => {
                if kind == "picked_up" {
                    "picked_up"
                } else {
                    "in_transit"
                }
            }
            (_, Stage::Arriving) => "arriving",
        };
        json!({
            "type": kind, (if self.ride { "ride_id" } else { "delivery_id" }): trip.id, "vehicle_id": trip.vehicle,
            "driver": trip.driver, "status": status, "lat": round(lat, 6), "lon": round(lon, 6),
            "heading": heading, "speed_kmh": speed, "distance_km": round(left, 2), "eta_seconds": eta as i64,
            "eta": stamp(arrival), "timestamp": scene.stamp(),
        })
    }
}

impl World for Tracking {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        let kind = self.pending();
        if kind.is_some_and(|kind| scene.allows(kind))
            && let Some((cancel, id)) = self.answers.pop()
        {
            let known =
                self.trips.iter().position(|trip| trip.id == id || trip.vehicle == id || trip.driver == id);
            self.current = known.unwrap_or(0);
            if cancel {
                let told = self.told("trip_cancelled", 0.0, scene);
                self.renew(scene);
                return told;
            }
            return self.told("trip_status", 0.0, scene);
        }
        let nearest = |stage: Stage| {
            let found = self.trips.iter().enumerate().filter(|(_, trip)| trip.stage == stage);
            found.min_by(|a, b| a.1.left().total_cmp(&b.1.left())).map(|(index, _)| index)
        };
        let ready = match scene.wanted {
            Some("assigned") => nearest(Stage::Waiting).or(nearest(Stage::Arriving)),
            Some("picked_up") => nearest(Stage::Assigned),
            Some("arriving") => nearest(Stage::PickedUp),
            Some("delivered") => nearest(Stage::Arriving).or(nearest(Stage::PickedUp)),
            _ => None,
        };
        self.current = ready.unwrap_or_else(|| scene.index(self.trips.len()));
        if scene.wants("trip_cancelled") {
            let told = self.told("trip_cancelled", 0.0, scene);
            self.renew(scene);
            return told;
        }
        if scene.wants("trip_status") {
            return self.told("trip_status", 0.0, scene);
        }
        self.step(scene)
    }

    fn hear(&mut self, heard: &Heard) {
        let id = heard.text(&["deliveryid", "rideid", "tripid", "vehicleid", "driver", "orderid", "id"]);
        let cancel = heard.verb().contains("cancel");
        let asks =
            ["status", "track", "where", "eta", "locat"].iter().any(|word| heard.verb().contains(word));
        if let Some(id) = id.filter(|_| cancel || asks) {
            self.answers.push((cancel, id.to_string()));
        }
    }

    fn pending(&self) -> Option<&'static str> {
        self.answers.front().map(|(cancel, _)| if *cancel { "trip_cancelled" } else { "trip_status" })
    }

    fn background(&self) -> Value {
        let trip = &self.trips[self.current];
        let ((lat, lon), heading) = trip.position();
        json!({
            "id": trip.id, "order_id": trip.id, "vehicle_id": trip.vehicle, "driver": trip.driver,
            "lat": round(lat, 6), "lon": round(lon, 6), "heading": heading,
            // As GeoJSON has them (RFC 7946, section 3.1.1).
            "coordinates": [round(lon, 6), round(lat, 6)],
        })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

impl Trip {
    fn left(&self) -> f64 {
        (self.legs.iter().sum::<f64>() - self.done).max(0.0)
    }

    /// Where it is, and where it heads, in degrees from north.
    fn position(&self) -> ((f64, f64), i64) {
        let mut rest = self.done;
        let mut index = 0;
        while index + 1 < self.legs.len() && rest > self.legs[index] {
            rest -= self.legs[index];
            index += 1;
        }
        let (from, to) = (self.way[index], self.way[index + 1]);
        let part = (rest / self.legs[index]).clamp(0.0, 1.0);
        let at = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
        let east = (to.1 - from.1) * from.0.to_radians().cos();
        let heading = east.atan2(to.0 - from.0).to_degrees().rem_euclid(360.0).floor();
        (at, heading as i64 % 360)
    }
}

/// Kilometres between two points of one city.
fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let east = (b.1 - a.1) * a.0.to_radians().cos();
    ((b.0 - a.0).powi(2) + east.powi(2)).sqrt() * DEGREE
}
