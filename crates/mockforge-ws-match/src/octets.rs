//! Binary messages: the bytes that a whole message, its beginning or any part of it has to be.

use crate::near_miss::NearMiss;
use crate::show;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Octets {
    pub(crate) part: Part,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Prefix,
    Anywhere,
}

impl Octets {
    pub(crate) fn is_match(&self, message: &[u8]) -> bool {
        match self.part {
            Part::Whole => message == self.bytes,
            Part::Prefix => message.starts_with(&self.bytes),
            Part::Anywhere => memchr::memmem::find(message, &self.bytes).is_some(),
        }
    }

    pub(crate) fn near_miss(&self, message: &[u8]) -> NearMiss {
        let wanted = show::hex(&self.bytes);
        let common = self.bytes.iter().zip(message).take_while(|(wanted, got)| wanted == got).count();
        let size = show::counted(message.len(), "byte");
        let text = match self.part {
            Part::Anywhere => format!("{wanted} is not in {size} {}", show::hex(message)),
            Part::Whole | Part::Prefix => {
                // Around the byte where they part, so that long messages show what differs.
                let from = common.saturating_sub(4);
                let place = if from > 0 { format!(" from byte {from} on") } else { String::new() };
                let start = if self.part == Part::Prefix { "the beginning " } else { "" };
                let (wanted, got) = (&self.bytes[from..], &message[from.min(message.len())..]);
                format!("wanted {start}{}{place}, got {} ({size})", show::hex(wanted), show::hex(got))
            }
        };
        let share = common as f64 / self.bytes.len().max(message.len()).max(1) as f64;
        NearMiss::new(200 + (share * 600.0) as u16, text)
    }
}
