//! Alerts of a monitoring system: each fires, is acknowledged or escalated, and is resolved, under one id.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, round, stamp};
use crate::Mood;

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "alert_fired", like: "alert,firing,triggered,raised,opened,created,incident,new" },
    Kind { name: "alert_acknowledged", like: "acked,ack,acknowledge,assigned" },
    Kind { name: "alert_escalated", like: "escalation,escalate,updated,update" },
    Kind { name: "alert_resolved", like: "resolve,closed,cleared,ok,recovered" },
];

const MOST_OPEN: usize = 24;

const SERVICES: &str = "checkout-api,payments,search,user-service,inventory,orders-db,cache,message-queue,gateway,web-frontend,\
    billing,notifications";
const SEVERITIES: [&str; 3] = ["info", "warning", "critical"];

/// What is watched: a metric, what is said of it, its threshold and its unit.
const CHECKS: &[(&str, &str, f64, &str)] = &[
    ("cpu_usage", "CPU usage is high", 85.0, "percent"),
    ("memory_usage", "Memory is running out", 90.0, "percent"),
    ("disk_usage", "Disk is almost full", 92.0, "percent"),
    ("error_rate", "Too many requests fail", 5.0, "percent"),
    ("latency_p99", "Requests are slow", 800.0, "ms"),
    ("queue_depth", "Messages pile up", 10_000.0, "messages"),
    ("replication_lag", "Replica lags behind", 30.0, "seconds"),
    ("connection_pool", "Connections are used up", 95.0, "percent"),
    ("health_check", "Health check fails", 3.0, "failures"),
];

#[derive(Clone)]
pub(crate) struct Alerts {
    people: Vec<String>,
    open: Vec<Alert>,
    /// How likely the next event is a new alert.
    rate: f64,
    /// Weight of the severities.
    critical: f64,
    number: u64,
    current: Option<Alert>,
    answers: Answers<(&'static str, String, Option<String>)>,
}

#[derive(Clone)]
struct Alert {
    id: String,
    service: &'static str,
    host: String,
    check: usize,
    severity: usize,
    value: f64,
    fired: OffsetDateTime,
    owner: Option<String>,
}

impl Alerts {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let bad = setting.narrative.is(Mood::Outage) || setting.narrative.is(Mood::Crash);
        let busy = bad || setting.narrative.is(Mood::Busy);
        Self {
            people: setting.people(setting.narrative.people.len().max(4), scene),
            open: Vec::new(),
            rate: if busy { 0.5 } else { 0.34 },
            critical: if bad { 0.55 } else { 0.2 },
            number: scene.int(100, 900) as u64,
            current: None,
            answers: Answers::default(),
        }
    }

    fn fire(&mut self, scene: &mut Scene<'_>) -> Value {
        if self.open.len() >= MOST_OPEN {
            self.open.remove(0);
        }
        self.number += 1;
        let check = scene.index(CHECKS.len());
        let service = scene.word(SERVICES);
        let severity = if scene.chance(self.critical) { 2 } else { scene.index(2) };
        let (_, _, threshold, unit) = CHECKS[check];
        let value = threshold * scene.float(1.01, 1.08 + 0.04 * severity as f64);
        let alert = Alert {
            id: format!("alt-{}", self.number),
            service,
            host: format!("{service}-{}", scene.int(1, 6)),
            check,
            severity,
            value: if unit == "percent" { value.min(100.0) } else { value },
            fired: scene.now,
            owner: None,
        };
        self.open.push(alert.clone());
        self.told(alert, "alert_fired", "firing", scene)
    }

    fn told(&mut self, alert: Alert, kind: &str, status: &str, scene: &Scene<'_>) -> Value {
        let (metric, summary, threshold, unit) = CHECKS[alert.check];
        let solved = if kind == "alert_resolved" { "Resolved: " } else { "" };
        let mut event = json!({
            "type": kind, "alert_id": alert.id, "status": status, "severity": SEVERITIES[alert.severity],
            "service": alert.service, "host": alert.host, "metric": metric, "value": alert.shown(),
            "threshold": threshold, "unit": unit, "message": format!("{solved}{summary} on {}", alert.host),
        });
        if let Some(owner) = &alert.owner {
            event["acknowledged_by"] = owner.clone().into();
        }
        if kind == "alert_resolved" {
            event["duration_seconds"] = (scene.now - alert.fired).whole_seconds().max(0).into();
        }
        event["started_at"] = stamp(alert.fired).into();
        event["timestamp"] = scene.stamp().into();
        self.current = Some(alert);
        event
    }

