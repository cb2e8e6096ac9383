//! The parts of a HAR that matter to WebSockets: the creator, and of each entry a few members.

use serde::de::{MapAccess, SeqAccess};

use super::frame::{Frame, Frames};
use super::gauge::Gauge;
use super::seed::{Elements, List, Members, Object, Scalar, Taken};

/// The root, and `log` in it.
#[derive(Default)]
pub(super) struct Root {
    pub(super) log: Log,
}

#[derive(Default)]
pub(super) struct Log {
    pub(super) creator: Creator,
    /// Those with messages, or with a file that has them, with their places from 1.
    pub(super) sockets: Vec<(usize, Entry)>,
    /// How many others are WebSockets.
    pub(super) silent: usize,
    /// Whether there is a list of entries at all.
    pub(super) has_entries: bool,
}

#[derive(Default)]
pub(super) struct Creator {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
}

#[derive(Default)]
pub(super) struct Entry {
    pub(super) started: Option<String>,
    pub(super) request: Request,
    pub(super) response: Response,
    pub(super) resource_type: Option<String>,
    pub(super) frames: Vec<Frame>,
}

#[derive(Default)]
pub(super) struct Request {
    pub(super) url: Option<String>,
}

#[derive(Default)]
pub(super) struct Response {
    pub(super) status: Option<f64>,
    pub(super) subprotocol: Option<String>,
    pub(super) content: Content,
}

#[derive(Default)]
pub(super) struct Content {
    pub(super) file: Option<String>,
}

#[derive(Default)]
struct Header {
    name: Option<String>,
    value: Option<String>,
}

impl Entry {
    fn is_web_socket(&self) -> bool {
        let url = self.request.url.as_deref().unwrap_or_default();
        self.resource_type.as_deref() == Some("websocket")
            || url.starts_with("ws://")
            || url.starts_with("wss://")
            || self.response.status == Some(101.0)
    }
}

impl Members for Root {
    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        match key {
            "log" => map.next_value_seed(Object(&mut self.log, gauge))?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Members for Log {
    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        match key {
            "creator" => map.next_value_seed(Object(&mut self.creator, gauge))?,
            "entries" => map.next_value_seed(List(self, gauge))?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Elements for Log {
    fn element<'de, A: SeqAccess<'de>>(&mut self, list: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        self.has_entries = true;
        let (mut entry, before) = (Entry::default(), gauge.entries());
        if list.next_element_seed(Object(&mut entry, gauge))?.is_none() {
            return Ok(false);
        }
        if gauge.entries() == before {
            // It is no object, and counts all the same.
            gauge.enter();
        }
        gauge.leave();
        let number = gauge.entries();
        let is_web_socket = entry.is_web_socket();
        if !entry.frames.is_empty() || is_web_socket && entry.response.content.file.is_some() {
            self.sockets.push((number, entry));
        } else if is_web_socket {
            self.silent += 1;
        }
        Ok(true)
    }
}

impl Members for Entry {
    fn begins(&mut self, gauge: &Gauge) {
        gauge.enter();
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        match key {
            "startedDateTime" => self.started = map.next_value_seed(Scalar(gauge))?.text(),
            "request" => map.next_value_seed(Object(&mut self.request, gauge))?,
            "response" => map.next_value_seed(Object(&mut self.response, gauge))?,
            "_resourceType" => self.resource_type = map.next_value_seed(Scalar(gauge))?.text(),
            "_webSocketMessages" => map.next_value_seed(List(&mut Frames(&mut self.frames), gauge))?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Members for Creator {
    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        match key {
            "name" => self.name = map.next_value_seed(Scalar(gauge))?.text(),
            "version" => self.version = map.next_value_seed(Scalar(gauge))?.text(),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Members for Request {
    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        match key {
            "url" => self.url = map.next_value_seed(Scalar(gauge))?.text(),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Members for Response {
    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        match key {
            "status" => self.status = map.next_value_seed(Scalar(gauge))?.number(),
            "headers" => map.next_value_seed(List(self, gauge))?,
            "content" => map.next_value_seed(Object(&mut self.content, gauge))?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The headers, of which one matters.
impl Elements for Response {
    fn element<'de, A: SeqAccess<'de>>(&mut self, list: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        let mut header = Header::default();
        let taken = list.next_element_seed(Object(&mut header, gauge))?.is_some();
        if header.name.is_some_and(|name| name.eq_ignore_ascii_case("sec-websocket-protocol")) {
            self.subprotocol = header.value.map(|value| value.trim().to_string());
        }
        Ok(taken)
    }
}

impl Members for Header {
    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        match key {
            "name" => self.name = map.next_value_seed(Scalar(gauge))?.text(),
            "value" => self.value = map.next_value_seed(Scalar(gauge))?.text(),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Members for Content {
    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        match key {
            "_file" => self.file = map.next_value_seed(Scalar(gauge))?.text(),
            _ => return Ok(false),
        }
        Ok(true)
    }
}
