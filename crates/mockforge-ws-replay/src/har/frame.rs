//! A message as a HAR has it, not yet looked at.

use serde::de::{Error as _, MapAccess, SeqAccess};

use super::gauge::Gauge;
use super::seed::{Elements, Members, Object, Scalar, Taken};

/// An element of `_webSocketMessages`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Frame {
    pub(super) way: Way,
    /// As the producer counts.
    pub(super) time: Option<f64>,
    pub(super) opcode: Option<f64>,
    pub(super) data: Option<String>,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// In milliseconds the year 33658.
const LATEST: f64 = 1e15;

/// Who has sent it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Way {
    /// The client: `send`.
    In,
    /// The server: `receive`.
    Out,
    Unknown(Box<str>),
    #[default]
    Missing,
}

impl Frame {
    /// Whether it is a text or a binary message, as far as its opcode says.
    pub(super) fn is_message(&self) -> bool {
        self.opcode.is_none_or(|opcode| opcode < 8.0)
    }

    /// Times before 1970, and those that are too far away in any unit, mean nothing.
    pub(super) fn known_time(&self) -> Option<f64> {
        self.time.filter(|time| (0.0..LATEST).contains(time))
    }
}

impl Members for Frame {
    fn begins(&mut self, gauge: &Gauge) {
        (self.line, self.column) = gauge.place();
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        let mut scalar = || map.next_value_seed(Scalar(gauge));
        match key {
            "type" => {
                self.way = match scalar()?.text().as_deref() {
                    Some("send") => Way::In,
                    Some("receive") => Way::Out,
                    Some(other) => Way::Unknown(other.chars().take(40).collect::<String>().into()),
                    None => Way::Missing,
                }
            }
            "time" => self.time = scalar()?.number(),
            "opcode" => self.opcode = scalar()?.number(),
            "data" => {
                self.data = scalar()?.text();
                if !gauge.hold(self.data.as_ref().map_or(0, String::len)) {
                    return Err(A::Error::custom("too large"));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The messages of an entry.
pub(super) struct Frames<'f>(pub(super) &'f mut Vec<Frame>);

impl Elements for Frames<'_> {
    fn element<'de, A: SeqAccess<'de>>(&mut self, list: &mut A, gauge: &Gauge) -> Taken<A::Error> {
        gauge.message(self.0.len() + 1);
        let mut frame = Frame::default();
        let taken = list.next_element_seed(Object(&mut frame, gauge))?.is_some();
        if taken {
            // Messages of no content take memory too.
            if !gauge.hold(size_of::<Frame>()) {
                return Err(A::Error::custom("too many"));
            }
            if frame.line == 0 {
                frame.begins(gauge);
            }
            self.0.push(frame);
        } else {
            gauge.message(0);
        }
        Ok(taken)
    }
}