    /// What happens next to an open alert.
    fn happen(&mut self, index: usize, kind: &str, by: Option<String>, scene: &mut Scene<'_>) -> Value {
        match kind {
            "alert_acknowledged" => {
                let owner = by.unwrap_or_else(|| scene.pick(&self.people).clone());
                self.open[index].owner = Some(owner);
                self.told(self.open[index].clone(), kind, "acknowledged", scene)
            }
            "alert_escalated" => {
                let alert = &mut self.open[index];
                alert.severity = 2;
                alert.value = alert.value.max(CHECKS[alert.check].2 * 1.02);
                let status = if alert.owner.is_some() { "acknowledged" } else { "firing" };
                self.told(self.open[index].clone(), kind, status, scene)
            }
            _ => {
                let mut alert = self.open.remove(index);
                alert.value = CHECKS[alert.check].2 * scene.float(0.4, 0.9);
                self.told(alert, "alert_resolved", "resolved", scene)
            }
        }
    }
}

impl World for Alerts {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        if self.answers.front().is_some_and(|(kind, ..)| scene.allows(kind))
            && let Some((kind, id, by)) = self.answers.pop()
            && let Some(index) = self.open.iter().position(|alert| alert.id == id)
        {
            return self.happen(index, kind, by, scene);
        }
        if scene.wants("alert_fired")
            || self.open.is_empty()
            || scene.wanted.is_none() && scene.chance(self.rate)
        {
            return self.fire(scene);
        }
        let fits = |alert: &Alert| match scene.wanted {
            Some("alert_acknowledged") => alert.owner.is_none(),
            Some("alert_escalated") => alert.severity < 2,
            Some("alert_resolved") => alert.owner.is_some(),
            _ => true,
        };
        let ready: Vec<usize> = (0..self.open.len()).filter(|index| fits(&self.open[*index])).collect();
        let index = if ready.is_empty() { scene.index(self.open.len()) } else { *scene.pick(&ready) };
        let alert = &self.open[index];
        let kind = match (alert.owner.is_some(), alert.severity < 2) {
            (false, true) if scene.wants("alert_escalated") || scene.chance(0.15) => "alert_escalated",
            (false, _) => "alert_acknowledged",
            (true, true) if scene.wants("alert_escalated") || scene.chance(0.1) => "alert_escalated",
            (true, _) => "alert_resolved",
        };
        self.happen(index, kind, None, scene)
    }

    fn hear(&mut self, heard: &Heard) {
        let verb = heard.verb();
        let kind = match verb.as_str() {
            verb if verb.contains("ack") => "alert_acknowledged",
            verb if verb.contains("resolve") || verb.contains("close") => "alert_resolved",
            verb if verb.contains("escalate") => "alert_escalated",
            _ => return,
        };
        let id = heard.text(&["alertid", "id", "incidentid"]);
        // Of an alert that is not open there is nothing to tell.
        let open = id.filter(|id| self.open.iter().any(|alert| alert.id == *id));
        if let Some(id) = open {
            let by = heard.text(&["user", "by", "owner", "acknowledgedby", "name"]).map(ToString::to_string);
            self.answers.push((kind, id.to_string(), by));
        }
    }

    fn pending(&self) -> Option<&'static str> {
        self.answers.front().map(|(kind, ..)| *kind)
    }

    fn background(&self) -> Value {
        let Some(alert) = &self.current else { return Value::Null };
        json!({ "id": alert.id, "incident_id": alert.id, "title": CHECKS[alert.check].1, "source": alert.host })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

impl Alert {
    fn shown(&self) -> f64 {
        round(self.value, if CHECKS[self.check].2 < 1000.0 { 1 } else { 0 })
    }
}
